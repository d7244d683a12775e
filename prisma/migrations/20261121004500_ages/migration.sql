-- CreateIndex
CREATE INDEX "cases_state_opened_at_id_idx" ON "cases"("state", "opened_at", "id");

-- Retention looks for old text only: what has none any more is not in its way.
CREATE INDEX revisions_text_age ON revisions (coalesce(decided_at, superseded_at))
  WHERE note IS NOT NULL AND coalesce(decided_at, superseded_at) IS NOT NULL;
