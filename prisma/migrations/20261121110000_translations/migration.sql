-- Translations for reviewers, by what makes two of them the same. A row holds words of a note, so it belongs to the revision
-- that it was made for and goes when that text goes, by erasure or by age.
CREATE TABLE translations (
  source_id text NOT NULL,
  content_hash text NOT NULL,
  from_tag text NOT NULL,
  to_tag text NOT NULL,
  model text NOT NULL,
  glossary text NOT NULL,
  note_id text NOT NULL,
  revision_id text NOT NULL,
  segments jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT translations_pkey PRIMARY KEY (source_id, content_hash, from_tag, to_tag, model, glossary)
);
CREATE INDEX translations_note_id_idx ON translations (note_id);
CREATE INDEX translations_revision_id_idx ON translations (revision_id);

-- What was tried ahead of time, so that one that fails is not tried for ever.
CREATE TABLE translation_tries (
  revision_id text NOT NULL,
  to_tag text NOT NULL,
  model text NOT NULL,
  note_id text NOT NULL,
  tries integer NOT NULL,
  done boolean NOT NULL,
  tried_at timestamptz(3) NOT NULL,
  CONSTRAINT translation_tries_pkey PRIMARY KEY (revision_id, to_tag, model)
);
CREATE INDEX translation_tries_note_id_idx ON translation_tries (note_id);

CREATE FUNCTION translations_forget_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM translations WHERE note_id = NEW.id;
  DELETE FROM translation_tries WHERE note_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER translations_forget_note AFTER UPDATE OF state ON notes
  FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION translations_forget_note();

CREATE FUNCTION translations_forget_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM translations WHERE revision_id = NEW.id;
  DELETE FROM translation_tries WHERE revision_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER translations_forget_text AFTER UPDATE OF note ON revisions
  FOR EACH ROW WHEN (NEW.note IS NULL AND OLD.note IS NOT NULL) EXECUTE FUNCTION translations_forget_text();

-- False when the text is gone. The lock on the note makes an erasure wait and find the rows, or be seen here.
CREATE FUNCTION translations_save(p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_state text;
BEGIN
  SELECT n.state INTO v_state FROM revisions r JOIN notes n ON n.id = r.note_id
  WHERE r.id = p->>'revisionId' AND r.note IS NOT NULL FOR KEY SHARE OF n;
  IF v_state IS NULL OR v_state = 'erased' THEN
    RETURN false;
  END IF;
  INSERT INTO translations (source_id, content_hash, from_tag, to_tag, model, glossary, note_id, revision_id, segments, created_at)
  SELECT x."sourceId", x."contentHash", x."from", x."to", x.model, x.glossary, x."noteId", x."revisionId", x.segments,
    to_timestamp((p->>'now')::float8 / 1000)
  FROM jsonb_to_recordset(p->'rows') AS x("sourceId" text, "contentHash" text, "from" text, "to" text, model text, glossary text,
    "noteId" text, "revisionId" text, segments jsonb)
  ON CONFLICT DO NOTHING;
  RETURN true;
END $$;
