-- Banks hold hashes of pictures or of texts. What all hashes of a bank share stands with the bank in both; the tables and
-- functions keep the name of the first.
ALTER TABLE image_banks ADD COLUMN holds text NOT NULL DEFAULT 'pictures' CHECK (holds IN ('pictures', 'texts'));
ALTER TABLE text_bank_entries DROP CONSTRAINT text_bank_entries_severity_check;
ALTER TABLE text_bank_entries ADD COLUMN bank_id text, ADD COLUMN note text NOT NULL DEFAULT '',
  ADD COLUMN added_by text NOT NULL DEFAULT '',
  ALTER COLUMN category SET DEFAULT '', ALTER COLUMN severity SET DEFAULT 0, ALTER COLUMN benign SET DEFAULT false,
  ALTER COLUMN origin SET DEFAULT '', ALTER COLUMN owner SET DEFAULT '';

-- No command has ever written a text; what somebody put there by hand goes into a bank by what it says.
DELETE FROM text_bank_entries a USING text_bank_entries b
WHERE a.id > b.id AND a.exact = b.exact
  AND (a.category, a.severity, a.benign, a.origin, a.owner) = (b.category, b.severity, b.benign, b.origin, b.owner);
WITH loose AS (
  SELECT category, severity, benign, origin, owner, min(created_at) AS created_at,
    'texts-by-hand-' || row_number() OVER (ORDER BY category, severity, benign, origin, owner) AS name
  FROM text_bank_entries GROUP BY category, severity, benign, origin, owner),
made AS (
  INSERT INTO image_banks (id, holds, name, kind, category, severity, owner, origin, created_at)
  SELECT 'bank_' || l.name, 'texts', l.name, CASE WHEN l.benign THEN 'benign' ELSE 'block' END, l.category,
    least(greatest(l.severity, 0), 4), l.owner, l.origin, l.created_at
  FROM loose l)
UPDATE text_bank_entries e SET bank_id = 'bank_' || l.name FROM loose l
WHERE (e.category, e.severity, e.benign, e.origin, e.owner) = (l.category, l.severity, l.benign, l.origin, l.owner);
ALTER TABLE text_bank_entries ALTER COLUMN bank_id SET NOT NULL;
DROP INDEX text_bank_entries_exact_idx;
CREATE UNIQUE INDEX text_bank_entries_bank_id_exact_key ON text_bank_entries (bank_id, exact);

-- One row for each holding.
INSERT INTO image_banks_version (id, version) VALUES (2, 0);

CREATE OR REPLACE FUNCTION image_banks_changed(p jsonb, p_verb text, p_bank text, p_detail jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE image_banks_version SET version = version + 1 WHERE id = CASE p->>'holds' WHEN 'texts' THEN 2 ELSE 1 END;
  PERFORM audit_append(p->>'actorKind', p->>'actorId', p_verb, p_bank, p_detail::text,
    to_timestamp((p->>'now')::float8 / 1000));
END $$;

CREATE OR REPLACE FUNCTION image_bank_create(p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO image_banks (id, holds, name, source_id, kind, category, severity, owner, origin, created_at, expires_at)
  VALUES (p->>'id', coalesce(p->>'holds', 'pictures'), p->>'name', p->>'sourceId', p->>'kind', p->>'category',
    (p->>'severity')::int, p->>'owner', p->>'source', to_timestamp((p->>'now')::float8 / 1000),
    (p->>'expiresAt')::timestamptz)
  ON CONFLICT (name) DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM image_banks_changed(p, 'bank.created', p->>'id',
    p - '{id,actorKind,actorId,now}'::text[]);
  RETURN true;
END $$;

-- How many were new; null when there is no such bank. The lock on the bank keeps a removal from passing.
CREATE OR REPLACE FUNCTION image_bank_add(p jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_holds text := coalesce(p->>'holds', 'pictures');
  v_now timestamptz := to_timestamp((p->>'now')::float8 / 1000);
  v_until timestamptz := (p->>'expiresAt')::timestamptz;
  v_bank text;
  v_added integer;
BEGIN
  SELECT id INTO v_bank FROM image_banks WHERE name = p->>'name' AND holds = v_holds FOR SHARE;
  IF v_bank IS NULL THEN
    RETURN NULL;
  END IF;
  IF v_holds = 'texts' THEN
    INSERT INTO text_bank_entries (id, bank_id, exact, simhash, note, added_by, created_at, expires_at)
    SELECT h.id, v_bank, h.exact, h.simhash, h.note, p->>'actorId', v_now, v_until
    FROM jsonb_to_recordset(p->'hashes') AS h(id text, exact text, simhash text, note text)
    ON CONFLICT (bank_id, exact) DO NOTHING;
  ELSE
    INSERT INTO image_bank_entries (id, bank_id, pdq, note, added_by, created_at, expires_at)
    SELECT h.id, v_bank, h.pdq, h.note, p->>'actorId', v_now, v_until
    FROM jsonb_to_recordset(p->'hashes') AS h(id text, pdq text, note text)
    ON CONFLICT (bank_id, pdq) DO NOTHING;
  END IF;
  GET DIAGNOSTICS v_added = ROW_COUNT;
  IF v_added > 0 THEN
    PERFORM image_banks_changed(p, 'bank.hashes_added', v_bank, jsonb_build_object('added', v_added));
  END IF;
  RETURN v_added;
END $$;

-- How many hashes went, of the whole bank where no entry is named; null when there is no such bank or entry.
CREATE OR REPLACE FUNCTION image_bank_remove(p jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_holds text := coalesce(p->>'holds', 'pictures');
  v_bank text;
  v_removed integer;
BEGIN
  SELECT id INTO v_bank FROM image_banks WHERE name = p->>'name' AND holds = v_holds FOR UPDATE;
  IF v_bank IS NULL THEN
    RETURN NULL;
  END IF;
  IF v_holds = 'texts' THEN
    DELETE FROM text_bank_entries WHERE bank_id = v_bank AND (p->>'entryId' IS NULL OR id = p->>'entryId');
  ELSE
    DELETE FROM image_bank_entries WHERE bank_id = v_bank AND (p->>'entryId' IS NULL OR id = p->>'entryId');
  END IF;
  GET DIAGNOSTICS v_removed = ROW_COUNT;
  IF p->>'entryId' IS NULL THEN
    DELETE FROM image_banks WHERE id = v_bank;
    PERFORM image_banks_changed(p, 'bank.removed', v_bank, jsonb_build_object('removed', v_removed));
  ELSIF v_removed = 0 THEN
    RETURN NULL;
  ELSE
    PERFORM image_banks_changed(p, 'bank.hash_removed', v_bank, jsonb_build_object('entry', p->>'entryId'));
  END IF;
  RETURN v_removed;
END $$;
