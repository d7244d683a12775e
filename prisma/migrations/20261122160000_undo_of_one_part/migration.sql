-- Where a colleague has decided the rest meanwhile, a case opens again for the regions of whoever takes theirs back, and for those alone.
CREATE OR REPLACE FUNCTION desk_undo(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_lease timestamptz(3) := to_timestamp((p->>'leaseUntil')::float8 / 1000);
  v_made human_decisions%ROWTYPE;
  v_case cases%ROWTYPE;
  v_own text[];
  v_regions text[];
  v_state text;
BEGIN
  SELECT * INTO v_made FROM human_decisions WHERE submission_id = p->>'submissionId' AND user_id = p->>'userId' LIMIT 1;
  IF v_made.id IS NULL THEN RETURN '{"kind":"unknown"}'; END IF;
  SELECT state INTO v_state FROM notes WHERE id = v_made.note_id FOR UPDATE;
  SELECT * INTO v_case FROM cases WHERE id = v_made.case_id FOR UPDATE;
  SELECT * INTO v_made FROM human_decisions WHERE id = v_made.id;
  IF v_made.undone_at IS NOT NULL THEN RETURN '{"kind":"undone_before"}'; END IF;
  SELECT array_agg(decision_id) INTO v_own FROM human_decisions WHERE submission_id = p->>'submissionId';
  SELECT array_agg(r) INTO v_regions FROM human_decisions h, unnest(h.regions) r WHERE h.submission_id = p->>'submissionId';
  IF v_at >= v_made.undo_until
    OR EXISTS (SELECT 1 FROM deliveries WHERE event_id = v_made.event_id AND (epoch > 0 OR state <> 'due'))
    OR EXISTS (SELECT 1 FROM decisions WHERE id = ANY (v_own) AND superseded_by IS NOT NULL AND v_made.event_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM decisions n JOIN decisions o ON o.superseded_by = n.id
      JOIN decisions c ON c.note_id = n.note_id AND c.supersedes = o.id AND c.sequence = n.sequence AND c.id <> ALL (v_own)
      WHERE n.id = ANY (v_own) AND c.superseded_by IS NOT NULL)
    OR EXISTS (SELECT 1 FROM decisions n JOIN decisions l ON l.superseded_by = n.id
      WHERE n.id = ANY (v_own) AND l.id <> ALL (v_own) AND l.sequence > n.sequence)
    OR v_state = 'erased'
    OR (v_case.state = 'open' AND v_case.lease_by <> p->>'userId' AND v_case.lease_until > v_at) THEN
    RETURN '{"kind":"too_late"}';
  END IF;

  DELETE FROM deliveries WHERE event_id = v_made.event_id;
  DELETE FROM events WHERE id = v_made.event_id;
  -- The rows that took over the other regions give them back to the rows that they came from.
  UPDATE decisions c SET superseded_by = o.id FROM decisions o, decisions n
  WHERE n.id = ANY (v_own) AND o.superseded_by = n.id AND c.note_id = v_made.note_id AND c.supersedes = o.id
    AND c.sequence = n.sequence AND c.id <> ALL (v_own) AND c.superseded_by IS NULL;
  UPDATE decisions n SET superseded_by = coalesce((SELECT min(o.id) FROM decisions o WHERE o.superseded_by = n.id), n.supersedes, n.id)
  WHERE n.id = ANY (v_own) AND n.superseded_by IS NULL;
  UPDATE decisions SET superseded_by = NULL WHERE note_id = v_made.note_id AND superseded_by = ANY (v_own) AND id <> ALL (v_own);
  UPDATE human_decisions SET undone_at = v_at WHERE submission_id = p->>'submissionId';

  UPDATE appeals SET state = 'open', reason = NULL, decided_at = NULL WHERE case_id = v_case.id AND decided_at >= v_made.created_at;
  UPDATE reports SET state = 'open', reason = NULL, decided_at = NULL WHERE case_id = v_case.id AND decided_at >= v_made.created_at;
  UPDATE cases SET state = 'open', outcome = NULL, closed_at = NULL, changed_at = v_at, submission_id = NULL
  WHERE submission_id = p->>'submissionId' AND id <> v_case.id;
  UPDATE cases SET state = 'open', outcome = NULL, closed_at = NULL, changed_at = v_at, submission_id = NULL,
    regions = CASE WHEN v_case.state = 'open' THEN regions || v_regions
      WHEN v_case.submission_id = p->>'submissionId' THEN regions ELSE v_regions END,
    lease_by = p->>'userId', lease_until = v_lease, lease_epoch = lease_epoch + 1
  WHERE id = v_case.id RETURNING * INTO v_case;
  PERFORM desk_show(v_made.note_id, v_made.revision_id);
  PERFORM audit_append('user', p->>'userId', 'case.undone', v_made.note_id,
    json_build_object('caseId', v_case.id, 'submissionId', p->>'submissionId')::text, v_at);
  RETURN jsonb_build_object('kind', 'undone', 'caseId', v_case.id, 'epoch', v_case.lease_epoch);
END $$;
