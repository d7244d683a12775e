-- What the law says to keep: a hold for each note, region and term of a region file. A suspicion of the policy begins it, a
-- person's finding confirms it or ends it, and age passes what is held. An erasure seals what a hold covers.

CREATE TABLE "legal_holds" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "term" TEXT NOT NULL,
    "categories" TEXT[],
    "days" INTEGER NOT NULL,
    "starts" TEXT NOT NULL,
    "ground" TEXT NOT NULL,
    "gag" BOOLEAN NOT NULL,
    "origin" TEXT NOT NULL,
    "bundle_hash" TEXT,
    "decision_id" TEXT,
    "begun_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "reported_at" TIMESTAMPTZ(3),
    "until" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "ended_why" TEXT,
    "confirmed_in" TEXT,
    "ended_in" TEXT,

    CONSTRAINT "legal_holds_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "legal_holds_note_id_idx" ON "legal_holds"("note_id");
CREATE INDEX "legal_holds_revision_id_idx" ON "legal_holds"("revision_id");
CREATE UNIQUE INDEX "legal_holds_live" ON "legal_holds"("revision_id", "region", "term") WHERE "ended_at" IS NULL;
CREATE INDEX "legal_holds_until" ON "legal_holds"("until") WHERE "ended_at" IS NULL;

CREATE TABLE "sealed_notes" (
    "revision_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "external_id" TEXT NOT NULL,
    "author_id" TEXT,
    "note" JSONB NOT NULL,
    "evidence" JSONB,
    "images" JSONB NOT NULL,
    "blob_keys" TEXT[],
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sealed_notes_pkey" PRIMARY KEY ("revision_id")
);
CREATE INDEX "sealed_notes_note_id_idx" ON "sealed_notes"("note_id");
CREATE INDEX "sealed_notes_blob_keys_idx" ON "sealed_notes" USING GIN ("blob_keys");

-- ---- holds ---------------------------------------------------------------------------------------

-- As the audit says it.
CREATE FUNCTION hold_said(h legal_holds) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('holdId', h.id, 'revisionId', h.revision_id, 'region', h.region, 'term', h.term,
    'ground', h.ground, 'until', iso(h.until))
$$;

CREATE FUNCTION hold_id(p_of text, p_region text, p_term text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT 'hold_' || left(encode(sha256(convert_to(p_of || '/' || p_region || '/' || p_term, 'UTF8')), 'hex'), 26)
$$;

CREATE FUNCTION holds_told(p_kind text, p_by text, p_verb text, p_note text, p_holds jsonb, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_holds IS NULL THEN RETURN; END IF;
  PERFORM audit_append(p_kind, p_by, p_verb, p_note, jsonb_build_object('holds', p_holds)::text, p_at);
END $$;

-- A suspicion that a later result about the same revision no longer has, and about which nobody is asked any more.
CREATE FUNCTION holds_dropped(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_holds jsonb;
BEGIN
  WITH dropped AS (
    UPDATE legal_holds h SET ended_at = p_at, ended_by = 'policy', ended_why = 'no_longer_suspected'
    FROM jsonb_to_recordset(p->'decisions') AS d(id text, keeps jsonb)
    JOIN decisions x ON x.id = d.id AND x.superseded_by IS NULL
    WHERE h.revision_id = p_rev.id AND h.region = ANY (x.regions) AND h.ended_at IS NULL AND h.origin = 'suspicion'
      AND h.confirmed_at IS NULL AND x.action NOT IN ('hold', 'review')
      AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(coalesce(d.keeps, '[]')) AS k(region text, term text)
        WHERE k.region = h.region AND k.term = h.term)
    RETURNING hold_said(h) AS told
  )
  SELECT jsonb_agg(told) INTO v_holds FROM dropped;
  PERFORM holds_told('system', 'policy', 'hold.ended', p_note.id, v_holds, p_at);
END $$;

-- A suspicion holds for thirty days at most. Regions in which a person has decided about this revision are not asked again.
CREATE FUNCTION holds_begin(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_holds jsonb;
BEGIN
  IF p_note.sequence > 0 THEN PERFORM holds_dropped(p, p_note, p_rev, p_at); END IF;
  IF NOT p @? '$.decisions[*].keeps' THEN RETURN; END IF;
  WITH begun AS (
    INSERT INTO legal_holds AS h (id, source_id, note_id, revision_id, region, term, categories, days, starts, ground, gag,
      origin, bundle_hash, decision_id, begun_at, until)
    SELECT hold_id(x.id, k.region, k.term), p_note.source_id, p_note.id, p_rev.id, k.region, k.term, k.categories, k.days,
      k.starts, k.ground, k.gag, 'suspicion', p->>'bundleHash', x.id, p_at, p_at + interval '30 days'
    FROM jsonb_to_recordset(p->'decisions') AS d(id text, keeps jsonb)
    JOIN decisions x ON x.id = d.id AND x.superseded_by IS NULL
    CROSS JOIN LATERAL jsonb_to_recordset(coalesce(d.keeps, '[]')) AS k(region text, term text, categories text[], days int,
      starts text, ground text, gag boolean)
    WHERE k.region = ANY (x.regions)
    ON CONFLICT (revision_id, region, term) WHERE ended_at IS NULL DO NOTHING
    RETURNING hold_said(h) AS said
  )
  SELECT jsonb_agg(said) INTO v_holds FROM begun;
  PERFORM holds_told('system', 'policy', 'hold.begun', p_note.id, v_holds, p_at);
END $$;

-- A finding in one of its categories confirms a hold for the whole term, or begins it; any other word of a person ends it.
-- What was reported to an authority, or ordered by one, ends by its time or by hand alone.
CREATE FUNCTION holds_decided(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_user text := p->>'userId';
  v_ended jsonb;
  v_confirmed jsonb;
BEGIN
  WITH said AS (
    SELECT r AS region, v.action, v.category
    FROM jsonb_to_recordset(p->'verdicts') AS v(regions text[], action text, category text), unnest(v.regions) r
  ), ended AS (
    UPDATE legal_holds h SET ended_at = p_at, ended_by = v_user, ended_why = 'decided', ended_in = p->>'submissionId'
    FROM said s
    WHERE h.revision_id = p_rev.id AND h.region = s.region AND h.ended_at IS NULL AND h.reported_at IS NULL
      AND h.origin <> 'order' AND (s.action = 'allow' OR s.category IS NULL OR s.category <> ALL (h.categories))
    RETURNING hold_said(h) AS told
  )
  SELECT jsonb_agg(told) INTO v_ended FROM ended;
  WITH said AS (
    SELECT r AS region, v.action, v.category
    FROM jsonb_to_recordset(p->'verdicts') AS v(regions text[], action text, category text), unnest(v.regions) r
  ), confirmed AS (
    UPDATE legal_holds h SET confirmed_at = p_at, confirmed_in = p->>'submissionId', until = p_at + make_interval(days => h.days)
    FROM said s
    WHERE h.revision_id = p_rev.id AND h.region = s.region AND h.ended_at IS NULL AND h.confirmed_at IS NULL
      AND s.action <> 'allow' AND s.category = ANY (h.categories)
    RETURNING hold_said(h) AS told
  ), begun AS (
    INSERT INTO legal_holds AS h (id, source_id, note_id, revision_id, region, term, categories, days, starts, ground, gag,
      origin, bundle_hash, decision_id, begun_at, confirmed_at, confirmed_in, until)
    SELECT hold_id(v."decisionId", k.region, k.term), p_note.source_id, p_note.id, p_rev.id, k.region, k.term, k.categories,
      k.days, k.starts, k.ground, k.gag, 'finding', p->>'bundleHash', v."decisionId", p_at, p_at, p->>'submissionId',
      p_at + make_interval(days => k.days)
    FROM jsonb_to_recordset(p->'verdicts') AS v("decisionId" text, keeps jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(coalesce(v.keeps, '[]')) AS k(region text, term text, categories text[], days int,
      starts text, ground text, gag boolean)
    ON CONFLICT (revision_id, region, term) WHERE ended_at IS NULL DO NOTHING
    RETURNING hold_said(h) AS told
  )
  SELECT jsonb_agg(told) INTO v_confirmed FROM (SELECT told FROM confirmed UNION ALL SELECT told FROM begun) t;
  PERFORM holds_told('user', v_user, 'hold.ended', p_note.id, v_ended, p_at);
  PERFORM holds_told('user', v_user, 'hold.confirmed', p_note.id, v_confirmed, p_at);
END $$;

-- A decision that is taken back takes along what it confirmed, began and ended.
CREATE FUNCTION holds_undone(p jsonb, p_note text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_submission text := p->>'submissionId';
  v_holds jsonb;
BEGIN
  WITH ended AS (
    UPDATE legal_holds h SET ended_at = p_at, ended_by = p->>'userId', ended_why = 'undone'
    WHERE h.confirmed_in = v_submission AND h.origin = 'finding' AND h.ended_at IS NULL AND h.reported_at IS NULL
    RETURNING hold_said(h) AS told
  ), doubted AS (
    UPDATE legal_holds h SET confirmed_at = NULL, confirmed_in = NULL, until = h.begun_at + interval '30 days'
    WHERE h.confirmed_in = v_submission AND h.origin = 'suspicion' AND h.ended_at IS NULL AND h.reported_at IS NULL
    RETURNING hold_said(h) AS told
  ), back AS (
    UPDATE legal_holds h SET ended_at = NULL, ended_by = NULL, ended_why = NULL, ended_in = NULL
    WHERE h.ended_in = v_submission AND h.ended_why = 'decided' RETURNING hold_said(h) AS told
  )
  SELECT jsonb_agg(told) INTO v_holds
  FROM (SELECT told FROM ended UNION ALL SELECT told FROM doubted UNION ALL SELECT told FROM back) t;
  PERFORM holds_told('user', p->>'userId', 'hold.undone', p_note, v_holds, p_at);
END $$;

-- By an authority's order, about the newest revision. Null: there is no such note; 'erased': there is nothing to keep.
CREATE FUNCTION hold_order(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_note notes%ROWTYPE;
  v_hold legal_holds%ROWTYPE;
BEGIN
  SELECT * INTO v_note FROM notes WHERE id = p->>'noteId' FOR UPDATE;
  IF v_note.id IS NULL THEN RETURN NULL; END IF;
  IF NOT EXISTS (SELECT 1 FROM revisions WHERE id = v_note.revision_id AND note IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM sealed_notes WHERE revision_id = v_note.revision_id) THEN RETURN 'erased'; END IF;
  INSERT INTO legal_holds (id, source_id, note_id, revision_id, region, term, categories, days, starts, ground, gag, origin,
    begun_at, confirmed_at, until)
  VALUES (p->>'holdId', v_note.source_id, v_note.id, v_note.revision_id, p->>'region', p->>'holdId', '{}', (p->>'days')::int,
    'decided', p->>'ground', (p->>'gag')::boolean, 'order', v_at, v_at, v_at + make_interval(days => (p->>'days')::int))
  ON CONFLICT (id) DO NOTHING RETURNING * INTO v_hold;
  IF v_hold.id IS NOT NULL THEN
    PERFORM audit_append(p->>'byKind', p->>'byId', 'hold.ordered', v_note.id,
      (hold_said(v_hold) || jsonb_build_object('why', p->>'why'))::text, v_at);
  END IF;
  RETURN 'ordered';
END $$;

-- With the day of the report the days of a term that counts from it begin anew. What is reported counts as found.
CREATE FUNCTION hold_reported(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_reported timestamptz(3) := to_timestamp((p->>'reportedAt')::float8 / 1000);
  v_hold legal_holds%ROWTYPE;
BEGIN
  SELECT * INTO v_hold FROM legal_holds WHERE id = p->>'holdId' FOR UPDATE;
  IF v_hold.id IS NULL THEN RETURN NULL; END IF;
  IF v_hold.ended_at IS NOT NULL THEN RETURN 'ended'; END IF;
  UPDATE legal_holds h SET reported_at = v_reported, confirmed_at = coalesce(h.confirmed_at, v_at),
    until = CASE WHEN h.starts = 'reported' THEN v_reported + make_interval(days => h.days)
      WHEN h.confirmed_at IS NULL THEN v_at + make_interval(days => h.days) ELSE h.until END
  WHERE h.id = v_hold.id RETURNING * INTO v_hold;
  PERFORM audit_once(p->>'byKind', p->>'byId', 'hold.reported', v_hold.note_id,
    (hold_said(v_hold) || jsonb_build_object('reportedAt', iso(v_reported)))::text, v_at);
  RETURN 'reported';
END $$;

CREATE FUNCTION hold_release(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_hold legal_holds%ROWTYPE;
BEGIN
  SELECT * INTO v_hold FROM legal_holds WHERE id = p->>'holdId' FOR UPDATE;
  IF v_hold.id IS NULL THEN RETURN NULL; END IF;
  -- The answer of a release at this very moment was lost.
  IF v_hold.ended_at IS NOT NULL THEN RETURN CASE WHEN v_hold.ended_at = v_at THEN 'released' ELSE 'ended' END; END IF;
  UPDATE legal_holds SET ended_at = v_at, ended_by = p->>'byId', ended_why = p->>'why' WHERE id = v_hold.id;
  PERFORM audit_append(p->>'byKind', p->>'byId', 'hold.released', v_hold.note_id,
    (hold_said(v_hold) || jsonb_build_object('why', p->>'why'))::text, v_at);
  RETURN 'released';
END $$;

-- Notes in the order of their audit lanes, so that two of these never wait for each other.
CREATE FUNCTION holds_run_out(p_at timestamptz, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v record;
  v_count int := 0;
BEGIN
  FOR v IN
    WITH due AS (
      SELECT id FROM legal_holds WHERE ended_at IS NULL AND until <= p_at ORDER BY until LIMIT p_limit FOR UPDATE SKIP LOCKED
    ), ended AS (
      UPDATE legal_holds h SET ended_at = p_at, ended_by = 'upkeep', ended_why = 'time' FROM due WHERE h.id = due.id
      RETURNING h.note_id, hold_said(h) AS told
    )
    SELECT note_id, jsonb_agg(told) AS holds, count(*) AS n FROM ended GROUP BY note_id
    ORDER BY get_byte(sha256(convert_to(note_id, 'UTF8')), 0) & 7, note_id
  LOOP
    PERFORM holds_told('system', 'upkeep', 'hold.ended', v.note_id, v.holds, p_at);
    v_count := v_count + v.n;
  END LOOP;
  RETURN v_count;
END $$;

-- ---- sealed notes ----------------------------------------------------------------------------------

-- Before an erasure: what a live hold covers goes where nothing of the desk reads. The caller holds the note.
CREATE FUNCTION note_seal(p_note notes, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sealed_notes (revision_id, note_id, source_id, revision, external_id, author_id, note, evidence, images,
    blob_keys, accepted_at, sealed_at)
  SELECT r.id, p_note.id, p_note.source_id, r.revision, p_note.external_id, p_note.author_id, r.note,
    (SELECT e.evidence FROM evidence e WHERE e.revision_id = r.id ORDER BY e.created_at DESC LIMIT 1),
    coalesce((SELECT jsonb_agg(jsonb_build_object('index', i.index, 'url', i.url, 'sha256', i.sha256, 'blobKey', i.blob_key,
      'reading', i.reading) ORDER BY i.index) FROM images i WHERE i.revision_id = r.id), '[]'),
    ARRAY(SELECT i.blob_key FROM images i WHERE i.revision_id = r.id AND i.blob_key IS NOT NULL ORDER BY i.index),
    r.accepted_at, p_at
  FROM revisions r
  WHERE r.note_id = p_note.id AND r.note IS NOT NULL
    AND EXISTS (SELECT 1 FROM legal_holds h WHERE h.revision_id = r.id AND h.ended_at IS NULL AND h.until > p_at)
$$;

-- Until when the sealed copy of an erased note is kept, by which law of which region; `p_told`: without what may not be told.
CREATE FUNCTION note_kept(p_note text, p_told boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('until', iso(h.until), 'ground', h.ground, 'region', h.region))
    FROM legal_holds h JOIN sealed_notes s ON s.revision_id = h.revision_id
    WHERE h.note_id = p_note AND h.ended_at IS NULL AND NOT (p_told AND h.gag)), '[]');
END $$;

-- With the last hold goes what it kept; the bytes of its pictures follow.
CREATE FUNCTION sealed_forget(p_at timestamptz, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v record;
  v_count int := 0;
BEGIN
  FOR v IN
    WITH old AS (
      SELECT s.revision_id FROM sealed_notes s
      WHERE NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.revision_id = s.revision_id AND h.ended_at IS NULL)
      ORDER BY s.sealed_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM sealed_notes s USING old WHERE s.revision_id = old.revision_id RETURNING s.note_id, s.revision
    )
    SELECT note_id, jsonb_agg(revision ORDER BY revision) AS revisions, count(*) AS n FROM gone GROUP BY note_id
    ORDER BY get_byte(sha256(convert_to(note_id, 'UTF8')), 0) & 7, note_id
  LOOP
    PERFORM audit_append('system', 'upkeep', 'sealed.erased', v.note_id,
      jsonb_build_object('revisions', v.revisions)::text, p_at);
    v_count := v_count + v.n;
  END LOOP;
  RETURN v_count;
END $$;

-- Nobody reads it without a line in the audit.
CREATE FUNCTION sealed_read(p_note text, p_kind text, p_by text, p_why text, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_read jsonb;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('revision', s.revision, 'externalId', s.external_id, 'authorId', s.author_id,
    'acceptedAt', iso(s.accepted_at), 'sealedAt', iso(s.sealed_at), 'note', s.note, 'evidence', s.evidence,
    'images', s.images) ORDER BY s.revision)
  INTO v_read FROM sealed_notes s WHERE s.note_id = p_note
    AND EXISTS (SELECT 1 FROM legal_holds h WHERE h.revision_id = s.revision_id AND h.ended_at IS NULL AND h.until > p_at);
  IF v_read IS NULL THEN RETURN NULL; END IF;
  PERFORM audit_once(p_kind, p_by, 'sealed.read', p_note, jsonb_build_object('why', p_why)::text, p_at);
  RETURN v_read;
END $$;

-- ---- what they hang on: as before, but for one call each ----------------------------------------------

CREATE OR REPLACE FUNCTION record_decisions(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS int
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_sequence int;
  v_changed text[] := '{}';
  v_kept text[] := '{}';
BEGIN
  IF p_note.sequence > 0 THEN
    SELECT coalesce(array_agg(DISTINCT r), '{}') INTO v_kept FROM decisions o, unnest(o.regions) r
    WHERE o.note_id = p_note.id AND o.revision_id = p_rev.id AND o.by_kind = 'person' AND o.superseded_by IS NULL;
  END IF;
  -- Two steps for a note that was decided before: decision.changed takes the lower one, since note.decided says all of it.
  v_sequence := p_note.sequence + CASE WHEN p_note.sequence > 0 THEN 2 ELSE 1 END;
  INSERT INTO decisions (id, source_id, note_id, revision_id, revision, sequence, content_hash, content_date, item_types,
    languages, author_key, account_type, regions, policy, action, side_actions, starts_at, ends_at, severity, category,
    categories, ground, rules, shadow, gaps, facts_key, by_kind, by_id, bundle_hash, evidence_version, supersedes,
    superseded_by, created_at)
  SELECT d.id, p_note.source_id, p_note.id, p_rev.id, p_rev.revision, v_sequence, p_rev.content_hash,
    (p_rev.note->>'createdAt')::timestamptz,
    CASE WHEN coalesce(jsonb_array_length(p_rev.note->'images'), 0) > 0 THEN ARRAY['TEXT', 'IMAGE'] ELSE ARRAY['TEXT'] END, p->'languages',
    p_note.author_key, p_rev.note->'author'->>'accountType',
    CASE WHEN d.regions <@ v_kept THEN d.regions ELSE ARRAY(SELECT r FROM unnest(d.regions) WITH ORDINALITY u(r, i) WHERE r <> ALL (v_kept) ORDER BY i) END,
    d.policy, d.action, d."sideActions", p_at, d."end", d.severity,
    d.category, d.categories, d.ground, d.rules, d.shadow, d.gaps, d."factsKey", 'policy', d.policy,
    p->>'bundleHash', p->>'evidenceVersion',
    CASE WHEN p_note.sequence > 0 AND NOT d.regions <@ v_kept THEN (
      SELECT o.id FROM decisions o
      WHERE o.note_id = p_note.id AND o.superseded_by IS NULL AND o.regions && d.regions
        AND NOT (o.by_kind = 'person' AND o.revision_id = p_rev.id)
      ORDER BY (SELECT count(*) FROM unnest(o.regions) r WHERE r = ANY (d.regions)) DESC, o.id LIMIT 1) END,
    CASE WHEN d.regions <> '{}' AND d.regions <@ v_kept THEN (
      SELECT o.id FROM decisions o WHERE o.note_id = p_note.id AND o.revision_id = p_rev.id AND o.by_kind = 'person'
        AND o.superseded_by IS NULL AND o.regions && d.regions ORDER BY o.id LIMIT 1) END,
    p_at
  FROM jsonb_to_recordset(p->'decisions') AS d(id text, regions text[], policy text, action text, "sideActions" text[],
    "end" timestamptz, severity int, category text, categories text[], ground jsonb, rules jsonb, shadow jsonb,
    gaps jsonb, "factsKey" text);

  IF p_note.sequence > 0 THEN
    SELECT coalesce(array_agg(n.id), '{}') INTO v_changed FROM decisions n
    WHERE n.note_id = p_note.id AND n.sequence = v_sequence AND n.superseded_by IS NULL AND EXISTS (
      SELECT 1 FROM decisions o WHERE o.note_id = p_note.id AND o.sequence < v_sequence AND o.superseded_by IS NULL
        AND o.regions && n.regions AND (o.action, o.category) IS DISTINCT FROM (n.action, n.category));
    -- A decision about an older revision no longer stands, even for a region that is no longer asked for.
    UPDATE decisions o SET superseded_by = coalesce(
        (SELECT n.id FROM decisions n WHERE n.note_id = p_note.id AND n.sequence = v_sequence AND n.superseded_by IS NULL
           AND n.regions && o.regions ORDER BY n.id LIMIT 1),
        (SELECT min(n.id) FROM decisions n WHERE n.note_id = p_note.id AND n.sequence = v_sequence))
    WHERE o.note_id = p_note.id AND o.sequence < v_sequence AND o.superseded_by IS NULL
      AND NOT (o.by_kind = 'person' AND o.revision_id = p_rev.id);
  END IF;

  PERFORM open_cases(p, p_note, p_rev, p_at);
  PERFORM holds_begin(p, p_note, p_rev, p_at);

  PERFORM emit_event(p->>'eventId', p_note.source_id, 'note.decided', p_note.id, v_sequence,
    decided_payload(p_note.id, p_note.external_id, p_rev.revision, v_sequence, NULL), p_at);
  IF v_changed <> '{}' THEN
    PERFORM emit_event(p->>'changedEventId', p_note.source_id, 'decision.changed', p_note.id, v_sequence - 1,
      (decided_payload(p_note.id, p_note.external_id, p_rev.revision, v_sequence, v_changed)::jsonb
        || jsonb_build_object('sequence', v_sequence - 1))::json, p_at);
  END IF;
  RETURN v_sequence;
END $$;

CREATE OR REPLACE FUNCTION desk_decide(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_undo timestamptz(3) := to_timestamp((p->>'undoUntil')::float8 / 1000);
  v_user text := p->>'userId';
  v_note notes%ROWTYPE;
  v_rev revisions%ROWTYPE;
  v_case cases%ROWTYPE;
  v_named text[];
  v_rest text[];
  v_sequence int;
  v_stands boolean;
  v_new text[] := ARRAY(SELECT v->>'decisionId' FROM jsonb_array_elements(p->'verdicts') v);
BEGIN
  SELECT n.* INTO v_note FROM notes n JOIN cases c ON c.note_id = n.id WHERE c.id = p->>'caseId' FOR UPDATE OF n;
  SELECT * INTO v_case FROM cases WHERE id = p->>'caseId' FOR UPDATE;
  IF v_case.id IS NULL THEN RETURN 'unknown'; END IF;
  IF v_case.state <> 'open' THEN RETURN 'closed'; END IF;
  IF v_case.lease_by IS DISTINCT FROM v_user OR v_case.lease_epoch <> (p->>'epoch')::int
    OR v_case.lease_until IS NULL OR v_case.lease_until <= v_at THEN RETURN 'lease_lost'; END IF;
  SELECT coalesce(array_agg(r), '{}') INTO v_named FROM jsonb_array_elements(p->'verdicts') v, jsonb_array_elements_text(v->'regions') r;
  IF v_named = '{}' OR NOT v_named <@ v_case.regions OR cardinality(v_named) <> (SELECT count(DISTINCT r) FROM unnest(v_named) r) THEN
    RETURN 'regions';
  END IF;
  SELECT * INTO v_rev FROM revisions WHERE id = v_case.revision_id FOR UPDATE;
  v_rest := ARRAY(SELECT r FROM unnest(v_case.regions) WITH ORDINALITY u(r, i) WHERE r <> ALL (v_named) ORDER BY i);
  v_sequence := v_note.sequence + 1;
  -- What was decided about a newer revision stands; this one is then kept for the record and for the appellant.
  v_stands := NOT EXISTS (SELECT 1 FROM decisions d WHERE d.note_id = v_note.id AND d.superseded_by IS NULL AND d.revision > v_case.revision);

  INSERT INTO decisions (id, source_id, note_id, revision_id, revision, sequence, content_hash, content_date, item_types,
    languages, author_key, account_type, regions, policy, action, side_actions, starts_at, ends_at, severity, category,
    categories, ground, rules, shadow, gaps, facts_key, trigger, trigger_ref, automated_detect, automated_decide, by_kind,
    by_id, bundle_hash, clock_kind, clock_deadline, clock_met, appeal_deadline, supersedes, superseded_by, created_at)
  SELECT v."decisionId", v_note.source_id, v_note.id, v_rev.id, v_rev.revision, v_sequence, v_rev.content_hash,
    (v_rev.note->>'createdAt')::timestamptz,
    CASE WHEN coalesce(jsonb_array_length(v_rev.note->'images'), 0) > 0 THEN ARRAY['TEXT', 'IMAGE'] ELSE ARRAY['TEXT'] END,
    (SELECT o.languages FROM decisions o WHERE o.note_id = v_note.id AND o.revision_id = v_rev.id AND o.languages IS NOT NULL LIMIT 1),
    v_note.author_key, v_rev.note->'author'->>'accountType', v.regions, v.policy, v.action, '{}', v_at, v."end", v.severity,
    v.category, CASE WHEN v.category IS NULL THEN '{}' ELSE ARRAY[v.category] END, v.ground, '[]', '[]', '[]', v.notice,
    p->>'trigger', p->>'triggerRef', p->>'trigger' = 'own_initiative', 'none', 'person', v_user, p->>'bundleHash',
    v_case.clock->>'name', v_case.due_at, v_at <= v_case.due_at, v."appealDeadline",
    (SELECT o.id FROM decisions o WHERE o.note_id = v_note.id AND o.superseded_by IS NULL AND o.regions && v.regions
      ORDER BY (SELECT count(*) FROM unnest(o.regions) r WHERE r = ANY (v.regions)) DESC, o.id LIMIT 1),
    CASE WHEN v_stands THEN NULL ELSE (SELECT min(o.id) FROM decisions o WHERE o.note_id = v_note.id AND o.superseded_by IS NULL) END,
    v_at
  FROM jsonb_to_recordset(p->'verdicts') AS v("decisionId" text, regions text[], policy text, action text, severity int,
    category text, ground jsonb, notice text, "end" timestamptz, "appealDeadline" timestamptz);

  IF v_stands THEN
    -- A decision that covered more regions goes on for the others, as a row of its own.
    INSERT INTO decisions SELECT (jsonb_populate_record(o, jsonb_build_object(
        'id', 'dec_' || left(encode(sha256(convert_to(o.id || '/' || v_sequence, 'UTF8')), 'hex'), 26),
        'regions', to_jsonb(ARRAY(SELECT r FROM unnest(o.regions) WITH ORDINALITY u(r, i) WHERE r <> ALL (v_named) ORDER BY i)),
        'sequence', v_sequence, 'supersedes', o.id))).*
    FROM decisions o WHERE o.note_id = v_note.id AND o.superseded_by IS NULL AND o.sequence < v_sequence
      AND o.regions && v_named AND NOT o.regions <@ v_named;
    UPDATE decisions o SET superseded_by = (SELECT n.id FROM decisions n WHERE n.id = ANY (v_new) AND n.regions && o.regions
      ORDER BY n.id LIMIT 1)
    WHERE o.note_id = v_note.id AND o.superseded_by IS NULL AND o.sequence < v_sequence AND o.regions && v_named;
  END IF;

  INSERT INTO human_decisions (id, source_id, note_id, revision_id, case_id, decision_id, user_id, action, regions, reason,
    seconds, translation_shown, category, ground, outcome, notice, submission_id, event_id, undo_until, created_at)
  SELECT v."humanId", v_note.source_id, v_note.id, v_rev.id, v_case.id, v."decisionId", v_user, v.action, v.regions,
    p->>'reason', (p->>'seconds')::int, (p->>'translationShown')::boolean, v.category, v.ground, p->>'outcome', v."noticeText",
    p->>'submissionId', CASE WHEN v_stands THEN p->>'eventId' END, v_undo, v_at
  FROM jsonb_to_recordset(p->'verdicts') AS v("humanId" text, "decisionId" text, regions text[], action text, category text,
    ground jsonb, "noticeText" jsonb);

  IF v_rest = '{}' THEN
    UPDATE cases SET state = 'closed', outcome = 'decided', closed_at = v_at, changed_at = v_at, lease_by = NULL,
      lease_until = NULL, submission_id = p->>'submissionId' WHERE id = v_case.id;
    UPDATE appeals SET state = p->>'appealState', reason = p->>'reason', decided_at = v_at
    WHERE case_id = v_case.id AND state = 'open' AND p->>'appealState' IS NOT NULL;
    UPDATE reports SET state = p->>'reportState', reason = p->>'reason', decided_at = v_at
    WHERE case_id = v_case.id AND state = 'open' AND p->>'reportState' IS NOT NULL;
  ELSE
    UPDATE cases SET regions = v_rest, changed_at = v_at, lease_by = NULL, lease_until = NULL WHERE id = v_case.id;
  END IF;
  -- What the policy asked about the same regions of the same revision is answered too; appeals and reports want their own answer.
  UPDATE cases SET state = 'closed', outcome = 'decided', closed_at = v_at, changed_at = v_at, lease_by = NULL, lease_until = NULL,
    submission_id = p->>'submissionId'
  WHERE note_id = v_note.id AND state = 'open' AND id <> v_case.id AND revision_id = v_rev.id AND regions <@ v_named
    AND reason NOT IN ('appeal', 'report');

  IF v_stands THEN
    PERFORM emit_event(p->>'eventId', v_note.source_id, 'decision.changed', v_note.id, v_sequence,
      decided_payload(v_note.id, v_note.external_id, v_rev.revision, v_sequence, v_new), v_at);
    UPDATE deliveries SET next_attempt_at = v_undo WHERE event_id = p->>'eventId';
  END IF;
  UPDATE notes SET sequence = v_sequence WHERE id = v_note.id;
  PERFORM desk_show(v_note.id, v_rev.id);

  PERFORM holds_decided(p, v_note, v_rev, v_at);
  PERFORM audit_append('user', v_user, 'case.decided', v_note.id, json_build_object('caseId', v_case.id,
    'submissionId', p->>'submissionId', 'revision', v_rev.revision, 'sequence', v_sequence, 'outcome', p->>'outcome',
    'decisions', (SELECT json_agg(json_build_object('decisionId', v->>'decisionId', 'action', v->>'action',
      'category', v->>'category', 'regions', v->'regions')) FROM jsonb_array_elements(p->'verdicts') v))::text, v_at);
  RETURN CASE WHEN v_rest = '{}' THEN 'closed_now' ELSE 'left' END;
END $$;

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
  PERFORM holds_undone(p, v_made.note_id, v_at);
  PERFORM audit_append('user', p->>'userId', 'case.undone', v_made.note_id,
    json_build_object('caseId', v_case.id, 'submissionId', p->>'submissionId')::text, v_at);
  RETURN jsonb_build_object('kind', 'undone', 'caseId', v_case.id, 'epoch', v_case.lease_epoch);
END $$;

-- As before; what the law says to keep is sealed first.
CREATE OR REPLACE FUNCTION erase_note(p_source text, p_note text, p_event text, p_actor_kind text, p_actor_id text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_note notes%ROWTYPE;
  v_revisions int;
  v_told jsonb;
BEGIN
  SELECT * INTO v_note FROM notes WHERE id = p_note AND (p_source IS NULL OR source_id = p_source) FOR UPDATE;
  IF v_note.id IS NULL THEN RETURN NULL; END IF;
  IF v_note.state = 'erased' THEN RETURN false; END IF;

  PERFORM note_seal(v_note, p_at);
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

  v_told := note_kept(p_note, true);
  PERFORM emit_event(p_event, v_note.source_id, 'note.erased', p_note, v_note.sequence + 1, (jsonb_build_object(
    'noteId', p_note, 'externalId', v_note.external_id, 'revision', v_note.revision, 'sequence', v_note.sequence + 1)
    || CASE WHEN v_told = '[]' THEN '{}' ELSE jsonb_build_object('kept', v_told) END)::json, p_at);
  PERFORM audit_append(p_actor_kind, p_actor_id, 'note.erased', p_note,
    json_build_object('revisions', v_revisions, 'kept', note_kept(p_note, false))::text, p_at);
  RETURN true;
END $$;
