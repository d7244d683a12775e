-- What made a note be judged again is told by the verb in the audit: a picture that a bank has come to know, or a changed policy.
CREATE OR REPLACE FUNCTION image_look_again(p jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_revision record;
  v_count integer := 0;
BEGIN
  FOR v_revision IN
    SELECT r.id, r.note_id FROM revisions r WHERE r.id IN (SELECT jsonb_array_elements_text(p->'revisionIds')) ORDER BY r.note_id
  LOOP
    PERFORM 1 FROM notes WHERE id = v_revision.note_id AND revision_id = v_revision.id AND state IN ('decided', 'held') FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    UPDATE revisions SET state = 'due', due_at = to_timestamp((p->>'dueAt')::float8 / 1000), nudged_at = NULL, lease_until = NULL, run = run + 1
    WHERE id = v_revision.id AND state IN ('decided', 'held') AND superseded_at IS NULL AND note IS NOT NULL;
    CONTINUE WHEN NOT FOUND;
    UPDATE evidence SET pending = true WHERE revision_id = v_revision.id;
    PERFORM audit_append(p->>'actorKind', p->>'actorId', coalesce(p->>'verb', 'note.looked_up_again'), v_revision.note_id,
      json_build_object('revisionId', v_revision.id)::text, v_at);
    v_count := v_count + 1;
  END LOOP;
  RETURN v_count;
END $$;
