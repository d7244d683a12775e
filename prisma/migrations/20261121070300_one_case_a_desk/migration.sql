-- A case may speak for the regions of several decisions of one result; of those only the regions that stand count.
CREATE OR REPLACE FUNCTION open_cases(p jsonb, p_note notes, p_rev revisions, p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  WITH fresh AS (
    SELECT x.id, x.regions FROM jsonb_to_recordset(p->'decisions') AS d(id text)
    JOIN decisions x ON x.id = d.id AND x.superseded_by IS NULL
  ), asked AS (
    SELECT d.*, CASE WHEN d."case"->'regions' IS NULL THEN (SELECT f.regions FROM fresh f WHERE f.id = d.id)
      ELSE ARRAY(SELECT r FROM jsonb_array_elements_text(d."case"->'regions') WITH ORDINALITY u(r, i)
        WHERE EXISTS (SELECT 1 FROM fresh f WHERE r = ANY (f.regions)) ORDER BY i) END AS standing
    FROM jsonb_to_recordset(p->'decisions') AS d("caseId" text, id text, action text, severity int, category text, "case" jsonb)
    WHERE d."case" IS NOT NULL OR (NOT coalesce((p->>'termsNamed')::boolean, false) AND d.action IN ('hold', 'review'))
  )
  INSERT INTO cases (id, source_id, note_id, revision_id, revision, decision_id, reason, severity, category, regions,
    language, state, opened_at, changed_at, desk, due_at, clock, reach, weight, rank_at)
  SELECT a."caseId", p_note.source_id, p_note.id, p_rev.id, p_rev.revision, a.id, coalesce(a."case"->>'reason', a.action),
    a.severity, a.category, a.standing, p->>'language', 'open', p_at, p_at,
    coalesce(a."case"->>'desk', 'general'),
    coalesce(to_timestamp((a."case"->>'dueAt')::float8 / 1000), p_at + interval '72 hours'),
    a."case"->'clock', coalesce((a."case"->>'reach')::bigint, 0),
    coalesce((a."case"->>'weight')::float8, greatest(a.severity, 1)),
    coalesce(to_timestamp((a."case"->>'rankAt')::float8 / 1000), p_at + interval '72 hours' / greatest(a.severity, 1))
  FROM asked a WHERE cardinality(a.standing) > 0
$$;
