-- Sending again under a key: asked twice, it is done once and answers as it did.
ALTER TABLE idempotency_keys ADD COLUMN redelivered integer;

CREATE FUNCTION redeliver_once(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_source text := p->>'sourceId';
  v_key text := p->>'keyHash';
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_delivery text := p->>'deliveryId';
  v_endpoint text := p->>'endpointId';
  v_state text := p->>'status';
  v_since timestamptz := (p->>'since')::timestamptz;
  v_seen record;
  v_sent integer;
BEGIN
  -- A concurrent holder of the same key is waited for here; an expired key is taken over.
  INSERT INTO idempotency_keys AS k (source_id, key_hash, fingerprint, created_at)
  VALUES (v_source, v_key, p->>'fingerprint', v_at)
  ON CONFLICT (source_id, key_hash) DO UPDATE
    SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, note_id = NULL
    WHERE k.created_at < v_at - make_interval(secs => (p->>'keySeconds')::float8);
  IF NOT FOUND THEN
    SELECT k.fingerprint, k.redelivered INTO v_seen
    FROM idempotency_keys k WHERE k.source_id = v_source AND k.key_hash = v_key;
    RETURN CASE
      WHEN v_seen.fingerprint IS NULL THEN jsonb_build_object('kind', 'key_in_progress')
      WHEN v_seen.fingerprint <> p->>'fingerprint' THEN jsonb_build_object('kind', 'key_reused')
      ELSE jsonb_build_object('kind', 'replayed', 'redelivered', v_seen.redelivered)
    END;
  END IF;
  -- Dead ones in bulk; one that was delivered or waits for its next attempt only by its own id. Attempts start afresh, the
  -- list of attempts stays.
  UPDATE deliveries d SET state = 'due', next_attempt_at = v_at, lease_until = NULL, attempts = 0, epoch = d.epoch + 1
  WHERE d.source_id = v_source AND (v_delivery IS NULL OR d.id = v_delivery)
    AND (v_endpoint IS NULL OR d.endpoint_id = v_endpoint) AND (v_state IS NULL OR d.state = v_state)
    AND (v_since IS NULL OR d.created_at >= v_since) AND (d.state = 'dead' OR v_delivery IS NOT NULL);
  GET DIAGNOSTICS v_sent = ROW_COUNT;
  UPDATE idempotency_keys k SET redelivered = v_sent WHERE k.source_id = v_source AND k.key_hash = v_key;
  RETURN jsonb_build_object('kind', 'redelivered', 'redelivered', v_sent);
END $$;
