-- The life of a rule: candidates and approvals, the one bundle in force, overrides, shadow results, the circuit breaker.

CREATE TABLE policy_bundles (
  hash text NOT NULL,
  state text NOT NULL,
  author text NOT NULL,
  base_hash text,
  diff jsonb NOT NULL,
  needs_approval boolean NOT NULL,
  reason text,
  proposed_at timestamptz(3) NOT NULL,
  activated_at timestamptz(3),
  changed_at timestamptz(3) NOT NULL,
  CONSTRAINT policy_bundles_pkey PRIMARY KEY (hash)
);
CREATE INDEX policy_bundles_changed_at_hash_idx ON policy_bundles (changed_at DESC, hash);

CREATE TABLE policy_approvals (
  hash text NOT NULL,
  user_id text NOT NULL,
  why text NOT NULL,
  at timestamptz(3) NOT NULL,
  CONSTRAINT policy_approvals_pkey PRIMARY KEY (hash, user_id)
);

CREATE TABLE policy_overrides (
  rule text NOT NULL,
  region text NOT NULL,
  mode text NOT NULL,
  why text NOT NULL,
  by_kind text NOT NULL,
  by_id text NOT NULL,
  at timestamptz(3) NOT NULL,
  until timestamptz(3),
  CONSTRAINT policy_overrides_pkey PRIMARY KEY (rule, region)
);

-- One row: what every process judges by.
CREATE TABLE policy_force (
  id integer NOT NULL,
  version integer NOT NULL,
  bundle_hash text,
  pinned boolean NOT NULL,
  seen_hash text,
  changed_at timestamptz(3) NOT NULL,
  CONSTRAINT policy_force_pkey PRIMARY KEY (id)
);
INSERT INTO policy_force (id, version, bundle_hash, pinned, changed_at) VALUES (1, 0, NULL, false, to_timestamp(0));

-- Append-only: a decision names its version, and can be recomputed from it.
CREATE TABLE policy_versions (
  version integer NOT NULL,
  bundle_hash text NOT NULL,
  overrides jsonb NOT NULL,
  at timestamptz(3) NOT NULL,
  CONSTRAINT policy_versions_pkey PRIMARY KEY (version)
);

-- Decisions that rules had a part in and that are not counted yet.
CREATE TABLE policy_due (
  decision_id text NOT NULL,
  CONSTRAINT policy_due_pkey PRIMARY KEY (decision_id)
);

CREATE TABLE policy_days (
  rule text NOT NULL,
  region text NOT NULL,
  day date NOT NULL,
  mode text NOT NULL,
  acted boolean NOT NULL,
  hits integer NOT NULL,
  removals integer NOT NULL,
  CONSTRAINT policy_days_pkey PRIMARY KEY (rule, region, day, mode, acted)
);
CREATE INDEX policy_days_day_idx ON policy_days (day);

CREATE TABLE policy_shadow_days (
  rule text NOT NULL,
  region text NOT NULL,
  day date NOT NULL,
  would text NOT NULL,
  real text NOT NULL,
  count integer NOT NULL,
  CONSTRAINT policy_shadow_days_pkey PRIMARY KEY (rule, region, day, would, real)
);
CREATE INDEX policy_shadow_days_day_idx ON policy_shadow_days (day);

CREATE TABLE policy_shadow_samples (
  decision_id text NOT NULL,
  rule text NOT NULL,
  region text NOT NULL,
  note_id text NOT NULL,
  would text NOT NULL,
  real text NOT NULL,
  at timestamptz(3) NOT NULL,
  CONSTRAINT policy_shadow_samples_pkey PRIMARY KEY (decision_id, rule, region)
);
CREATE INDEX policy_shadow_samples_rule_region_at_idx ON policy_shadow_samples (rule, region, at DESC);
CREATE INDEX policy_shadow_samples_note_id_idx ON policy_shadow_samples (note_id);
CREATE INDEX policy_shadow_samples_at_idx ON policy_shadow_samples (at);

CREATE TABLE policy_breaks (
  rule text NOT NULL,
  region text NOT NULL,
  day date NOT NULL,
  removals integer NOT NULL,
  allowed integer NOT NULL,
  at timestamptz(3) NOT NULL,
  CONSTRAINT policy_breaks_pkey PRIMARY KEY (rule, region, day)
);

CREATE TABLE policy_backtests (
  id text NOT NULL,
  user_id text NOT NULL,
  state text NOT NULL,
  ask jsonb NOT NULL,
  done integer NOT NULL,
  result jsonb,
  created_at timestamptz(3) NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  CONSTRAINT policy_backtests_pkey PRIMARY KEY (id)
);
CREATE INDEX policy_backtests_created_at_idx ON policy_backtests (created_at);

ALTER TABLE decisions ADD COLUMN policy_version integer;

-- ---- what is in force ------------------------------------------------------------------------

-- The caller holds the lock of the one row of policy_force.
CREATE FUNCTION policy_bump(p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_version integer;
BEGIN
  UPDATE policy_force SET version = version + 1, changed_at = p_at WHERE id = 1 RETURNING version INTO v_version;
  INSERT INTO policy_versions (version, bundle_hash, overrides, at)
  SELECT f.version, f.bundle_hash, coalesce((SELECT json_agg(json_build_object('rule', o.rule, 'region', o.region,
    'mode', o.mode, 'why', o.why, 'by', json_build_object('kind', o.by_kind, 'id', o.by_id), 'at', o.at, 'until', o.until)
    ORDER BY o.rule, o.region) FROM policy_overrides o), '[]')::jsonb, p_at
  FROM policy_force f WHERE f.id = 1 AND f.bundle_hash IS NOT NULL;
  RETURN v_version;
END $$;

CREATE FUNCTION policy_enforce(p_hash text, p_pin boolean, p_kind text, p_id text, p_verb text, p_why text, p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_former text;
BEGIN
  SELECT bundle_hash INTO v_former FROM policy_force WHERE id = 1;
  UPDATE policy_bundles SET state = 'retired', changed_at = p_at WHERE state = 'active' AND hash <> p_hash;
  UPDATE policy_bundles SET state = 'active', activated_at = p_at, changed_at = p_at, reason = nullif(p_why, '')
  WHERE hash = p_hash;
  UPDATE policy_force SET bundle_hash = p_hash, pinned = p_pin WHERE id = 1;
  PERFORM policy_bump(p_at);
  PERFORM audit_append(p_kind, p_id, p_verb, p_hash,
    json_build_object('former', v_former, 'pinned', p_pin, 'why', p_why)::text, p_at);
END $$;

-- The same files twice are one proposal; the first of all is in force at once, since nothing else is.
CREATE FUNCTION policy_propose(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_force policy_force%ROWTYPE;
  v_hash text := p->>'hash';
BEGIN
  SELECT * INTO v_force FROM policy_force WHERE id = 1 FOR UPDATE;
  IF v_force.bundle_hash IS NOT DISTINCT FROM v_hash OR v_force.seen_hash IS NOT DISTINCT FROM v_hash THEN
    UPDATE policy_force SET seen_hash = v_hash WHERE id = 1;
    RETURN 'known';
  END IF;
  INSERT INTO bundles (hash, content, created_at) VALUES (v_hash, p->>'content', v_at) ON CONFLICT DO NOTHING;
  -- A later change of the files stands in for those that still wait.
  UPDATE policy_bundles SET state = 'retired', reason = 'replaced by a later candidate', changed_at = v_at
  WHERE state = 'candidate';
  DELETE FROM policy_approvals WHERE hash = v_hash;
  INSERT INTO policy_bundles (hash, state, author, base_hash, diff, needs_approval, proposed_at, changed_at)
  VALUES (v_hash, 'candidate', p->>'author', v_force.bundle_hash, p->'diff', (p->>'needsApproval')::boolean, v_at, v_at)
  ON CONFLICT (hash) DO UPDATE SET state = 'candidate', author = excluded.author, base_hash = excluded.base_hash,
    diff = excluded.diff, needs_approval = excluded.needs_approval, proposed_at = v_at, changed_at = v_at, reason = NULL;
  UPDATE policy_force SET seen_hash = v_hash WHERE id = 1;
  PERFORM audit_append('system', 'policy', 'policy.proposed', v_hash, json_build_object('author', p->>'author',
    'base', v_force.bundle_hash, 'needsApproval', (p->>'needsApproval')::boolean)::text, v_at);
  IF v_force.bundle_hash IS NULL THEN
    PERFORM policy_enforce(v_hash, false, 'system', 'policy', 'policy.activated', 'first start', v_at);
    RETURN 'activated';
  END IF;
  IF (p->>'replace')::boolean THEN
    PERFORM policy_enforce(v_hash, false, 'system', 'policy', 'policy.activated',
      'the former bundle cannot be read by this version', v_at);
    RETURN 'activated';
  END IF;
  IF (p->>'needsApproval')::boolean OR v_force.pinned THEN
    RETURN 'waits';
  END IF;
  PERFORM policy_enforce(v_hash, false, 'system', 'policy', 'policy.activated', 'files changed', v_at);
  RETURN 'activated';
END $$;

CREATE FUNCTION policy_approve(p_hash text, p_user text, p_login text, p_why text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_bundle policy_bundles%ROWTYPE;
BEGIN
  PERFORM 1 FROM policy_force WHERE id = 1 FOR UPDATE;
  SELECT * INTO v_bundle FROM policy_bundles WHERE hash = p_hash;
  IF v_bundle.hash IS NULL THEN RETURN 'unknown'; END IF;
  IF v_bundle.state <> 'candidate' THEN RETURN 'not_waiting'; END IF;
  IF v_bundle.author IN (p_user, p_login) THEN RETURN 'own'; END IF;
  INSERT INTO policy_approvals (hash, user_id, why, at) VALUES (p_hash, p_user, p_why, p_at) ON CONFLICT DO NOTHING;
  PERFORM audit_append('user', p_user, 'policy.approved', p_hash, json_build_object('why', p_why)::text, p_at);
  PERFORM policy_enforce(p_hash, false, 'user', p_user, 'policy.activated', p_why, p_at);
  RETURN 'done';
END $$;

CREATE FUNCTION policy_activate(p_hash text, p_pin boolean, p_kind text, p_id text, p_why text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_force policy_force%ROWTYPE;
  v_bundle policy_bundles%ROWTYPE;
BEGIN
  SELECT * INTO v_force FROM policy_force WHERE id = 1 FOR UPDATE;
  SELECT * INTO v_bundle FROM policy_bundles WHERE hash = p_hash;
  IF v_bundle.hash IS NULL THEN RETURN 'unknown'; END IF;
  IF p_pin AND v_bundle.activated_at IS NULL THEN RETURN 'never_active'; END IF;
  IF v_bundle.state = 'refused' THEN RETURN 'refused'; END IF;
  IF v_bundle.needs_approval AND v_bundle.activated_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM policy_approvals a WHERE a.hash = p_hash) THEN
    RETURN 'needs_approval';
  END IF;
  IF v_force.bundle_hash = p_hash AND v_force.pinned = p_pin THEN RETURN 'unchanged'; END IF;
  PERFORM policy_enforce(p_hash, p_pin, p_kind, p_id,
    CASE WHEN p_pin THEN 'policy.rolled_back' ELSE 'policy.activated' END, p_why, p_at);
  RETURN 'done';
END $$;

CREATE FUNCTION policy_refuse(p_hash text, p_kind text, p_id text, p_why text, p_at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM policy_force WHERE id = 1 FOR UPDATE;
  UPDATE policy_bundles SET state = 'refused', reason = p_why, changed_at = p_at WHERE hash = p_hash AND state = 'candidate';
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT 1 FROM policy_bundles WHERE hash = p_hash) THEN 'not_waiting' ELSE 'unknown' END;
  END IF;
  PERFORM audit_append(p_kind, p_id, 'policy.refused', p_hash, json_build_object('why', p_why)::text, p_at);
  RETURN 'done';
END $$;

CREATE FUNCTION policy_override(p_rule text, p_region text, p_mode text, p_why text, p_until timestamptz,
  p_kind text, p_id text, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM policy_force WHERE id = 1 FOR UPDATE;
  INSERT INTO policy_overrides (rule, region, mode, why, by_kind, by_id, at, until)
  VALUES (p_rule, p_region, p_mode, p_why, p_kind, p_id, p_at, p_until)
  ON CONFLICT (rule, region) DO UPDATE SET mode = excluded.mode, why = excluded.why, by_kind = excluded.by_kind,
    by_id = excluded.by_id, at = excluded.at, until = excluded.until;
  PERFORM policy_bump(p_at);
  PERFORM audit_append(p_kind, p_id, 'policy.override_set', p_rule,
    json_build_object('region', p_region, 'mode', p_mode, 'why', p_why, 'until', p_until)::text, p_at);
END $$;

CREATE FUNCTION policy_override_drop(p_rule text, p_region text, p_kind text, p_id text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM policy_force WHERE id = 1 FOR UPDATE;
  DELETE FROM policy_overrides WHERE rule = p_rule AND region = p_region;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM policy_bump(p_at);
  PERFORM audit_append(p_kind, p_id, 'policy.override_dropped', p_rule, json_build_object('region', p_region)::text, p_at);
  RETURN true;
END $$;

-- Once per rule, region and day: what a person lifts stays lifted until the next day.
CREATE FUNCTION policy_break(p_rule text, p_region text, p_day date, p_removals integer, p_allowed integer, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM policy_force WHERE id = 1 FOR UPDATE;
  INSERT INTO policy_breaks (rule, region, day, removals, allowed, at)
  VALUES (p_rule, p_region, p_day, p_removals, p_allowed, p_at) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM audit_append('system', 'breaker', 'policy.breaker_tripped', p_rule,
    json_build_object('region', p_region, 'day', p_day, 'removals', p_removals, 'limit', p_allowed)::text, p_at);
  IF NOT EXISTS (SELECT 1 FROM policy_overrides o WHERE o.rule = p_rule AND o.region = p_region
      AND o.mode IN ('disabled', 'shadow') AND (o.until IS NULL OR o.until > p_at)) THEN
    PERFORM policy_override(p_rule, p_region, 'shadow', 'circuit breaker: ' || p_removals || ' automatic removals, the limit of a day is '
      || p_allowed, NULL, 'system', 'breaker', p_at);
  END IF;
  RETURN true;
END $$;

-- ---- what rules did ----------------------------------------------------------------------------

-- The version that the judging process had, told by `complete` of the store inside its transaction.
CREATE FUNCTION policy_version_of_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.policy_version := nullif(current_setting('polywarden.policy_version', true), '')::integer;
  RETURN NEW;
END $$;
CREATE TRIGGER policy_version_of_decision BEFORE INSERT ON decisions FOR EACH ROW
  WHEN (NEW.by_kind = 'policy') EXECUTE FUNCTION policy_version_of_decision();

-- An own row for each decision, so that many workers never wait for one counter.
CREATE FUNCTION policy_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO policy_due (decision_id)
  SELECT id FROM fresh WHERE by_kind = 'policy' AND (rules <> '[]'::jsonb OR shadow <> '[]'::jsonb)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER policy_due AFTER INSERT ON decisions REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION policy_due();

-- Each decision is counted once: its row is deleted in the transaction that adds it up. Answers how many; -1: somebody else counts.
CREATE FUNCTION policy_count(p_most integer, p_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_ids text[];
BEGIN
  IF NOT pg_try_advisory_xact_lock(72707370) THEN RETURN -1; END IF;
  WITH taken AS (
    DELETE FROM policy_due WHERE decision_id IN (SELECT decision_id FROM policy_due ORDER BY decision_id LIMIT p_most)
    RETURNING decision_id)
  SELECT coalesce(array_agg(decision_id), '{}') INTO v_ids FROM taken;
  IF v_ids = '{}' THEN RETURN 0; END IF;

  INSERT INTO policy_days (rule, region, day, mode, acted, hits, removals)
  SELECT h.rule, r.region, (d.created_at AT TIME ZONE 'UTC')::date, h.mode, h.acted, count(*),
    count(*) FILTER (WHERE h.acted AND h.action = 'remove')
  FROM decisions d CROSS JOIN LATERAL unnest(d.regions) AS r(region)
  CROSS JOIN LATERAL (
    SELECT x->>'rule' AS rule, x->>'mode' AS mode, x->>'action' AS action, true AS acted FROM jsonb_array_elements(d.rules) x
    UNION ALL
    SELECT x->>'rule', x->>'mode', x->>'action', false FROM jsonb_array_elements(d.shadow) x) h
  WHERE d.id = ANY (v_ids)
  GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (rule, region, day, mode, acted) DO UPDATE
    SET hits = policy_days.hits + excluded.hits, removals = policy_days.removals + excluded.removals;

  INSERT INTO policy_shadow_days (rule, region, day, would, real, count)
  SELECT x->>'rule', r.region, (d.created_at AT TIME ZONE 'UTC')::date, x->>'action', d.action, count(*)
  FROM decisions d CROSS JOIN LATERAL unnest(d.regions) AS r(region) CROSS JOIN LATERAL jsonb_array_elements(d.shadow) x
  WHERE d.id = ANY (v_ids)
  GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (rule, region, day, would, real) DO UPDATE SET count = policy_shadow_days.count + excluded.count;

  -- The latest 20 of each rule and region; the ids of erased notes never come in.
  INSERT INTO policy_shadow_samples (decision_id, rule, region, note_id, would, real, at)
  SELECT s.id, s.rule, s.region, s.note_id, s.would, s.real, s.created_at FROM (
    SELECT d.id, x->>'rule' AS rule, r.region, d.note_id, x->>'action' AS would, d.action AS real, d.created_at,
      row_number() OVER (PARTITION BY x->>'rule', r.region ORDER BY d.created_at DESC, d.id) AS place
    FROM decisions d CROSS JOIN LATERAL unnest(d.regions) AS r(region) CROSS JOIN LATERAL jsonb_array_elements(d.shadow) x
    JOIN notes n ON n.id = d.note_id AND n.state <> 'erased'
    WHERE d.id = ANY (v_ids)) s
  WHERE s.place <= 20
  ON CONFLICT DO NOTHING;
  DELETE FROM policy_shadow_samples o USING (
    SELECT decision_id, rule, region FROM (
      SELECT s.decision_id, s.rule, s.region,
        row_number() OVER (PARTITION BY s.rule, s.region ORDER BY s.at DESC, s.decision_id) AS place
      FROM policy_shadow_samples s
      WHERE (s.rule, s.region) IN (SELECT t.rule, t.region FROM policy_shadow_samples t WHERE t.decision_id = ANY (v_ids))) ranked
    WHERE place > 20) late
  WHERE o.decision_id = late.decision_id AND o.rule = late.rule AND o.region = late.region;

  DELETE FROM policy_days WHERE day < (p_at - interval '400 days')::date;
  DELETE FROM policy_shadow_days WHERE day < (p_at - interval '400 days')::date;
  DELETE FROM policy_breaks WHERE day < (p_at - interval '400 days')::date;
  DELETE FROM policy_backtests WHERE created_at < p_at - interval '30 days';
  RETURN cardinality(v_ids);
END $$;

CREATE FUNCTION policy_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM policy_shadow_samples WHERE note_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER policy_forget AFTER UPDATE OF state ON notes FOR EACH ROW
  WHEN (NEW.state = 'erased' AND OLD.state IS DISTINCT FROM 'erased') EXECUTE FUNCTION policy_forget();
