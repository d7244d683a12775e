-- The erasure of an author takes every note that was ever sent in their name: also one whose newest revision names somebody
-- else, and one that was sent again, unchanged, with an author who had been left out before.

CREATE TABLE "other_authors" (
    "source_id" TEXT NOT NULL,
    "author_key" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,

    CONSTRAINT "other_authors_pkey" PRIMARY KEY ("source_id","author_key","note_id")
);
CREATE INDEX "other_authors_note_id_idx" ON "other_authors"("note_id");

INSERT INTO other_authors (source_id, author_key, note_id)
SELECT r.source_id, r.author_key, r.note_id
FROM (SELECT source_id, note_id, encode(sha256(convert_to(note->'author'->>'id', 'UTF8')), 'hex') AS author_key FROM revisions) r
JOIN notes n ON n.id = r.note_id
WHERE r.author_key IS NOT NULL AND n.author_key IS DISTINCT FROM r.author_key
ON CONFLICT DO NOTHING;

CREATE FUNCTION other_authors_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH gone AS (DELETE FROM other_authors WHERE note_id = NEW.id RETURNING source_id, author_key)
  DELETE FROM authors a USING gone g WHERE a.source_id = g.source_id AND a.author_key = g.author_key
    AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.source_id = a.source_id AND n.author_key = a.author_key)
    AND NOT EXISTS (SELECT 1 FROM other_authors o
      WHERE o.source_id = a.source_id AND o.author_key = a.author_key AND o.note_id <> NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER other_authors_go AFTER UPDATE OF state ON notes
  FOR EACH ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION other_authors_go();

CREATE OR REPLACE FUNCTION accept_note(p jsonb, OUT kind text, OUT note_id text, OUT revision_id text, OUT revision int)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_source text := p->>'sourceId';
  v_at timestamptz(3) := to_timestamp((p->>'now')::float8 / 1000);
  v_key text := p->>'keyHash';
  v_note jsonb := p->'note';
  v_author jsonb := p->'note'->'author';
  v_seen record;
  v_before text;
  v_other text;
BEGIN
  IF v_key IS NOT NULL THEN
    -- A concurrent holder of the same key is waited for here; an expired key is taken over.
    INSERT INTO idempotency_keys AS k (source_id, key_hash, fingerprint, created_at)
    VALUES (v_source, v_key, p->>'fingerprint', v_at)
    ON CONFLICT (source_id, key_hash) DO UPDATE
      SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, note_id = NULL
      WHERE k.created_at < v_at - make_interval(secs => (p->>'keySeconds')::float8);
    IF NOT FOUND THEN
      SELECT k.fingerprint, k.note_id, k.revision_id, k.revision INTO v_seen
      FROM idempotency_keys k WHERE k.source_id = v_source AND k.key_hash = v_key;
      IF v_seen.fingerprint IS NULL THEN
        kind := 'key_in_progress';
      ELSIF v_seen.fingerprint <> p->>'fingerprint' THEN
        kind := 'key_reused';
      ELSE
        kind := 'replayed';
        note_id := v_seen.note_id;
        revision_id := v_seen.revision_id;
        revision := v_seen.revision;
      END IF;
      RETURN;
    END IF;
  END IF;

  IF p->>'authorKey' IS NOT NULL THEN
    INSERT INTO authors AS a
      (source_id, author_key, author_id, region, account_at, verified, account_type, age_band, first_seen_at)
    VALUES (v_source, p->>'authorKey', v_author->>'id', v_author->>'region', (v_author->>'createdAt')::timestamptz,
      (v_author->>'verified')::boolean, v_author->>'accountType', v_author->>'ageBand', v_at)
    ON CONFLICT (source_id, author_key) DO UPDATE SET
      region = coalesce(excluded.region, a.region), account_at = coalesce(excluded.account_at, a.account_at),
      verified = coalesce(excluded.verified, a.verified),
      account_type = coalesce(excluded.account_type, a.account_type), age_band = coalesce(excluded.age_band, a.age_band)
      WHERE (a.region, a.account_at, a.verified, a.account_type, a.age_band) IS DISTINCT FROM
        (coalesce(excluded.region, a.region), coalesce(excluded.account_at, a.account_at),
         coalesce(excluded.verified, a.verified), coalesce(excluded.account_type, a.account_type),
         coalesce(excluded.age_band, a.age_band));
  END IF;

  INSERT INTO notes (id, source_id, external_id, external_hash, author_key, author_id, kind, state, revision,
    revision_id, salt, created_at)
  VALUES (p->>'noteId', v_source, p->>'externalId', p->>'externalHash', p->>'authorKey', v_author->>'id',
    v_note->>'kind', 'due', 1, p->>'revisionId', p->>'salt', v_at)
  ON CONFLICT (source_id, external_hash) DO NOTHING;
  IF FOUND THEN
    kind := 'created';
    note_id := p->>'noteId';
    revision_id := p->>'revisionId';
    revision := 1;
  ELSE
    SELECT n.id, n.revision, n.revision_id, n.author_key INTO note_id, revision, revision_id, v_before
    FROM notes n WHERE n.source_id = v_source AND n.external_hash = p->>'externalHash' FOR UPDATE;
    IF note_id IS NULL THEN
      RAISE EXCEPTION 'the note was erased meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    IF (SELECT r.content_hash FROM revisions r WHERE r.id = accept_note.revision_id) = p->>'contentHash' THEN
      kind := 'unchanged';
    ELSE
      kind := 'revised';
      revision := accept_note.revision + 1;
      revision_id := p->>'revisionId';
      UPDATE revisions r SET superseded_at = v_at, due_at = NULL, lease_until = NULL
      WHERE r.note_id = accept_note.note_id AND r.state = 'due' AND r.superseded_at IS NULL;
      UPDATE notes n SET state = 'due', revision = accept_note.revision, revision_id = accept_note.revision_id,
        kind = v_note->>'kind', author_key = p->>'authorKey', author_id = v_author->>'id',
        language = NULL, strongest = NULL, decided_at = NULL
      WHERE n.id = accept_note.note_id;
    END IF;
    v_other := CASE kind WHEN 'unchanged' THEN p->>'authorKey' ELSE v_before END;
    IF v_other IS NOT NULL AND v_before IS DISTINCT FROM p->>'authorKey' THEN
      INSERT INTO other_authors (source_id, author_key, note_id) VALUES (v_source, v_other, accept_note.note_id)
      ON CONFLICT DO NOTHING;
    END IF;
  END IF;

  IF kind <> 'unchanged' THEN
    INSERT INTO revisions (id, note_id, source_id, revision, content_hash, text_hash, note, repaired, state,
      due_at, nudged_at, accepted_at)
    VALUES (accept_note.revision_id, accept_note.note_id, v_source, accept_note.revision, p->>'contentHash',
      p->>'textHash', v_note, (p->>'repaired')::boolean, 'due', v_at, v_at, v_at);
    IF jsonb_array_length(v_note->'images') > 0 THEN
      INSERT INTO images (revision_id, index, note_id, source_id, url, path, created_at)
      SELECT accept_note.revision_id, (i->>'index')::int, accept_note.note_id, v_source, i->>'url', i->>'path', v_at
      FROM jsonb_array_elements(v_note->'images') AS i
      ON CONFLICT DO NOTHING;
    END IF;
  END IF;

  IF v_key IS NOT NULL THEN
    UPDATE idempotency_keys k SET note_id = accept_note.note_id, revision_id = accept_note.revision_id,
      revision = accept_note.revision
    WHERE k.source_id = v_source AND k.key_hash = v_key;
  END IF;
END $$;
