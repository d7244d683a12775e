-- Pictures are work of their own: claimed, fenced and counted like revisions, on a queue of their own.

ALTER TABLE images
  ADD COLUMN state text NOT NULL DEFAULT 'done',
  ADD COLUMN blob_key text,
  ADD COLUMN sha256 text,
  ADD COLUMN epoch integer NOT NULL DEFAULT 0,
  ADD COLUMN lease_until timestamptz(3),
  ADD COLUMN crashes integer NOT NULL DEFAULT 0,
  ADD COLUMN due_at timestamptz(3),
  ADD COLUMN nudged_at timestamptz(3),
  ADD COLUMN run integer NOT NULL DEFAULT 0;
CREATE INDEX images_due_at_idx ON images (due_at);
CREATE INDEX images_blob_key_idx ON images (blob_key);

-- What must leave the blob store. A row stands before its bytes are written and goes once a picture names them,
-- so that no step between can leave bytes that nothing names.
CREATE TABLE blob_removals (
  blob_key text NOT NULL,
  source_id text NOT NULL,
  due_at timestamptz(3) NOT NULL,
  CONSTRAINT blob_removals_pkey PRIMARY KEY (blob_key)
);
CREATE INDEX blob_removals_due_at_idx ON blob_removals (due_at);

CREATE FUNCTION image_keeps_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM blob_removals WHERE blob_key = NEW.blob_key;
  RETURN NULL;
END $$;
CREATE TRIGGER image_keeps_blob AFTER INSERT OR UPDATE OF blob_key ON images
  FOR EACH ROW WHEN (NEW.blob_key IS NOT NULL) EXECUTE FUNCTION image_keeps_blob();

-- Erasure and retention delete the row; its bytes follow.
CREATE FUNCTION image_leaves_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO blob_removals (blob_key, source_id, due_at) VALUES (OLD.blob_key, OLD.source_id, now())
  ON CONFLICT (blob_key) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER image_leaves_blob AFTER DELETE ON images
  FOR EACH ROW WHEN (OLD.blob_key IS NOT NULL) EXECUTE FUNCTION image_leaves_blob();

-- accept_note writes the row; what it says of work and blob is in the note.
CREATE FUNCTION image_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT 'due', i->>'blob', i->>'sha256', NEW.created_at, NEW.created_at
  INTO NEW.state, NEW.blob_key, NEW.sha256, NEW.due_at, NEW.nudged_at
  FROM revisions r, jsonb_array_elements(r.note->'images') AS i
  WHERE r.id = NEW.revision_id AND (i->>'index')::int = NEW.index;
  NEW.state := coalesce(NEW.state, 'due');
  RETURN NEW;
END $$;
CREATE TRIGGER image_is_due BEFORE INSERT ON images FOR EACH ROW EXECUTE FUNCTION image_is_due();

-- A newer revision makes the pictures of the older one no work of anyone.
CREATE FUNCTION images_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE images SET state = 'done', due_at = NULL, lease_until = NULL, epoch = epoch + 1
  WHERE revision_id = NEW.id AND state = 'due';
  RETURN NULL;
END $$;
CREATE TRIGGER images_superseded AFTER UPDATE OF superseded_at ON revisions
  FOR EACH ROW WHEN (NEW.superseded_at IS NOT NULL AND OLD.superseded_at IS NULL) EXECUTE FUNCTION images_superseded();

-- Order of locks: image, revision. 'stale', or 'waits' while others are due, else 'woken:<run>' or 'decided'.
CREATE FUNCTION complete_image(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_run int;
BEGIN
  UPDATE images SET state = 'done', reading = p->'reading', pdq = p->>'pdq', blob_key = coalesce(p->>'blobKey', blob_key),
    sha256 = coalesce(p->>'sha256', sha256), lease_until = NULL, due_at = NULL
  WHERE revision_id = p->>'revisionId' AND index = (p->>'index')::int AND epoch = (p->>'epoch')::int AND state = 'due';
  IF NOT FOUND THEN
    RETURN 'stale';
  END IF;
  PERFORM 1 FROM revisions WHERE id = p->>'revisionId' FOR UPDATE;
  IF EXISTS (SELECT 1 FROM images WHERE revision_id = p->>'revisionId' AND state = 'due') THEN
    RETURN 'waits';
  END IF;
  UPDATE revisions SET due_at = v_at, nudged_at = v_at, run = run + 1
  WHERE id = p->>'revisionId' AND state = 'due' AND superseded_at IS NULL RETURNING run INTO v_run;
  RETURN CASE WHEN v_run IS NULL THEN 'decided' ELSE 'woken:' || v_run END;
END $$;

-- While evidence is due, what is grave already is decided: stored, told and replaced by the final word.
CREATE OR REPLACE FUNCTION complete_work(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_note notes%ROWTYPE;
  v_rev revisions%ROWTYPE;
  v_sequence int;
  v_pending boolean := (p->>'pending')::boolean;
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
    v_pending, p->'evidence', p->'trace', v_at)
  ON CONFLICT (revision_id, bundle_hash, evidence_version) DO UPDATE
    SET pending = excluded.pending, evidence = excluded.evidence, trace = excluded.trace, created_at = excluded.created_at;

  -- The same interim word is not said twice.
  IF NOT v_pending OR EXISTS (
    SELECT 1 FROM jsonb_to_recordset(p->'decisions') AS d(regions text[], action text, category text)
    WHERE d.action <> 'allow' AND NOT EXISTS (
      SELECT 1 FROM decisions o WHERE o.note_id = v_note.id AND o.revision_id = v_rev.id AND o.superseded_by IS NULL
        AND (o.by_kind = 'person' OR (o.action = d.action AND o.category IS NOT DISTINCT FROM d.category))
        AND o.regions @> d.regions))
  THEN
    v_sequence := record_decisions(p, v_note, v_rev, v_at);
    PERFORM audit_append('system', 'policy', 'note.decided', v_note.id, json_build_object(
      'revisionId', p->>'revisionId', 'revision', v_rev.revision, 'sequence', v_sequence,
      'bundleHash', p->>'bundleHash', 'evidenceVersion', p->>'evidenceVersion', 'pending', v_pending,
      'contentSalted', encode(sha256(convert_to(v_note.salt || v_rev.content_hash, 'UTF8')), 'hex'),
      'decisions', (SELECT json_agg(json_build_object('decisionId', d->>'id', 'action', d->>'action',
        'category', d->>'category', 'regions', d->'regions')) FROM jsonb_array_elements(p->'decisions') d))::text, v_at);
  END IF;

  IF v_pending THEN
    -- The last picture may have been read while this result was made: then there is nothing to wait for.
    UPDATE revisions SET lease_until = NULL, nudged_at = NULL, language = p->>'language',
      due_at = CASE WHEN (p->>'imagesDue')::boolean AND NOT EXISTS (
          SELECT 1 FROM images i WHERE i.revision_id = p->>'revisionId' AND i.state = 'due') THEN v_at
        ELSE to_timestamp((p->>'dueAt')::float8 / 1000) END
    WHERE id = p->>'revisionId';
    UPDATE notes SET sequence = coalesce(v_sequence, sequence), language = p->>'language',
      strongest = CASE WHEN v_sequence IS NULL THEN strongest ELSE p->>'strongest' END
    WHERE id = v_note.id;
    RETURN 'saved';
  END IF;

  UPDATE revisions SET state = p->>'state', lease_until = NULL, due_at = NULL, language = p->>'language', decided_at = v_at
  WHERE id = p->>'revisionId';
  UPDATE notes SET state = p->>'state', sequence = v_sequence, language = p->>'language', strongest = p->>'strongest',
    decided_at = v_at
  WHERE id = v_note.id;
  RETURN 'saved';
END $$;
