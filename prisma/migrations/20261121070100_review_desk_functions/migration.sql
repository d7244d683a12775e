-- ---- what stands ---------------------------------------------------------------------------

-- State and strongest action of a revision, from the decisions that stand.
CREATE FUNCTION note_standing(p_note text, p_revision text, OUT state text, OUT strongest text) LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN bool_or(d.action = 'hold') THEN 'held' ELSE 'decided' END,
    (ARRAY['allow', 'warn', 'label', 'limit_interact', 'limit', 'age_gate', 'review', 'require_edit', 'geo_withhold',
      'hold', 'remove'])[max(array_position(ARRAY['allow', 'warn', 'label', 'limit_interact', 'limit', 'age_gate', 'review',
      'require_edit', 'geo_withhold', 'hold', 'remove'], d.action))]
  FROM decisions d WHERE d.note_id = p_note AND d.revision_id = p_revision AND d.superseded_by IS NULL
$$;

-- A result of the policy that comes after a person's decision on the same revision does not change what the note shows.
CREATE FUNCTION note_follows_people() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_standing record;
BEGIN
  IF EXISTS (SELECT 1 FROM decisions d WHERE d.note_id = NEW.id AND d.revision_id = NEW.revision_id
      AND d.by_kind = 'person' AND d.superseded_by IS NULL) THEN
    SELECT * INTO v_standing FROM note_standing(NEW.id, NEW.revision_id);
    UPDATE revisions SET state = v_standing.state WHERE id = NEW.revision_id AND state IN ('decided', 'held');
    NEW.state := v_standing.state;
    NEW.strongest := v_standing.strongest;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER note_follows_people BEFORE UPDATE OF state ON notes
  FOR EACH ROW WHEN (NEW.state IN ('decided', 'held')) EXECUTE FUNCTION note_follows_people();

-- What was recorded without effect is not told.
CREATE OR REPLACE FUNCTION decided_payload(p_note text, p_external text, p_revision int, p_sequence int, p_only text[])
RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_build_object('noteId', p_note, 'externalId', p_external, 'revision', p_revision, 'sequence', p_sequence,
    'decisions', coalesce((SELECT json_agg(json_build_object('decisionId', d.id, 'regions', d.regions, 'action', d.action,
      'category', d.category, 'supersedes', d.supersedes) ORDER BY d.id)
      FROM decisions d WHERE d.note_id = p_note AND d.sequence = p_sequence AND d.superseded_by IS NULL
        AND (p_only IS NULL OR d.id = ANY (p_only))),
      '[]'::json))
$$;

-- ---- cases of a result of the policy ---------------------------------------------------------

-- Appeals and reports are answered even when the note has changed meanwhile.
CREATE OR REPLACE FUNCTION close_cases(p_note text, p_outcome text, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE cases SET state = 'closed', outcome = p_outcome, closed_at = p_at, changed_at = p_at, lease_by = NULL, lease_until = NULL
  WHERE note_id = p_note AND state = 'open' AND reason NOT IN ('appeal', 'report')
$$;

-- One case for each decision that asks for a person, with the terms that the pipeline computed for it.
CREATE OR REPLACE FUNCTION open_cases(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
    language, state, opened_at, changed_at, desk, due_at, clock, reach, weight, rank_at)
  SELECT d."caseId", p_note.source_id, p_note.id, p_rev.id, p_rev.revision, d.id, coalesce(d."case"->>'reason', d.action),
    d.severity, d.category, x.regions, p->>'language', 'open', p_at, p_at,
    coalesce(d."case"->>'desk', 'general'),
    coalesce(to_timestamp((d."case"->>'dueAt')::float8 / 1000), p_at + interval '72 hours'),
    d."case"->'clock', coalesce((d."case"->>'reach')::bigint, 0),
    coalesce((d."case"->>'weight')::float8, greatest(d.severity, 1)),
    coalesce(to_timestamp((d."case"->>'rankAt')::float8 / 1000), p_at + interval '72 hours' / greatest(d.severity, 1))
  FROM jsonb_to_recordset(p->'decisions') AS d("caseId" text, id text, action text, severity int, category text, "case" jsonb)
  JOIN decisions x ON x.id = d.id AND x.superseded_by IS NULL
  WHERE d."case" IS NOT NULL OR (NOT coalesce((p->>'termsNamed')::boolean, false) AND d.action IN ('hold', 'review'))
$$;

-- Decisions, what they supersede, cases and outbox entries of one result; answers the sequence of its event.
-- Where a person has decided about this very revision, the policy's later word is recorded without effect.
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

-- ---- a person decides -------------------------------------------------------------------------

-- Order of locks: note, case, audit lane. Nothing is written unless the claim is alive and of this number.
CREATE FUNCTION desk_decide(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
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

  PERFORM audit_append('user', v_user, 'case.decided', v_note.id, json_build_object('caseId', v_case.id,
    'submissionId', p->>'submissionId', 'revision', v_rev.revision, 'sequence', v_sequence, 'outcome', p->>'outcome',
    'decisions', (SELECT json_agg(json_build_object('decisionId', v->>'decisionId', 'action', v->>'action',
      'category', v->>'category', 'regions', v->'regions')) FROM jsonb_array_elements(p->'verdicts') v))::text, v_at);
  RETURN CASE WHEN v_rest = '{}' THEN 'closed_now' ELSE 'left' END;
END $$;

-- Note and revision show what stands, unless a newer revision is on its way or has its own answer.
CREATE FUNCTION desk_show(p_note text, p_revision text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_standing record;
BEGIN
  SELECT * INTO v_standing FROM note_standing(p_note, p_revision);
  IF v_standing.strongest IS NULL THEN RETURN; END IF;
  UPDATE notes SET state = v_standing.state, strongest = v_standing.strongest
  WHERE id = p_note AND revision_id = p_revision AND state IN ('decided', 'held');
  UPDATE revisions SET state = v_standing.state WHERE id = p_revision AND state IN ('decided', 'held');
END $$;

-- Within its window nothing has left: the event is withdrawn and what stood before stands again.
CREATE FUNCTION desk_undo(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_lease timestamptz(3) := to_timestamp((p->>'leaseUntil')::float8 / 1000);
  v_made human_decisions%ROWTYPE;
  v_case cases%ROWTYPE;
  v_own text[];
  v_regions text[];
BEGIN
  SELECT * INTO v_made FROM human_decisions WHERE submission_id = p->>'submissionId' AND user_id = p->>'userId' LIMIT 1;
  IF v_made.id IS NULL THEN RETURN '{"kind":"unknown"}'; END IF;
  PERFORM 1 FROM notes WHERE id = v_made.note_id FOR UPDATE;
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
    OR v_case.outcome = 'erased'
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
    regions = CASE WHEN v_case.state = 'closed' THEN regions ELSE regions || v_regions END,
    lease_by = p->>'userId', lease_until = v_lease, lease_epoch = lease_epoch + 1
  WHERE id = v_case.id RETURNING * INTO v_case;
  PERFORM desk_show(v_made.note_id, v_made.revision_id);
  PERFORM audit_append('user', p->>'userId', 'case.undone', v_made.note_id,
    json_build_object('caseId', v_case.id, 'submissionId', p->>'submissionId')::text, v_at);
  RETURN jsonb_build_object('kind', 'undone', 'caseId', v_case.id, 'epoch', v_case.lease_epoch);
END $$;

-- ---- appeals, reports, decisions that ran out -------------------------------------------------

-- A case beside the policy's own ones. The caller holds the note.
CREATE FUNCTION desk_open(p jsonb, p_note notes) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
    language, state, opened_at, changed_at, desk, due_at, clock, reach, weight, rank_at, excluded)
  SELECT p->>'caseId', p_note.source_id, p_note.id, p->>'revisionId', (p->>'revision')::int, p->>'decisionId',
    p->'terms'->>'reason', (p->>'severity')::int, p->>'category', ARRAY(SELECT jsonb_array_elements_text(p->'regions')),
    p->>'noteLanguage', 'open', at, at, p->'terms'->>'desk', to_timestamp((p->'terms'->>'dueAt')::float8 / 1000),
    p->'terms'->'clock', (p->'terms'->>'reach')::bigint, (p->'terms'->>'weight')::float8,
    to_timestamp((p->'terms'->>'rankAt')::float8 / 1000),
    ARRAY(SELECT jsonb_array_elements_text(coalesce(p->'excluded', '[]')))
  FROM (SELECT to_timestamp((p->>'now')::float8 / 1000) AS at) t
$$;

-- Answers kind and id: opened, replayed (the reference is known), conflict (an appeal against the same is open), erased.
CREATE FUNCTION desk_appeal(p jsonb, OUT kind text, OUT id text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_note notes%ROWTYPE;
BEGIN
  SELECT * INTO v_note FROM notes n WHERE n.id = p->>'noteId' AND n.source_id = p->>'sourceId' FOR UPDATE;
  IF v_note.id IS NULL OR v_note.state = 'erased' THEN kind := 'erased'; RETURN; END IF;
  SELECT a.id INTO id FROM appeals a WHERE a.source_id = p->>'sourceId' AND a.reference = p->>'reference';
  IF id IS NOT NULL THEN kind := 'replayed'; RETURN; END IF;
  IF EXISTS (SELECT 1 FROM appeals a WHERE a.note_id = v_note.id AND a.state = 'open' AND a.by_kind = p->>'by'
      AND a.decision_ids && ARRAY(SELECT jsonb_array_elements_text(p->'decisionIds'))) THEN kind := 'conflict'; RETURN; END IF;
  PERFORM desk_open(p, v_note);
  INSERT INTO appeals (id, source_id, reference, note_id, revision_id, revision, case_id, decision_ids, regions, by_kind, text,
    language, state, received_at, due_at)
  VALUES (p->>'id', p->>'sourceId', p->>'reference', v_note.id, p->>'revisionId', (p->>'revision')::int, p->>'caseId',
    ARRAY(SELECT jsonb_array_elements_text(p->'decisionIds')), ARRAY(SELECT jsonb_array_elements_text(p->'regions')),
    p->>'by', p->>'text', p->>'language', 'open', v_at, to_timestamp((p->'terms'->>'dueAt')::float8 / 1000));
  UPDATE decisions d SET appeal_state = 'open' WHERE d.id = ANY (ARRAY(SELECT jsonb_array_elements_text(p->'decisionIds')));
  PERFORM audit_append(p->>'actorKind', p->>'actorId', 'appeal.received', v_note.id,
    json_build_object('appealId', p->>'id', 'caseId', p->>'caseId', 'by', p->>'by', 'decisionIds', p->'decisionIds')::text, v_at);
  kind := 'opened';
  id := p->>'id';
END $$;

-- Reports about the same revision share one case while it is open.
CREATE FUNCTION desk_report(p jsonb, OUT kind text, OUT id text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_note notes%ROWTYPE;
  v_case text;
BEGIN
  SELECT * INTO v_note FROM notes n WHERE n.id = p->>'noteId' AND n.source_id = p->>'sourceId' FOR UPDATE;
  IF v_note.id IS NULL OR v_note.state = 'erased' THEN kind := 'erased'; RETURN; END IF;
  SELECT r.id INTO id FROM reports r WHERE r.source_id = p->>'sourceId' AND r.reference = p->>'reference';
  IF id IS NOT NULL THEN kind := 'replayed'; RETURN; END IF;
  -- The graver or more pressing of the two counts for the case that they share.
  UPDATE cases c SET changed_at = v_at, severity = greatest(c.severity, (p->>'severity')::int),
    due_at = least(c.due_at, to_timestamp((p->'terms'->>'dueAt')::float8 / 1000)),
    rank_at = least(c.rank_at, to_timestamp((p->'terms'->>'rankAt')::float8 / 1000)),
    regions = c.regions || ARRAY(SELECT r FROM jsonb_array_elements_text(p->'regions') r WHERE r <> ALL (c.regions))
  WHERE c.note_id = v_note.id AND c.revision_id = p->>'revisionId' AND c.state = 'open' AND c.reason = 'report'
    AND c.desk = p->'terms'->>'desk' AND c.category IS NOT DISTINCT FROM p->>'category'
    AND (c.lease_by IS NULL OR c.lease_until <= v_at)
  RETURNING c.id INTO v_case;
  IF v_case IS NULL THEN
    PERFORM desk_open(p, v_note);
    v_case := p->>'caseId';
  END IF;
  INSERT INTO reports (id, source_id, reference, note_id, revision_id, revision, case_id, category, regions, reasons, law, urls,
    reporter, language, state, received_at, due_at)
  VALUES (p->>'id', p->>'sourceId', p->>'reference', v_note.id, p->>'revisionId', (p->>'revision')::int, v_case, p->>'category',
    ARRAY(SELECT jsonb_array_elements_text(p->'regions')), p->>'reasons', p->>'law',
    ARRAY(SELECT jsonb_array_elements_text(p->'urls')), p->'reporter', p->>'language', 'open', v_at,
    to_timestamp((p->'terms'->>'dueAt')::float8 / 1000));
  PERFORM audit_append(p->>'actorKind', p->>'actorId', 'report.received', v_note.id,
    json_build_object('reportId', p->>'id', 'caseId', v_case, 'category', p->>'category')::text, v_at);
  kind := 'opened';
  id := p->>'id';
END $$;

-- False when somebody looks at it already or it no longer stands.
CREATE FUNCTION desk_overdue(p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_note notes%ROWTYPE;
BEGIN
  SELECT * INTO v_note FROM notes n WHERE n.id = p->>'noteId' FOR UPDATE;
  IF v_note.state NOT IN ('decided', 'held') OR v_note.revision_id <> p->>'revisionId'
    OR NOT EXISTS (SELECT 1 FROM decisions d WHERE d.id = p->>'decisionId' AND d.superseded_by IS NULL)
    OR EXISTS (SELECT 1 FROM cases c WHERE c.note_id = v_note.id AND c.state = 'open' AND c.reason NOT IN ('appeal', 'report')
      AND c.regions && ARRAY(SELECT jsonb_array_elements_text(p->'regions')))
    OR EXISTS (SELECT 1 FROM cases c WHERE c.decision_id = p->>'decisionId' AND c.reason = 'overdue') THEN
    RETURN false;
  END IF;
  PERFORM desk_open(p, v_note);
  PERFORM audit_append('system', 'clock', 'case.overdue', v_note.id,
    json_build_object('caseId', p->>'caseId', 'decisionId', p->>'decisionId')::text, to_timestamp((p->>'now')::float8 / 1000));
  RETURN true;
END $$;

-- ---- erasure ------------------------------------------------------------------------------------

-- Words of people about the note go with it.
CREATE FUNCTION desk_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM case_comments WHERE note_id = NEW.id;
  DELETE FROM case_opinions WHERE note_id = NEW.id;
  DELETE FROM case_skips s USING cases c WHERE c.id = s.case_id AND c.note_id = NEW.id;
  UPDATE human_decisions SET notice = NULL, reason = NULL WHERE note_id = NEW.id;
  UPDATE appeals SET text = NULL, reason = NULL, language = NULL, state = CASE state WHEN 'open' THEN 'erased' ELSE state END,
    decided_at = coalesce(decided_at, NEW.erased_at) WHERE note_id = NEW.id;
  UPDATE reports SET reasons = NULL, law = NULL, urls = '{}', reporter = NULL, reason = NULL, language = NULL,
    state = CASE state WHEN 'open' THEN 'erased' ELSE state END, decided_at = coalesce(decided_at, NEW.erased_at)
  WHERE note_id = NEW.id;
  UPDATE cases SET changed_at = coalesce(NEW.erased_at, changed_at), lease_by = NULL, lease_until = NULL WHERE note_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER desk_forgets AFTER UPDATE OF state ON notes
  FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION desk_forgets();
