-- AlterTable
ALTER TABLE "cases" ADD COLUMN     "assigned_to" TEXT,
ADD COLUMN     "assigned_until" TIMESTAMPTZ(3),
ADD COLUMN     "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "claimed_at" TIMESTAMPTZ(3),
ADD COLUMN     "clock" JSONB,
ADD COLUMN     "desk" TEXT NOT NULL DEFAULT 'general',
ADD COLUMN     "excluded" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "lease_epoch" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "native_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "rank_at" TIMESTAMPTZ(3),
ADD COLUMN     "reach" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "submission_id" TEXT,
ADD COLUMN     "weight" DOUBLE PRECISION NOT NULL DEFAULT 1,
ALTER COLUMN "decision_id" DROP NOT NULL;

-- Cases of before: three days, as a hold had, sooner where it is grave.
UPDATE "cases" SET "due_at" = coalesce("due_at", "opened_at" + interval '72 hours'),
  "weight" = greatest("severity", 1),
  "rank_at" = "opened_at" + interval '72 hours' / greatest("severity", 1);
ALTER TABLE "cases" ALTER COLUMN "rank_at" SET NOT NULL;

-- AlterTable
ALTER TABLE "human_decisions" ADD COLUMN     "category" TEXT,
ADD COLUMN     "event_id" TEXT,
ADD COLUMN     "ground" JSONB,
ADD COLUMN     "notice" JSONB,
ADD COLUMN     "outcome" TEXT,
ADD COLUMN     "submission_id" TEXT,
ADD COLUMN     "undo_until" TIMESTAMPTZ(3),
ADD COLUMN     "undone_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "preferences" JSONB,
ADD COLUMN     "rights" JSONB,
ADD COLUMN     "subject" TEXT;

-- CreateTable
CREATE TABLE "case_skips" (
    "case_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "case_skips_pkey" PRIMARY KEY ("case_id","user_id")
);

-- CreateTable
CREATE TABLE "case_comments" (
    "id" TEXT NOT NULL,
    "case_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "case_comments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "case_opinions" (
    "id" TEXT NOT NULL,
    "case_id" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "by_user" TEXT NOT NULL,
    "of_user" TEXT NOT NULL,
    "blind" BOOLEAN NOT NULL,
    "question" TEXT NOT NULL,
    "text" TEXT,
    "action" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),

    CONSTRAINT "case_opinions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "appeals" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "case_id" TEXT NOT NULL,
    "decision_ids" TEXT[],
    "regions" TEXT[],
    "by_kind" TEXT NOT NULL,
    "text" TEXT,
    "language" TEXT,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "appeals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reports" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "note_id" TEXT NOT NULL,
    "revision_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "case_id" TEXT NOT NULL,
    "category" TEXT,
    "regions" TEXT[],
    "reasons" TEXT,
    "law" TEXT,
    "urls" TEXT[],
    "reporter" JSONB,
    "language" TEXT,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "reports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "saved_filters" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "saved_filters_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "case_skips_until_idx" ON "case_skips"("until");

-- CreateIndex
CREATE INDEX "case_comments_case_id_idx" ON "case_comments"("case_id");

-- CreateIndex
CREATE INDEX "case_comments_note_id_idx" ON "case_comments"("note_id");

-- CreateIndex
CREATE INDEX "case_opinions_case_id_idx" ON "case_opinions"("case_id");

-- CreateIndex
CREATE INDEX "case_opinions_note_id_idx" ON "case_opinions"("note_id");

-- CreateIndex
CREATE INDEX "case_opinions_of_user_idx" ON "case_opinions"("of_user");

-- CreateIndex
CREATE INDEX "appeals_source_id_received_at_id_idx" ON "appeals"("source_id", "received_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "appeals_note_id_idx" ON "appeals"("note_id");

-- CreateIndex
CREATE INDEX "appeals_case_id_idx" ON "appeals"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "appeals_source_id_reference_key" ON "appeals"("source_id", "reference");

-- CreateIndex
CREATE INDEX "reports_source_id_received_at_id_idx" ON "reports"("source_id", "received_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "reports_note_id_idx" ON "reports"("note_id");

-- CreateIndex
CREATE INDEX "reports_case_id_idx" ON "reports"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "reports_source_id_reference_key" ON "reports"("source_id", "reference");

-- CreateIndex
CREATE INDEX "saved_filters_user_id_idx" ON "saved_filters"("user_id");

-- CreateIndex
CREATE INDEX "cases_changed_at_idx" ON "cases"("changed_at");

-- CreateIndex
CREATE INDEX "cases_submission_id_idx" ON "cases"("submission_id");

-- CreateIndex
CREATE INDEX "human_decisions_submission_id_idx" ON "human_decisions"("submission_id");

-- CreateIndex
CREATE INDEX "human_decisions_created_at_idx" ON "human_decisions"("created_at");

-- CreateIndex
CREATE INDEX "decisions_created_at_idx" ON "decisions"("created_at");

-- CreateIndex
CREATE INDEX "audit_events_actor_id_at_idx" ON "audit_events"("actor_id", "at" DESC);

-- CreateIndex
CREATE INDEX "audit_events_verb_at_idx" ON "audit_events"("verb", "at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "users_subject_key" ON "users"("subject");

-- The queue in its order, what is in hand, what was closed lately.
CREATE INDEX cases_open_rank ON cases (rank_at, id) WHERE state = 'open';
CREATE INDEX cases_open_holder ON cases (lease_by) WHERE state = 'open' AND lease_by IS NOT NULL;
CREATE INDEX cases_open_assigned ON cases (assigned_to) WHERE state = 'open' AND assigned_to IS NOT NULL;
CREATE INDEX cases_closed_at ON cases (closed_at DESC, id DESC) WHERE state = 'closed';
-- What restricts an author now, and decisions that run out.
CREATE INDEX decisions_standing_author ON decisions (source_id, author_key, created_at DESC)
  WHERE superseded_by IS NULL AND author_key IS NOT NULL;
CREATE INDEX decisions_standing_end ON decisions (ends_at) WHERE superseded_by IS NULL AND ends_at IS NOT NULL;
