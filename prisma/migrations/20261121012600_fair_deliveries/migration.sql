-- What is due is looked for endpoint by endpoint.
-- DropIndex
DROP INDEX "deliveries_next_attempt_at_idx";

-- DropIndex
DROP INDEX "deliveries_endpoint_id_idx";

-- CreateIndex
CREATE INDEX "deliveries_endpoint_id_next_attempt_at_idx" ON "deliveries"("endpoint_id", "next_attempt_at");
