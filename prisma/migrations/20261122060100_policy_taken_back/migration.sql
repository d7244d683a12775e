-- Files that are again as those in force take back what was proposed from them and still waits.
CREATE FUNCTION policy_take_back(p_hash text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM policy_force WHERE id = 1 AND bundle_hash = p_hash FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE policy_bundles SET state = 'retired', reason = 'its files were taken back', changed_at = p_at
  WHERE state = 'candidate';
  UPDATE policy_force SET seen_hash = p_hash WHERE id = 1;
END $$;
