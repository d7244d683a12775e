-- Words of people are looked for by their age: what has none any more is not in the way.
CREATE INDEX appeals_words_age ON appeals (decided_at) WHERE text IS NOT NULL AND decided_at IS NOT NULL;
CREATE INDEX reports_words_age ON reports (decided_at) WHERE reporter IS NOT NULL AND decided_at IS NOT NULL;
CREATE INDEX human_decisions_words_age ON human_decisions (created_at) WHERE reason IS NOT NULL OR notice IS NOT NULL;
CREATE INDEX case_comments_age ON case_comments (created_at);
CREATE INDEX case_opinions_age ON case_opinions (created_at);
