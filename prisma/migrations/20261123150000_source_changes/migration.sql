-- AlterTable
ALTER TABLE "Source" ADD COLUMN "pausedAt" TIMESTAMPTZ(3),
ADD COLUMN "pausedByName" TEXT,
ADD COLUMN "sendMark" JSONB;

-- CreateTable
CREATE TABLE "SourceUpload" (
    "sourceId" UUID NOT NULL,
    "envelopeId" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retryAt" TIMESTAMPTZ(3),
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "SourceUpload_pkey" PRIMARY KEY ("sourceId","envelopeId")
);

-- CreateIndex
CREATE INDEX "SourceUpload_sourceId_state_retryAt_idx" ON "SourceUpload"("sourceId", "state", "retryAt");

-- AddForeignKey
ALTER TABLE "SourceUpload" ADD CONSTRAINT "SourceUpload_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceUpload" ADD CONSTRAINT "SourceUpload_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;
