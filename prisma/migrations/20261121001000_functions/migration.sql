-- The hot writes are functions: one round trip, one transaction, no business logic beyond storing.
-- Order of locks everywhere: idempotency key, author, note, revision, audit lane.

-- Fewer dead rows per page: these rows are updated a few times soon after they are written.
ALTER TABLE revisions SET (fillfactor = 80);
ALTER TABLE notes SET (fillfactor = 80);
ALTER TABLE audit_heads SET (fillfactor = 20);

-- ---- audit: append-only, chained per lane ------------------------------------------------

INSERT INTO audit_heads (lane, sequence, hash) SELECT 'lane-' || n, 0, '' FROM generate_series(0, 7) AS n;

CREATE FUNCTION audit_hash(
  p_lane text, p_sequence bigint, p_at timestamptz, p_actor_kind text, p_actor_id text,
  p_verb text, p_subject text, p_detail text, p_prev text
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(json_build_array(
    p_lane, p_sequence, round(extract(epoch FROM p_at) * 1000)::bigint, p_actor_kind, p_actor_id,
    p_verb, p_subject, p_detail, p_prev)::text, 'UTF8')), 'hex')
$$;

-- The head's row lock keeps the sequence of a lane gapless; it is held until the caller commits.
CREATE FUNCTION audit_append(
  p_actor_kind text, p_actor_id text, p_verb text, p_subject text, p_detail text, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_lane text := 'lane-' || (get_byte(sha256(convert_to(p_subject, 'UTF8')), 0) & 7);
  v_at timestamptz(3) := p_at;
  v_sequence bigint;
  v_prev text;
  v_hash text;
BEGIN
  SELECT sequence + 1, hash INTO STRICT v_sequence, v_prev FROM audit_heads WHERE lane = v_lane FOR UPDATE;
  v_hash := audit_hash(v_lane, v_sequence, v_at, p_actor_kind, p_actor_id, p_verb, p_subject, p_detail, v_prev);
  INSERT INTO audit_events (lane, sequence, at, actor_kind, actor_id, verb, subject, detail, prev_hash, hash)
  VALUES (v_lane, v_sequence, v_at, p_actor_kind, p_actor_id, p_verb, p_subject, p_detail, v_prev, v_hash);
  UPDATE audit_heads SET sequence = v_sequence, hash = v_hash WHERE lane = v_lane;
END $$;

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- The first broken link of each lane: a wrong hash, a gap, or an end that is not the head's.
CREATE FUNCTION audit_verify() RETURNS TABLE (checked bigint, lane text, sequence bigint) LANGUAGE sql STABLE AS $$
  WITH link AS (
    SELECT e.lane, e.sequence,
      e.sequence = coalesce(lag(e.sequence) OVER w, 0) + 1
      AND e.prev_hash = coalesce(lag(e.hash) OVER w, '')
      AND e.hash = audit_hash(e.lane, e.sequence, e.at, e.actor_kind, e.actor_id, e.verb, e.subject, e.detail, e.prev_hash) AS good
    FROM audit_events e WINDOW w AS (PARTITION BY e.lane ORDER BY e.sequence)
  ), ends AS (
    SELECT h.lane, h.sequence + 1 AS sequence FROM audit_heads h
    LEFT JOIN LATERAL (
      SELECT e.sequence, e.hash FROM audit_events e WHERE e.lane = h.lane ORDER BY e.sequence DESC LIMIT 1
    ) l ON true
    WHERE coalesce(l.sequence, 0) <> h.sequence OR coalesce(l.hash, '') <> h.hash
  ), broken AS (
    SELECT b.lane, min(b.sequence) AS sequence
    FROM (SELECT link.lane, link.sequence FROM link WHERE NOT good UNION ALL SELECT ends.lane, ends.sequence FROM ends) b
    GROUP BY b.lane
  )
  SELECT (SELECT count(*) FROM link), broken.lane, broken.sequence FROM (VALUES (1)) one LEFT JOIN broken ON true
$$;

-- ---- outbox ---------------------------------------------------------------------------------

CREATE FUNCTION iso(p_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- One event and one due delivery for each subscribed endpoint; a paused endpoint gets them when it goes on.
CREATE FUNCTION emit_event(
  p_id text, p_source text, p_type text, p_note text, p_sequence int, p_body_data json, p_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events (id, source_id, type, note_id, sequence, body, created_at)
  VALUES (p_id, p_source, p_type, p_note, p_sequence,
    json_build_object('type', p_type, 'timestamp', iso(p_at), 'data', p_body_data)::text, p_at);
  INSERT INTO deliveries (id, source_id, endpoint_id, event_id, event_type, state, next_attempt_at, created_at)
  SELECT 'dlv_' || left(encode(sha256(convert_to(p_id || '/' || w.id, 'UTF8')), 'hex'), 26),
    p_source, w.id, p_id, p_type, 'due', p_at, p_at
  FROM webhook_endpoints w
  WHERE w.source_id = p_source AND w.status <> 'disabled' AND p_type = ANY (w.events);
END $$;

-- ---- accept -----------------------------------------------------------------------------------

CREATE FUNCTION accept_note(p jsonb, OUT kind text, OUT note_id text, OUT revision_id text, OUT revision int)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_source text := p->>'sourceId';
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_key text := p->>'keyHash';
  v_note jsonb := p->'note';
  v_author jsonb := p->'note'->'author';
  v_seen record;
BEGIN
  IF v_key IS NOT NULL THEN
    -- A concurrent holder of the same key is waited for here; an expired key is taken over.
    INSERT INTO idempotency_keys AS k (source_id, key_hash, fingerprint, created_at)
    VALUES (v_source, v_key, p->>'fingerprint', v_at)
    ON CONFLICT (source_id, key_hash) DO UPDATE
      SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, note_id = NULL
      WHERE k.created_at < v_at - make_interval(secs => (p->>'keySeconds')::float8);
    IF NOT FOUND THEN
      SELECT k.fingerprint, k.note_id, k.revision_id, k.revision INTO v_seen
      FROM idempotency_keys k WHERE k.source_id = v_source AND k.key_hash = v_key;
      IF v_seen.fingerprint IS NULL THEN
        kind := 'key_in_progress';
      ELSIF v_seen.fingerprint <> p->>'fingerprint' THEN
        kind := 'key_reused';
      ELSE
        kind := 'replayed';
        note_id := v_seen.note_id;
        revision_id := v_seen.revision_id;
        revision := v_seen.revision;
      END IF;
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
    SELECT n.id, n.revision, n.revision_id INTO note_id, revision, revision_id
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

-- Each item stands in its own savepoint; what must be tried again as a whole is passed on.
CREATE FUNCTION accept_notes(p jsonb)
RETURNS TABLE (kind text, note_id text, revision_id text, revision int, failure text)
LANGUAGE plpgsql AS $$
DECLARE
  v_item jsonb;
BEGIN
  FOR v_item IN SELECT value FROM jsonb_array_elements(p) LOOP
    failure := NULL;
    BEGIN
      SELECT a.kind, a.note_id, a.revision_id, a.revision INTO kind, note_id, revision_id, revision
      FROM accept_note(v_item) a;
    EXCEPTION
      WHEN serialization_failure OR deadlock_detected OR lock_not_available THEN RAISE;
      WHEN OTHERS THEN
        kind := 'failed'; note_id := NULL; revision_id := NULL; revision := NULL; failure := SQLSTATE;
    END;
    RETURN NEXT;
  END LOOP;
END $$;

-- ---- complete --------------------------------------------------------------------------------

-- Evidence, decisions, cases, outbox and audit of one revision, or nothing: 'saved', 'unchanged' or 'stale'.
CREATE FUNCTION complete_work(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_note notes%ROWTYPE;
  v_rev record;
  v_sequence int;
  v_changed text[] := '{}';
BEGIN
  SELECT * INTO v_note FROM notes WHERE id = p->>'noteId' AND source_id = p->>'sourceId' FOR UPDATE;
  SELECT r.state, r.epoch, r.superseded_at, r.revision, r.content_hash, r.note->>'createdAt' AS content_date,
    r.note->'author'->>'accountType' AS account_type, r.note->>'kind' AS kind,
    coalesce(jsonb_array_length(r.note->'images'), 0) > 0 AS has_images INTO v_rev
  FROM revisions r WHERE r.id = p->>'revisionId' AND r.source_id = p->>'sourceId' FOR UPDATE;
  IF v_rev.epoch IS DISTINCT FROM (p->>'epoch')::int THEN
    RETURN 'stale';
  END IF;
  IF EXISTS (SELECT 1 FROM evidence WHERE revision_id = p->>'revisionId' AND bundle_hash = p->>'bundleHash'
      AND evidence_version = p->>'evidenceVersion' AND NOT pending) THEN
    RETURN 'unchanged';
  END IF;
  IF v_rev.state <> 'due' OR v_rev.superseded_at IS NOT NULL THEN
    RETURN 'stale';
  END IF;

  INSERT INTO evidence (revision_id, bundle_hash, evidence_version, note_id, source_id, pending, evidence, trace, created_at)
  VALUES (p->>'revisionId', p->>'bundleHash', p->>'evidenceVersion', v_note.id, v_note.source_id,
    (p->>'pending')::boolean, p->'evidence', p->'trace', v_at)
  ON CONFLICT (revision_id, bundle_hash, evidence_version) DO UPDATE
    SET pending = excluded.pending, evidence = excluded.evidence, trace = excluded.trace, created_at = excluded.created_at;

  IF (p->>'pending')::boolean THEN
    UPDATE revisions SET lease_until = NULL, nudged_at = NULL, language = p->>'language',
      due_at = to_timestamp((p->>'dueAt')::float8 / 1000)
    WHERE id = p->>'revisionId';
    RETURN 'saved';
  END IF;

  v_sequence := v_note.sequence + 1;
  INSERT INTO decisions (id, source_id, note_id, revision_id, revision, sequence, content_hash, content_date, item_types,
    languages, author_key, account_type, regions, policy, action, side_actions, starts_at, ends_at, severity, category,
    categories, ground, rules, shadow, gaps, facts_key, by_kind, by_id, bundle_hash, evidence_version, supersedes, created_at)
  SELECT d.id, v_note.source_id, v_note.id, p->>'revisionId', v_rev.revision, v_sequence, v_rev.content_hash,
    v_rev.content_date::timestamptz,
    CASE WHEN v_rev.has_images THEN ARRAY['TEXT', 'IMAGE'] ELSE ARRAY['TEXT'] END, p->'languages',
    v_note.author_key, v_rev.account_type, d.regions, d.policy, d.action, d."sideActions", v_at, d."end", d.severity,
    d.category, d.categories, d.ground, d.rules, d.shadow, d.gaps, d."factsKey", 'policy', d.policy,
    p->>'bundleHash', p->>'evidenceVersion',
    CASE WHEN v_note.sequence > 0 THEN (
      SELECT o.id FROM decisions o
      WHERE o.note_id = v_note.id AND o.superseded_by IS NULL AND o.regions && d.regions
      ORDER BY (SELECT count(*) FROM unnest(o.regions) r WHERE r = ANY (d.regions)) DESC, o.id LIMIT 1) END,
    v_at
  FROM jsonb_to_recordset(p->'decisions') AS d(id text, regions text[], policy text, action text, "sideActions" text[],
    "end" timestamptz, severity int, category text, categories text[], ground jsonb, rules jsonb, shadow jsonb,
    gaps jsonb, "factsKey" text);

  IF v_note.sequence > 0 THEN
    SELECT coalesce(array_agg(n.id), '{}') INTO v_changed FROM decisions n
    WHERE n.note_id = v_note.id AND n.sequence = v_sequence AND EXISTS (
      SELECT 1 FROM decisions o WHERE o.note_id = v_note.id AND o.sequence < v_sequence AND o.superseded_by IS NULL
        AND o.regions && n.regions AND (o.action, o.category) IS DISTINCT FROM (n.action, n.category));
    -- A decision about an older revision no longer stands, even for a region that is no longer asked for.
    UPDATE decisions o SET superseded_by = coalesce(
        (SELECT n.id FROM decisions n WHERE n.note_id = v_note.id AND n.sequence = v_sequence AND n.regions && o.regions
         ORDER BY n.id LIMIT 1),
        (SELECT min(n.id) FROM decisions n WHERE n.note_id = v_note.id AND n.sequence = v_sequence))
    WHERE o.note_id = v_note.id AND o.sequence < v_sequence AND o.superseded_by IS NULL;
    UPDATE cases SET state = 'closed', outcome = 'superseded', closed_at = v_at
    WHERE note_id = v_note.id AND state = 'open';
  END IF;

  INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
    language, state, opened_at)
  SELECT d."caseId", v_note.source_id, v_note.id, p->>'revisionId', v_rev.revision, d.id, d.action, d.severity, d.category,
    d.regions, p->>'language', 'open', v_at
  FROM jsonb_to_recordset(p->'decisions') AS d("caseId" text, id text, action text, severity int, category text, regions text[])
  WHERE d.action IN ('hold', 'review');

  PERFORM emit_event(p->>'eventId', v_note.source_id, 'note.decided', v_note.id, v_sequence,
    decided_payload(v_note.id, v_note.external_id, v_rev.revision, v_sequence, NULL), v_at);
  IF v_changed <> '{}' THEN
    PERFORM emit_event(p->>'changedEventId', v_note.source_id, 'decision.changed', v_note.id, v_sequence,
      decided_payload(v_note.id, v_note.external_id, v_rev.revision, v_sequence, v_changed), v_at);
  END IF;

  UPDATE revisions SET state = p->>'state', lease_until = NULL, due_at = NULL, language = p->>'language', decided_at = v_at
  WHERE id = p->>'revisionId';
  UPDATE notes SET state = p->>'state', sequence = v_sequence, language = p->>'language', strongest = p->>'strongest',
    decided_at = v_at
  WHERE id = v_note.id;

  PERFORM audit_append('system', 'policy', 'note.decided', v_note.id, json_build_object(
    'revisionId', p->>'revisionId', 'revision', v_rev.revision, 'sequence', v_sequence,
    'bundleHash', p->>'bundleHash', 'evidenceVersion', p->>'evidenceVersion',
    'contentSalted', encode(sha256(convert_to(v_note.salt || v_rev.content_hash, 'UTF8')), 'hex'),
    'decisions', (SELECT json_agg(json_build_object('decisionId', d->>'id', 'action', d->>'action',
      'category', d->>'category', 'regions', d->'regions')) FROM jsonb_array_elements(p->'decisions') d))::text, v_at);
  RETURN 'saved';
END $$;

-- Thin on purpose: ids, verdict and versions; the platform asks for the rest.
CREATE FUNCTION decided_payload(p_note text, p_external text, p_revision int, p_sequence int, p_only text[])
RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_build_object('noteId', p_note, 'externalId', p_external, 'revision', p_revision, 'sequence', p_sequence,
    'decisions', coalesce((SELECT json_agg(json_build_object('decisionId', d.id, 'regions', d.regions, 'action', d.action,
      'category', d.category, 'supersedes', d.supersedes) ORDER BY d.id)
      FROM decisions d WHERE d.note_id = p_note AND d.sequence = p_sequence AND (p_only IS NULL OR d.id = ANY (p_only))),
      '[]'::json))
$$;

-- ---- erase -----------------------------------------------------------------------------------

-- Null when unknown, false when it had been erased before. Deletes every text and every hash of it.
CREATE FUNCTION erase_note(p_source text, p_note text, p_event text, p_actor_kind text, p_actor_id text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_note notes%ROWTYPE;
  v_revisions int;
BEGIN
  SELECT * INTO v_note FROM notes WHERE id = p_note AND (p_source IS NULL OR source_id = p_source) FOR UPDATE;
  IF v_note.id IS NULL THEN RETURN NULL; END IF;
  IF v_note.state = 'erased' THEN RETURN false; END IF;

  DELETE FROM images WHERE note_id = p_note;
  DELETE FROM evidence WHERE note_id = p_note;
  DELETE FROM idempotency_keys WHERE note_id = p_note;
  DELETE FROM campaign_signatures WHERE revision_id IN (SELECT id FROM revisions WHERE note_id = p_note);
  DELETE FROM delivery_attempts WHERE delivery_id IN (
    SELECT d.id FROM deliveries d JOIN events e ON e.id = d.event_id WHERE e.note_id = p_note);
  DELETE FROM deliveries WHERE event_id IN (SELECT id FROM events WHERE note_id = p_note);
  DELETE FROM events WHERE note_id = p_note;
  -- The raised epoch turns away a worker that still holds the text.
  UPDATE revisions SET note = NULL, content_hash = NULL, text_hash = NULL, language = NULL, state = 'erased',
    epoch = epoch + 1, lease_until = NULL, due_at = NULL
  WHERE note_id = p_note;
  GET DIAGNOSTICS v_revisions = ROW_COUNT;
  UPDATE decisions SET content_hash = NULL, author_key = NULL, languages = NULL, rules = '[]', shadow = '[]', facts_slots = NULL
  WHERE note_id = p_note;
  UPDATE human_decisions SET reason = NULL, second_review = NULL WHERE note_id = p_note;
  UPDATE cases SET language = NULL, state = 'closed', outcome = coalesce(outcome, 'erased'), closed_at = coalesce(closed_at, p_at)
  WHERE note_id = p_note;
  UPDATE notes SET external_id = '', external_hash = 'erased:' || id, author_key = NULL, author_id = NULL, salt = NULL,
    language = NULL, state = 'erased', erased_at = p_at, sequence = sequence + 1
  WHERE id = p_note;
  DELETE FROM authors a WHERE a.source_id = v_note.source_id AND a.author_key = v_note.author_key
    AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.source_id = a.source_id AND n.author_key = a.author_key);

  PERFORM emit_event(p_event, v_note.source_id, 'note.erased', p_note, v_note.sequence + 1, json_build_object(
    'noteId', p_note, 'externalId', v_note.external_id, 'revision', v_note.revision, 'sequence', v_note.sequence + 1), p_at);
  PERFORM audit_append(p_actor_kind, p_actor_id, 'note.erased', p_note,
    json_build_object('revisions', v_revisions)::text, p_at);
  RETURN true;
END $$;
