-- As before, but a case that waits for a reader of a language goes on waiting for that one: under a second result about
-- the same revision, and after an edit whose text still has that language.
CREATE OR REPLACE FUNCTION open_cases(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v record;
  v_due timestamptz(3);
  v_rank timestamptz(3);
  v_weight float8;
  v_case text;
  v_kept text[] := '{}';
  v_reader text;
BEGIN
  SELECT c.language INTO v_reader FROM cases c
  WHERE c.note_id = p_note.id AND c.revision_id <> p_rev.id AND c.state = 'open' AND c.reason NOT IN ('appeal', 'report')
    AND c.native_only AND p->'languages' @> jsonb_build_array(jsonb_build_object('tag', c.language))
  ORDER BY c.opened_at, c.id LIMIT 1;
  FOR v IN SELECT * FROM asked_cases(p) LOOP
    v_due := coalesce(to_timestamp((v.terms->>'dueAt')::float8 / 1000), p_at + interval '72 hours');
    v_weight := coalesce((v.terms->>'weight')::float8, greatest(v.severity, 1));
    v_rank := coalesce(to_timestamp((v.terms->>'rankAt')::float8 / 1000), p_at + interval '72 hours' / greatest(v.severity, 1));
    v_case := continued_case(p_note.id, p_rev.id, v.desk, v.regions);
    IF v_case IS NULL OR v_case = ANY (v_kept) THEN
      INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
        language, native_only, state, opened_at, changed_at, desk, due_at, clock, reach, weight, rank_at)
      VALUES (v.case_id, p_note.source_id, p_note.id, p_rev.id, p_rev.revision, v.decision_id,
        coalesce(v.terms->>'reason', v.action), v.severity, v.category, v.regions, coalesce(v_reader, p->>'language'),
        v_reader IS NOT NULL, 'open', p_at, p_at, v.desk, v_due, v.terms->'clock',
        coalesce((v.terms->>'reach')::bigint, 0), v_weight, v_rank);
      v_kept := v_kept || v.case_id;
    ELSE
      -- The clock that runs is not set back, and who has the case keeps it.
      UPDATE cases SET decision_id = v.decision_id, reason = coalesce(v.terms->>'reason', v.action), severity = v.severity,
        category = v.category, regions = v.regions,
        language = CASE WHEN native_only THEN language ELSE coalesce(p->>'language', language) END, changed_at = p_at,
        clock = CASE WHEN v_due < due_at THEN v.terms->'clock' ELSE clock END, due_at = least(due_at, v_due),
        reach = greatest(reach, coalesce((v.terms->>'reach')::bigint, 0)), weight = greatest(weight, v_weight),
        rank_at = least(rank_at, v_rank)
      WHERE id = v_case;
      v_kept := v_kept || v_case;
    END IF;
  END LOOP;
  UPDATE cases SET state = 'closed', outcome = 'superseded', closed_at = p_at, changed_at = p_at, lease_by = NULL,
    lease_until = NULL
  WHERE note_id = p_note.id AND state = 'open' AND reason NOT IN ('appeal', 'report') AND id <> ALL (v_kept)
    AND p_note.sequence > 0;
END $$;
