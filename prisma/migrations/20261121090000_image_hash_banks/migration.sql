-- Banks of picture hashes. What all hashes of a bank share stands with the bank: whose it is, where its hashes come from,
-- what they speak of and until when. Nothing has ever read or written image_bank_entries, so its columns move at no cost.
CREATE TABLE image_banks (
  id text NOT NULL,
  name text NOT NULL,
  source_id text,
  kind text NOT NULL CHECK (kind IN ('block', 'benign')),
  category text NOT NULL,
  severity integer NOT NULL CHECK (severity BETWEEN 0 AND 4),
  owner text NOT NULL,
  origin text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  CONSTRAINT image_banks_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX image_banks_name_key ON image_banks (name);

DELETE FROM image_bank_entries;
DROP INDEX image_bank_entries_pdq_idx;
ALTER TABLE image_bank_entries DROP COLUMN category, DROP COLUMN severity, DROP COLUMN benign, DROP COLUMN origin,
  DROP COLUMN owner, ADD COLUMN bank_id text NOT NULL, ADD COLUMN note text NOT NULL, ADD COLUMN added_by text NOT NULL;
CREATE UNIQUE INDEX image_bank_entries_bank_id_pdq_key ON image_bank_entries (bank_id, pdq);

-- One row: every process asks for it and reads the banks again when it has risen.
CREATE TABLE image_banks_version (
  id integer NOT NULL,
  version integer NOT NULL,
  CONSTRAINT image_banks_version_pkey PRIMARY KEY (id)
);
INSERT INTO image_banks_version (id, version) VALUES (1, 0);

CREATE FUNCTION image_banks_changed(p jsonb, p_verb text, p_bank text, p_detail jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE image_banks_version SET version = version + 1 WHERE id = 1;
  PERFORM audit_append(p->>'actorKind', p->>'actorId', p_verb, p_bank, p_detail::text,
    to_timestamp((p->>'now')::float8 / 1000));
END $$;

CREATE FUNCTION image_bank_create(p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO image_banks (id, name, source_id, kind, category, severity, owner, origin, created_at, expires_at)
  VALUES (p->>'id', p->>'name', p->>'sourceId', p->>'kind', p->>'category', (p->>'severity')::int, p->>'owner',
    p->>'source', to_timestamp((p->>'now')::float8 / 1000), (p->>'expiresAt')::timestamptz)
  ON CONFLICT (name) DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM image_banks_changed(p, 'bank.created', p->>'id',
    p - '{id,actorKind,actorId,now}'::text[]);
  RETURN true;
END $$;

-- How many were new; null when there is no such bank. The lock on the bank keeps a removal from passing.
CREATE FUNCTION image_bank_add(p jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_bank text;
  v_added integer;
BEGIN
  SELECT id INTO v_bank FROM image_banks WHERE name = p->>'name' FOR SHARE;
  IF v_bank IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO image_bank_entries (id, bank_id, pdq, note, added_by, created_at, expires_at)
  SELECT h.id, v_bank, h.pdq, h.note, p->>'actorId', to_timestamp((p->>'now')::float8 / 1000), (p->>'expiresAt')::timestamptz
  FROM jsonb_to_recordset(p->'hashes') AS h(id text, pdq text, note text)
  ON CONFLICT (bank_id, pdq) DO NOTHING;
  GET DIAGNOSTICS v_added = ROW_COUNT;
  IF v_added > 0 THEN
    PERFORM image_banks_changed(p, 'bank.hashes_added', v_bank, jsonb_build_object('added', v_added));
  END IF;
  RETURN v_added;
END $$;

-- How many hashes went, of the whole bank where no entry is named; null when there is no such bank or entry.
CREATE FUNCTION image_bank_remove(p jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_bank text;
  v_removed integer;
BEGIN
  SELECT id INTO v_bank FROM image_banks WHERE name = p->>'name' FOR UPDATE;
  IF v_bank IS NULL THEN
    RETURN NULL;
  END IF;
  DELETE FROM image_bank_entries WHERE bank_id = v_bank AND (p->>'entryId' IS NULL OR id = p->>'entryId');
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
