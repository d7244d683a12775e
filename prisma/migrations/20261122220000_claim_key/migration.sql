-- A key is claimed in one place, whatever is asked for under it.
-- Null: it is the caller's now; else what became of it before.
CREATE FUNCTION claim_key(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_fingerprint text;
BEGIN
  -- A concurrent holder of the same key is waited for here; an expired key is taken over.
  INSERT INTO idempotency_keys AS k (source_id, key_hash, fingerprint, created_at)
  VALUES (p->>'sourceId', p->>'keyHash', p->>'fingerprint', v_at)
  ON CONFLICT (source_id, key_hash) DO UPDATE
    SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, note_id = NULL
    WHERE k.created_at < v_at - make_interval(secs => (p->>'keySeconds')::float8);
  IF FOUND THEN
    RETURN NULL;
  END IF;
  SELECT k.fingerprint INTO v_fingerprint
  FROM idempotency_keys k WHERE k.source_id = p->>'sourceId' AND k.key_hash = p->>'keyHash';
  RETURN CASE
    WHEN v_fingerprint IS NULL THEN 'key_in_progress'
    WHEN v_fingerprint <> p->>'fingerprint' THEN 'key_reused'
    ELSE 'replayed'
  END;
END $$;

CREATE OR REPLACE FUNCTION accept_note(p jsonb, OUT kind text, OUT note_id text, OUT revision_id text, OUT revision int)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_source text := p->>'sourceId';
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_key text := p->>'keyHash';
  v_note jsonb := p->'note';
  v_author jsonb := p->'note'->'author';
  v_before text;
  v_other text;
BEGIN
  IF v_key IS NOT NULL THEN
    kind := claim_key(p);
    IF kind = 'replayed' THEN
      SELECT k.note_id, k.revision_id, k.revision INTO note_id, revision_id, revision
      FROM idempotency_keys k WHERE k.source_id = v_source AND k.key_hash = v_key;
    END IF;
    IF kind IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;

  IF p->>'authorKey' IS NOT NULL THEN
    INSERT INTO authors AS a
      (source_id, author_key, author_id, region, account_at, verified, account_type, age_band, first_seen_at)
    VALUES (v_source, p->>'authorKey', v_author->>'id', v_author->>'region', (v_author->>'createdAt')::timestamptz,
      (v_author->>'verified')::boolean, v_author->>'accountType', v_author->>'ageBand', v_at)
    ON CONFLICT (source_id, author_key) DO UPDATE SET
      region = coalesce(excluded.region, a.region), account_at = coalesce(excluded.account_at, a.account_at),
      verified = coalesce(excluded.verified, a.verified),
      account_type = coalesce(excluded.account_type, a.account_type), age_band = coalesce(excluded.age_band, a.age_band)
      WHERE (a.region, a.account_at, a.verified, a.account_type, a.age_band) IS DISTINCT FROM
        (coalesce(excluded.region, a.region), coalesce(excluded.account_at, a.account_at),
         coalesce(excluded.verified, a.verified), coalesce(excluded.account_type, a.account_type),
         coalesce(excluded.age_band, a.age_band));
  END IF;

  INSERT INTO notes (id, source_id, external_id, external_hash, author_key, author_id, kind, state, revision,
    revision_id, salt, created_at)
  VALUES (p->>'noteId', v_source, p->>'externalId', p->>'externalHash', p->>'authorKey', v_author->>'id',
    v_note->>'kind', 'due', 1, p->>'revisionId', p->>'salt', v_at)
  ON CONFLICT (source_id, external_hash) DO NOTHING;
  IF FOUND THEN
    kind := 'created';
    note_id := p->>'noteId';
    revision_id := p->>'revisionId';
    revision := 1;
  ELSE
    SELECT n.id, n.revision, n.revision_id, n.author_key INTO note_id, revision, revision_id, v_before
    FROM notes n WHERE n.source_id = v_source AND n.external_hash = p->>'externalHash' FOR UPDATE;
    IF note_id IS NULL THEN
      RAISE EXCEPTION 'the note was erased meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    IF (SELECT r.content_hash FROM revisions r WHERE r.id = accept_note.revision_id) = p->>'contentHash' THEN
      kind := 'unchanged';
    ELSE
      kind := 'revised';
      revision := accept_note.revision + 1;
      revision_id := p->>'revisionId';
      UPDATE revisions r SET superseded_at = v_at, due_at = NULL, lease_until = NULL
      WHERE r.note_id = accept_note.note_id AND r.state = 'due' AND r.superseded_at IS NULL;
      UPDATE notes n SET state = 'due', revision = accept_note.revision, revision_id = accept_note.revision_id,
        kind = v_note->>'kind', author_key = p->>'authorKey', author_id = v_author->>'id',
        language = NULL, strongest = NULL, decided_at = NULL
      WHERE n.id = accept_note.note_id;
    END IF;
    v_other := CASE kind WHEN 'unchanged' THEN p->>'authorKey' ELSE v_before END;
    IF v_other IS NOT NULL AND v_before IS DISTINCT FROM p->>'authorKey' THEN
      INSERT INTO other_authors (source_id, author_key, note_id) VALUES (v_source, v_other, accept_note.note_id)
      ON CONFLICT DO NOTHING;
    END IF;
  END IF;

  IF kind <> 'unchanged' THEN
    INSERT INTO revisions (id, note_id, source_id, revision, content_hash, text_hash, note, repaired, state,
      due_at, nudged_at, accepted_at)
    VALUES (accept_note.revision_id, accept_note.note_id, v_source, accept_note.revision, p->>'contentHash',
      p->>'textHash', v_note, (p->>'repaired')::boolean, 'due', v_at, v_at, v_at);
    IF jsonb_array_length(v_note->'images') > 0 THEN
      INSERT INTO images (revision_id, index, note_id, source_id, url, path, created_at)
      SELECT accept_note.revision_id, (i->>'index')::int, accept_note.note_id, v_source, i->>'url', i->>'path', v_at
      FROM jsonb_array_elements(v_note->'images') AS i
      ON CONFLICT DO NOTHING;
    END IF;
  END IF;

  IF v_key IS NOT NULL THEN
    UPDATE idempotency_keys k SET note_id = accept_note.note_id, revision_id = accept_note.revision_id,
      revision = accept_note.revision
    WHERE k.source_id = v_source AND k.key_hash = v_key;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION redeliver_once(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_source text := p->>'sourceId';
  v_key text := p->>'keyHash';
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_delivery text := p->>'deliveryId';
  v_endpoint text := p->>'endpointId';
  v_state text := p->>'status';
  v_since timestamptz := (p->>'since')::timestamptz;
  v_kind text;
  v_sent integer;
BEGIN
  v_kind := claim_key(p);
  IF v_kind IS NOT NULL THEN
    RETURN jsonb_build_object('kind', v_kind) || CASE v_kind WHEN 'replayed' THEN
      (SELECT jsonb_build_object('redelivered', k.redelivered)
       FROM idempotency_keys k WHERE k.source_id = v_source AND k.key_hash = v_key)
    ELSE '{}' END;
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
