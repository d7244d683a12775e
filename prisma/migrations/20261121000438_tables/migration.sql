-- CreateTable
CREATE TABLE "sources" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "scopes" TEXT[],
    "secret_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "login" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "disabled" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "csrf_token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_ins" (
    "id" BIGSERIAL NOT NULL,
    "login_hash" TEXT NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_ins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "authors" (
    "source_id" TEXT NOT NULL,
    "author_key" TEXT NOT NULL,
    "author_id" TEXT NOT NULL,
    "region" TEXT,
    "account_at" TIMESTAMPTZ(3),
    "verified" BOOLEAN,
    "account_type" TEXT,
    "age_band" TEXT,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "authors_pkey" PRIMARY KEY ("source_id","author_key")
);

-- CreateTable
CREATE TABLE "notes" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "external_hash" TEXT NOT NULL,
    "author_key" TEXT,
    "author_id" TEXT,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "revision_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "language" TEXT,
    "strongest" TEXT,
    "salt" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "notes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revisions" (
    "id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "content_hash" TEXT,
    "text_hash" TEXT,
    "note" JSONB,
    "repaired" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "superseded_at" TIMESTAMPTZ(3),
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "nudged_at" TIMESTAMPTZ(3),
    "run" INTEGER NOT NULL DEFAULT 0,
    "language" TEXT,
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "revisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "images" (
    "revision_id" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "note_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "url" TEXT,
    "path" TEXT,
    "pdq" TEXT,
    "reading" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "images_pkey" PRIMARY KEY ("revision_id","index")
);

-- CreateTable
CREATE TABLE "evidence" (
    "revision_id" TEXT NOT NULL,
    "bundle_hash" TEXT NOT NULL,
    "evidence_version" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "pending" BOOLEAN NOT NULL,
    "evidence" JSONB,
    "trace" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("revision_id","bundle_hash","evidence_version")
);

-- CreateTable
CREATE TABLE "decisions" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "content_hash" TEXT,
    "content_date" TIMESTAMPTZ(3),
    "item_types" TEXT[],
    "languages" JSONB,
    "author_key" TEXT,
    "account_type" TEXT,
    "regions" TEXT[],
    "policy" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "side_actions" TEXT[],
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "severity" INTEGER NOT NULL,
    "category" TEXT,
    "categories" TEXT[],
    "ground" JSONB,
    "rules" JSONB NOT NULL,
    "shadow" JSONB NOT NULL,
    "gaps" JSONB NOT NULL,
    "facts_key" TEXT,
    "facts_slots" JSONB,
    "trigger" TEXT NOT NULL DEFAULT 'own_initiative',
    "trigger_ref" TEXT,
    "automated_detect" BOOLEAN NOT NULL DEFAULT true,
    "automated_decide" TEXT NOT NULL DEFAULT 'full',
    "by_kind" TEXT NOT NULL,
    "by_id" TEXT NOT NULL,
    "bundle_hash" TEXT NOT NULL,
    "evidence_version" TEXT,
    "clock_kind" TEXT,
    "clock_deadline" TIMESTAMPTZ(3),
    "clock_met" BOOLEAN,
    "notices_sent" JSONB,
    "appeal_deadline" TIMESTAMPTZ(3),
    "appeal_state" TEXT,
    "authority_reports" JSONB,
    "supersedes" TEXT,
    "superseded_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "decisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cases" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "decision_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "severity" INTEGER NOT NULL,
    "category" TEXT,
    "regions" TEXT[],
    "language" TEXT,
    "state" TEXT NOT NULL,
    "outcome" TEXT,
    "lease_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "cases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "human_decisions" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "case_id" TEXT,
    "decision_id" TEXT,
    "user_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "regions" TEXT[],
    "reason" TEXT,
    "seconds" INTEGER,
    "translation_shown" BOOLEAN,
    "second_review" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "human_decisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "note_id" TEXT,
    "sequence" INTEGER,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "description" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "previous_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "lease_until" TIMESTAMPTZ(3),
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_status" INTEGER,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "id" BIGSERIAL NOT NULL,
    "source_id" TEXT NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "latency_ms" INTEGER NOT NULL,

    CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "text_bank_entries" (
    "id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "severity" INTEGER NOT NULL,
    "benign" BOOLEAN NOT NULL,
    "exact" TEXT NOT NULL,
    "simhash" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "text_bank_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_bank_entries" (
    "id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "severity" INTEGER NOT NULL,
    "benign" BOOLEAN NOT NULL,
    "pdq" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "image_bank_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bundles" (
    "hash" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bundles_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "campaign_signatures" (
    "revision_id" TEXT NOT NULL,
    "band" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "author_key" TEXT,
    "account_age_days" DOUBLE PRECISION,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "campaign_signatures_pkey" PRIMARY KEY ("revision_id","band")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "lane" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "prev_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("lane","sequence")
);

-- CreateTable
CREATE TABLE "audit_heads" (
    "lane" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("lane")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "source_id" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "note_id" TEXT,
    "revision_id" TEXT,
    "revision" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("source_id","key_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "sources_name_key" ON "sources"("name");

-- CreateIndex
CREATE INDEX "api_keys_source_id_created_at_idx" ON "api_keys"("source_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "users_login_key" ON "users"("login");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions"("token_hash");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE INDEX "sign_ins_login_hash_at_idx" ON "sign_ins"("login_hash", "at");

-- CreateIndex
CREATE INDEX "sign_ins_at_idx" ON "sign_ins"("at");

-- CreateIndex
CREATE INDEX "notes_source_id_created_at_id_idx" ON "notes"("source_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "notes_source_id_author_key_created_at_id_idx" ON "notes"("source_id", "author_key", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "notes_created_at_id_idx" ON "notes"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "notes_decided_at_idx" ON "notes"("decided_at");

-- CreateIndex
CREATE UNIQUE INDEX "notes_source_id_external_hash_key" ON "notes"("source_id", "external_hash");

-- CreateIndex
CREATE INDEX "revisions_source_id_text_hash_idx" ON "revisions"("source_id", "text_hash");

-- CreateIndex
CREATE INDEX "revisions_due_at_idx" ON "revisions"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "revisions_note_id_revision_key" ON "revisions"("note_id", "revision");

-- CreateIndex
CREATE INDEX "images_note_id_idx" ON "images"("note_id");

-- CreateIndex
CREATE INDEX "evidence_note_id_idx" ON "evidence"("note_id");

-- CreateIndex
CREATE INDEX "decisions_note_id_sequence_idx" ON "decisions"("note_id", "sequence");

-- CreateIndex
CREATE INDEX "decisions_source_id_created_at_idx" ON "decisions"("source_id", "created_at");

-- CreateIndex
CREATE INDEX "cases_state_severity_opened_at_id_idx" ON "cases"("state", "severity" DESC, "opened_at", "id");

-- CreateIndex
CREATE INDEX "cases_note_id_idx" ON "cases"("note_id");

-- CreateIndex
CREATE INDEX "human_decisions_note_id_idx" ON "human_decisions"("note_id");

-- CreateIndex
CREATE INDEX "human_decisions_case_id_idx" ON "human_decisions"("case_id");

-- CreateIndex
CREATE INDEX "events_note_id_idx" ON "events"("note_id");

-- CreateIndex
CREATE INDEX "events_created_at_idx" ON "events"("created_at");

-- CreateIndex
CREATE INDEX "webhook_endpoints_source_id_created_at_idx" ON "webhook_endpoints"("source_id", "created_at");

-- CreateIndex
CREATE INDEX "deliveries_next_attempt_at_idx" ON "deliveries"("next_attempt_at");

-- CreateIndex
CREATE INDEX "deliveries_source_id_created_at_id_idx" ON "deliveries"("source_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "deliveries_endpoint_id_idx" ON "deliveries"("endpoint_id");

-- CreateIndex
CREATE INDEX "deliveries_event_id_idx" ON "deliveries"("event_id");

-- CreateIndex
CREATE INDEX "delivery_attempts_delivery_id_idx" ON "delivery_attempts"("delivery_id");

-- CreateIndex
CREATE INDEX "text_bank_entries_exact_idx" ON "text_bank_entries"("exact");

-- CreateIndex
CREATE INDEX "image_bank_entries_pdq_idx" ON "image_bank_entries"("pdq");

-- CreateIndex
CREATE INDEX "campaign_signatures_source_id_band_at_idx" ON "campaign_signatures"("source_id", "band", "at" DESC);

-- CreateIndex
CREATE INDEX "campaign_signatures_at_idx" ON "campaign_signatures"("at");

-- CreateIndex
CREATE INDEX "audit_events_at_lane_sequence_idx" ON "audit_events"("at" DESC, "lane", "sequence");

-- CreateIndex
CREATE INDEX "audit_events_subject_idx" ON "audit_events"("subject");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "idempotency_keys_note_id_idx" ON "idempotency_keys"("note_id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
