-- For a step that may be run again because its answer was lost: the same step of the same moment is told once.
CREATE FUNCTION audit_once(
  p_actor_kind text, p_actor_id text, p_verb text, p_subject text, p_detail text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_lane text := 'lane-' || (get_byte(sha256(convert_to(p_subject, 'UTF8')), 0) & 7);
BEGIN
  -- Whoever runs the same step at this moment is waited for.
  PERFORM 1 FROM audit_heads WHERE lane = v_lane FOR UPDATE;
  IF EXISTS (SELECT 1 FROM audit_events WHERE subject = p_subject AND verb = p_verb AND at = p_at::timestamptz(3)
    AND actor_kind = p_actor_kind AND actor_id = p_actor_id AND detail = p_detail) THEN
    RETURN;
  END IF;
  PERFORM audit_append(p_actor_kind, p_actor_id, p_verb, p_subject, p_detail, p_at);
END $$;
