-- A case is about the gravest question put to a person, which need not be what led its decision.
CREATE OR REPLACE FUNCTION asked_cases(p jsonb) RETURNS TABLE (case_id text, decision_id text, action text, severity int,
  category text, terms jsonb, regions text[], desk text) LANGUAGE sql STABLE AS $$
  WITH fresh AS (
    SELECT x.id, x.regions FROM jsonb_to_recordset(p->'decisions') AS d(id text)
    JOIN decisions x ON x.id = d.id AND x.superseded_by IS NULL
  ), asked AS (
    SELECT d."caseId" AS case_id, d.id AS decision_id, d.action, coalesce((d."case"->>'severity')::int, d.severity) AS severity,
      CASE WHEN d."case" ? 'category' THEN d."case"->>'category' ELSE d.category END AS category, d."case" AS terms,
      CASE WHEN d."case"->'regions' IS NULL THEN (SELECT f.regions FROM fresh f WHERE f.id = d.id)
      ELSE ARRAY(SELECT r FROM jsonb_array_elements_text(d."case"->'regions') WITH ORDINALITY u(r, i)
        WHERE EXISTS (SELECT 1 FROM fresh f WHERE r = ANY (f.regions)) ORDER BY i) END AS regions,
      coalesce(d."case"->>'desk', 'general') AS desk
    FROM jsonb_to_recordset(p->'decisions') AS d("caseId" text, id text, action text, severity int, category text, "case" jsonb)
    WHERE d."case" IS NOT NULL OR (NOT coalesce((p->>'termsNamed')::boolean, false) AND d.action IN ('hold', 'review'))
  )
  SELECT * FROM asked WHERE cardinality(asked.regions) > 0
$$;
