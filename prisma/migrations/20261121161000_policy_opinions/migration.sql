-- What the policy was answered is kept apart from what a person asks later: a note that is judged again reads the first,
-- and no answer to a reader's question can take its place.

ALTER TABLE opinion_work ADD COLUMN policy_outcome jsonb;
UPDATE opinion_work SET policy_outcome = outcome WHERE asked_by IS NULL AND state = 'done';

CREATE FUNCTION opinion_of_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.policy_outcome := NEW.outcome;
  RETURN NEW;
END $$;
CREATE TRIGGER opinion_of_policy BEFORE UPDATE OF outcome ON opinion_work
  FOR EACH ROW WHEN (NEW.asked_by IS NULL AND NEW.state = 'done' AND NEW.outcome IS NOT NULL) EXECUTE FUNCTION opinion_of_policy();

-- The policy waits for an answer of its own where only a person has asked so far.
CREATE OR REPLACE FUNCTION opinion_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO opinion_work (revision_id, note_id, source_id, due_at, created_at)
  VALUES (NEW.revision_id, NEW.note_id, NEW.source_id, NEW.created_at, NEW.created_at)
  ON CONFLICT (revision_id) DO UPDATE SET state = 'due', asked_by = NULL, outcome = NULL, crashes = 0,
    due_at = excluded.due_at, nudged_at = NULL, lease_until = NULL, epoch = opinion_work.epoch + 1
    WHERE opinion_work.state = 'done' AND opinion_work.asked_by IS NOT NULL AND opinion_work.policy_outcome IS NULL;
  RETURN NULL;
END $$;
