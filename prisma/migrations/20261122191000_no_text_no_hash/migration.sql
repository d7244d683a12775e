-- Notes of pictures alone have no text, and were taken for notes of the same text.
UPDATE revisions SET text_hash = NULL WHERE text_hash = encode(sha256(E'\n'::bytea), 'hex');
