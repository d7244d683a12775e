-- Pictures that were judged before a hash was known are held against the banks again, a page at a time: how far that went
-- stands beside the version of the banks. What was there before this migration counts as looked up.
ALTER TABLE image_banks_version
  ADD COLUMN looked_up integer NOT NULL DEFAULT 0,
  ADD COLUMN target integer,
  ADD COLUMN place_revision text,
  ADD COLUMN place_index integer;
UPDATE image_banks_version SET looked_up = version WHERE id = 1;

-- Revisions that are to be judged again, by policy alone, from `dueAt` on; how many there were. What was erased or replaced
-- meanwhile is left alone. Order of locks: note, revision.
CREATE FUNCTION image_look_again(p jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_revision record;
  v_count integer := 0;
BEGIN
  FOR v_revision IN
    SELECT r.id, r.note_id FROM revisions r WHERE r.id IN (SELECT jsonb_array_elements_text(p->'revisionIds')) ORDER BY r.note_id
  LOOP
    PERFORM 1 FROM notes WHERE id = v_revision.note_id AND state IN ('decided', 'held') FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    UPDATE revisions SET state = 'due', due_at = to_timestamp((p->>'dueAt')::float8 / 1000), nudged_at = NULL, lease_until = NULL, run = run + 1
    WHERE id = v_revision.id AND state IN ('decided', 'held') AND superseded_at IS NULL AND note IS NOT NULL;
    CONTINUE WHEN NOT FOUND;
    UPDATE evidence SET pending = true WHERE revision_id = v_revision.id;
    PERFORM audit_append(p->>'actorKind', p->>'actorId', 'note.looked_up_again', v_revision.note_id,
      json_build_object('revisionId', v_revision.id)::text, v_at);
    v_count := v_count + 1;
  END LOOP;
  RETURN v_count;
END $$;
