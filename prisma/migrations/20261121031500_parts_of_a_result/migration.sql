-- The parts of storing a result as functions of their own, so that every later way to a decision uses the same ones.

CREATE FUNCTION close_cases(p_note text, p_outcome text, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE cases SET state = 'closed', outcome = p_outcome, closed_at = p_at WHERE note_id = p_note AND state = 'open'
$$;

-- One case for each decision that asks for a person.
CREATE FUNCTION open_cases(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
    language, state, opened_at)
  SELECT d."caseId", p_note.source_id, p_note.id, p_rev.id, p_rev.revision, d.id, d.action, d.severity, d.category,
    d.regions, p->>'language', 'open', p_at
  FROM jsonb_to_recordset(p->'decisions') AS d("caseId" text, id text, action text, severity int, category text, regions text[])
  WHERE d.action IN ('hold', 'review')
$$;

-- Decisions, what they supersede, cases and outbox entries of one result; answers the sequence of its event.
CREATE FUNCTION record_decisions(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_sequence int;
  v_changed text[] := '{}';
BEGIN
  -- Two steps for a note that was decided before: decision.changed takes the lower one, since note.decided says all of it.
  v_sequence := p_note.sequence + CASE WHEN p_note.sequence > 0 THEN 2 ELSE 1 END;
  INSERT INTO decisions (id, source_id, note_id, revision_id, revision, sequence, content_hash, content_date, item_types,
    languages, author_key, account_type, regions, policy, action, side_actions, starts_at, ends_at, severity, category,
    categories, ground, rules, shadow, gaps, facts_key, by_kind, by_id, bundle_hash, evidence_version, supersedes, created_at)
  SELECT d.id, p_note.source_id, p_note.id, p_rev.id, p_rev.revision, v_sequence, p_rev.content_hash,
    (p_rev.note->>'createdAt')::timestamptz,
    CASE WHEN coalesce(jsonb_array_length(p_rev.note->'images'), 0) > 0 THEN ARRAY['TEXT', 'IMAGE'] ELSE ARRAY['TEXT'] END, p->'languages',
    p_note.author_key, p_rev.note->'author'->>'accountType', d.regions, d.policy, d.action, d."sideActions", p_at, d."end", d.severity,
    d.category, d.categories, d.ground, d.rules, d.shadow, d.gaps, d."factsKey", 'policy', d.policy,
    p->>'bundleHash', p->>'evidenceVersion',
    CASE WHEN p_note.sequence > 0 THEN (
      SELECT o.id FROM decisions o
      WHERE o.note_id = p_note.id AND o.superseded_by IS NULL AND o.regions && d.regions
      ORDER BY (SELECT count(*) FROM unnest(o.regions) r WHERE r = ANY (d.regions)) DESC, o.id LIMIT 1) END,
    p_at
  FROM jsonb_to_recordset(p->'decisions') AS d(id text, regions text[], policy text, action text, "sideActions" text[],
    "end" timestamptz, severity int, category text, categories text[], ground jsonb, rules jsonb, shadow jsonb,
    gaps jsonb, "factsKey" text);

  IF p_note.sequence > 0 THEN
    SELECT coalesce(array_agg(n.id), '{}') INTO v_changed FROM decisions n
    WHERE n.note_id = p_note.id AND n.sequence = v_sequence AND EXISTS (
      SELECT 1 FROM decisions o WHERE o.note_id = p_note.id AND o.sequence < v_sequence AND o.superseded_by IS NULL
        AND o.regions && n.regions AND (o.action, o.category) IS DISTINCT FROM (n.action, n.category));
    -- A decision about an older revision no longer stands, even for a region that is no longer asked for.
    UPDATE decisions o SET superseded_by = coalesce(
        (SELECT n.id FROM decisions n WHERE n.note_id = p_note.id AND n.sequence = v_sequence AND n.regions && o.regions
         ORDER BY n.id LIMIT 1),
        (SELECT min(n.id) FROM decisions n WHERE n.note_id = p_note.id AND n.sequence = v_sequence))
    WHERE o.note_id = p_note.id AND o.sequence < v_sequence AND o.superseded_by IS NULL;
    PERFORM close_cases(p_note.id, 'superseded', p_at);
  END IF;

  PERFORM open_cases(p, p_note, p_rev, p_at);

  PERFORM emit_event(p->>'eventId', p_note.source_id, 'note.decided', p_note.id, v_sequence,
    decided_payload(p_note.id, p_note.external_id, p_rev.revision, v_sequence, NULL), p_at);
  IF v_changed <> '{}' THEN
    PERFORM emit_event(p->>'changedEventId', p_note.source_id, 'decision.changed', p_note.id, v_sequence - 1,
      (decided_payload(p_note.id, p_note.external_id, p_rev.revision, v_sequence, v_changed)::jsonb
        || jsonb_build_object('sequence', v_sequence - 1))::json, p_at);
  END IF;
  RETURN v_sequence;
END $$;

CREATE OR REPLACE FUNCTION complete_work(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_note notes%ROWTYPE;
  v_rev revisions%ROWTYPE;
  v_sequence int;
BEGIN
  SELECT * INTO v_note FROM notes WHERE id = p->>'noteId' AND source_id = p->>'sourceId' FOR UPDATE;
  SELECT * INTO v_rev FROM revisions WHERE id = p->>'revisionId' AND source_id = p->>'sourceId' FOR UPDATE;
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

  v_sequence := record_decisions(p, v_note, v_rev, v_at);
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
