-- One person has one view of a name: of those that share one, the first keeps it.
UPDATE saved_filters SET name = left(saved_filters.name, 70) || ' ' || right(saved_filters.id, 8)
FROM (SELECT id, row_number() OVER (PARTITION BY user_id, name ORDER BY created_at, id) AS nth FROM saved_filters) AS n
WHERE n.id = saved_filters.id AND n.nth > 1;

DROP INDEX "saved_filters_user_id_idx";
CREATE UNIQUE INDEX "saved_filters_user_id_name_key" ON "saved_filters"("user_id", "name");
