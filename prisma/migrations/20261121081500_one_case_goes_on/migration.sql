-- A second result about the same revision (the pictures have been read, the bundle has changed) does not end the work on
-- the first: the case at the same desk goes on with its id and its claim. Only what is no longer asked for is closed.

-- What a result asks of people, by desk, with the regions that stand.
CREATE FUNCTION asked_cases(p jsonb) RETURNS TABLE (case_id text, decision_id text, action text, severity int, category text,
  terms jsonb, regions text[], desk text) LANGUAGE sql STABLE AS $$
  WITH fresh AS (
    SELECT x.id, x.regions FROM jsonb_to_recordset(p->'decisions') AS d(id text)
    JOIN decisions x ON x.id = d.id AND x.superseded_by IS NULL
  ), asked AS (
    SELECT d."caseId" AS case_id, d.id AS decision_id, d.action, d.severity, d.category, d."case" AS terms,
      CASE WHEN d."case"->'regions' IS NULL THEN (SELECT f.regions FROM fresh f WHERE f.id = d.id)
      ELSE ARRAY(SELECT r FROM jsonb_array_elements_text(d."case"->'regions') WITH ORDINALITY u(r, i)
        WHERE EXISTS (SELECT 1 FROM fresh f WHERE r = ANY (f.regions)) ORDER BY i) END AS regions,
      coalesce(d."case"->>'desk', 'general') AS desk
    FROM jsonb_to_recordset(p->'decisions') AS d("caseId" text, id text, action text, severity int, category text, "case" jsonb)
    WHERE d."case" IS NOT NULL OR (NOT coalesce((p->>'termsNamed')::boolean, false) AND d.action IN ('hold', 'review'))
  )
  SELECT * FROM asked WHERE cardinality(asked.regions) > 0
$$;

-- The open case that an asked one continues: at the same desk, or where a person has moved it to from the general one.
CREATE FUNCTION continued_case(p_note text, p_revision text, p_desk text, p_regions text[]) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT c.id FROM cases c
  WHERE c.note_id = p_note AND c.revision_id = p_revision AND c.state = 'open' AND c.reason NOT IN ('appeal', 'report')
    AND (c.desk = p_desk OR (p_desk = 'general' AND c.regions && p_regions))
  ORDER BY c.desk = p_desk DESC, c.lease_until DESC NULLS LAST, c.opened_at, c.id LIMIT 1
$$;

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
BEGIN
  FOR v IN SELECT * FROM asked_cases(p) LOOP
    v_due := coalesce(to_timestamp((v.terms->>'dueAt')::float8 / 1000), p_at + interval '72 hours');
    v_weight := coalesce((v.terms->>'weight')::float8, greatest(v.severity, 1));
    v_rank := coalesce(to_timestamp((v.terms->>'rankAt')::float8 / 1000), p_at + interval '72 hours' / greatest(v.severity, 1));
    v_case := continued_case(p_note.id, p_rev.id, v.desk, v.regions);
    IF v_case IS NULL OR v_case = ANY (v_kept) THEN
      INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
        language, state, opened_at, changed_at, desk, due_at, clock, reach, weight, rank_at)
      VALUES (v.case_id, p_note.source_id, p_note.id, p_rev.id, p_rev.revision, v.decision_id,
        coalesce(v.terms->>'reason', v.action), v.severity, v.category, v.regions, p->>'language', 'open', p_at, p_at, v.desk,
        v_due, v.terms->'clock', coalesce((v.terms->>'reach')::bigint, 0), v_weight, v_rank);
      v_kept := v_kept || v.case_id;
    ELSE
      -- The clock that runs is not set back, and who has the case keeps it.
      UPDATE cases SET decision_id = v.decision_id, reason = coalesce(v.terms->>'reason', v.action), severity = v.severity,
        category = v.category, regions = v.regions, language = coalesce(p->>'language', language), changed_at = p_at,
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

-- As before, but for the cases: `open_cases` itself closes what nobody asks for any more.
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
