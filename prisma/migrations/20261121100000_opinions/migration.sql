-- Second opinions are work of their own: claimed, fenced and counted like pictures; every exchange is kept with its
-- versions for as long as the text that it is about, and what was spent is counted by region and day.

CREATE TABLE opinion_work (
  revision_id text NOT NULL,
  note_id text NOT NULL,
  source_id text NOT NULL,
  state text NOT NULL DEFAULT 'due',
  asked_by text,
  outcome jsonb,
  epoch integer NOT NULL DEFAULT 0,
  lease_until timestamptz(3),
  crashes integer NOT NULL DEFAULT 0,
  due_at timestamptz(3),
  nudged_at timestamptz(3),
  run integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT opinion_work_pkey PRIMARY KEY (revision_id)
);
CREATE INDEX opinion_work_note_id_idx ON opinion_work (note_id);
CREATE INDEX opinion_work_due_at_idx ON opinion_work (due_at);

CREATE TABLE opinion_exchanges (
  id text NOT NULL,
  revision_id text NOT NULL,
  note_id text NOT NULL,
  source_id text NOT NULL,
  at timestamptz(3) NOT NULL,
  model text NOT NULL,
  answered_by text,
  endpoint_region text,
  prompt_version text NOT NULL,
  bundle_hash text NOT NULL,
  cache_key text NOT NULL,
  cached_from text,
  outcome text NOT NULL,
  system_text text NOT NULL,
  user_text text NOT NULL,
  pictures text[] NOT NULL,
  answer text,
  prompt_tokens integer NOT NULL,
  completion_tokens integer NOT NULL,
  cost_micros bigint NOT NULL,
  ms integer NOT NULL,
  CONSTRAINT opinion_exchanges_pkey PRIMARY KEY (id)
);
CREATE INDEX opinion_exchanges_note_id_idx ON opinion_exchanges (note_id);
CREATE INDEX opinion_exchanges_revision_id_at_idx ON opinion_exchanges (revision_id, at);
CREATE INDEX opinion_exchanges_source_id_cache_key_idx ON opinion_exchanges (source_id, cache_key);

CREATE TABLE opinion_budget (
  region text NOT NULL,
  day date NOT NULL,
  tokens bigint NOT NULL DEFAULT 0,
  micros bigint NOT NULL DEFAULT 0,
  requests integer NOT NULL DEFAULT 0,
  CONSTRAINT opinion_budget_pkey PRIMARY KEY (region, day)
);
CREATE INDEX opinion_budget_day_idx ON opinion_budget (day);

-- The first job stores what it can decide without; in the same transaction the question becomes due.
CREATE FUNCTION opinion_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO opinion_work (revision_id, note_id, source_id, due_at, created_at)
  VALUES (NEW.revision_id, NEW.note_id, NEW.source_id, NEW.created_at, NEW.created_at)
  ON CONFLICT (revision_id) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER opinion_is_due AFTER INSERT OR UPDATE OF evidence ON evidence
  FOR EACH ROW WHEN (NEW.pending AND NEW.evidence->'deliberate'->>'status' = 'due') EXECUTE FUNCTION opinion_is_due();

-- The answer may have come while this result was made: then there is nothing to wait for, and the time at which the
-- answer made the note due stands.
CREATE FUNCTION opinion_has_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM opinion_work w JOIN evidence e ON e.revision_id = w.revision_id
      WHERE w.revision_id = NEW.id AND w.state = 'done' AND w.outcome IS NOT NULL AND e.pending
        AND e.evidence->'deliberate'->>'status' = 'due'
        AND e.created_at = (SELECT max(created_at) FROM evidence WHERE revision_id = NEW.id)) THEN
    NEW.due_at := OLD.due_at;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER opinion_has_come BEFORE UPDATE OF due_at ON revisions
  FOR EACH ROW WHEN (NEW.state = 'due' AND OLD.lease_until IS NOT NULL AND NEW.lease_until IS NULL
    AND OLD.due_at IS NOT NULL AND NEW.due_at > OLD.due_at) EXECUTE FUNCTION opinion_has_come();

-- Order of locks: revision, opinion. 'stale', else 'woken:<run>', or 'decided' where nobody waits.
CREATE FUNCTION complete_opinion(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_run int;
BEGIN
  PERFORM 1 FROM revisions WHERE id = p->>'revisionId' FOR UPDATE;
  UPDATE opinion_work SET state = 'done', outcome = p->'outcome', lease_until = NULL, due_at = NULL
  WHERE revision_id = p->>'revisionId' AND epoch = (p->>'epoch')::int AND state = 'due';
  IF NOT FOUND THEN
    RETURN 'stale';
  END IF;
  UPDATE revisions SET due_at = v_at, nudged_at = v_at, run = run + 1
  WHERE id = p->>'revisionId' AND state = 'due' AND superseded_at IS NULL RETURNING run INTO v_run;
  RETURN CASE WHEN v_run IS NULL THEN 'decided' ELSE 'woken:' || v_run END;
END $$;

-- Grants before anything is sent: rows are locked in the order of their regions, so that two processes never pass the
-- limit together. Returns the regions that still had enough.
CREATE FUNCTION reserve_opinion(p_day date, p_budgets jsonb, p_tokens bigint, p_micros bigint) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  v_budget record;
  v_granted text[] := '{}';
BEGIN
  FOR v_budget IN SELECT * FROM jsonb_to_recordset(p_budgets) AS b(region text, tokens bigint, micros bigint) ORDER BY region LOOP
    INSERT INTO opinion_budget (region, day) VALUES (v_budget.region, p_day) ON CONFLICT DO NOTHING;
    UPDATE opinion_budget SET tokens = tokens + p_tokens, micros = micros + p_micros, requests = requests + 1
    WHERE region = v_budget.region AND day = p_day AND tokens + p_tokens <= v_budget.tokens
      AND (v_budget.micros IS NULL OR micros + p_micros <= v_budget.micros);
    IF FOUND THEN
      v_granted := v_granted || v_budget.region;
    END IF;
  END LOOP;
  RETURN v_granted;
END $$;

-- Nobody needs an opinion on a revision that a newer one has replaced.
CREATE FUNCTION opinion_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE opinion_work SET state = 'done', due_at = NULL, lease_until = NULL, epoch = epoch + 1
  WHERE revision_id = NEW.id AND state = 'due';
  RETURN NULL;
END $$;
CREATE TRIGGER opinion_superseded AFTER UPDATE OF superseded_at ON revisions
  FOR EACH ROW WHEN (NEW.superseded_at IS NOT NULL AND OLD.superseded_at IS NULL) EXECUTE FUNCTION opinion_superseded();

-- What was said about a text goes with the text, whether it is erased or past its time.
CREATE FUNCTION opinion_goes_with_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM opinion_exchanges WHERE revision_id = OLD.id;
  DELETE FROM opinion_work WHERE revision_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER opinion_goes_with_text AFTER UPDATE OF note ON revisions
  FOR EACH ROW WHEN (NEW.note IS NULL AND OLD.note IS NOT NULL) EXECUTE FUNCTION opinion_goes_with_text();

CREATE FUNCTION opinion_goes_with_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM opinion_exchanges WHERE note_id = OLD.id;
  DELETE FROM opinion_work WHERE note_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER opinion_goes_with_note AFTER UPDATE OF state ON notes
  FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION opinion_goes_with_note();
