-- AlterTable
ALTER TABLE "Delivery" ADD COLUMN     "sourceId" UUID;

-- AlterTable
ALTER TABLE "Import" ADD COLUMN     "sourceId" UUID;

-- AlterTable
ALTER TABLE "Sighting" ADD COLUMN     "carried" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "sourceId" UUID;

-- CreateTable
CREATE TABLE "Source" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdByName" TEXT NOT NULL,
    "removedAt" TIMESTAMPTZ(3),
    "fence" BIGINT NOT NULL DEFAULT 0,
    "leaseUntil" TIMESTAMPTZ(3),
    "followCursor" JSONB,
    "sweepCursor" JSONB,
    "sweepStartedAt" TIMESTAMPTZ(3),
    "sweptAt" TIMESTAMPTZ(3),
    "caughtUpAt" TIMESTAMPTZ(3),
    "listed" BIGINT NOT NULL DEFAULT 0,
    "expected" BIGINT,
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "lastTriedAt" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "errorSince" TIMESTAMPTZ(3),

    CONSTRAINT "Source_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SourceEntry" (
    "sourceId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "version" TEXT,
    "state" TEXT NOT NULL,
    "sha256" BYTEA,
    "envelopeId" BIGINT,
    "importId" UUID,
    "code" TEXT,
    "message" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retryAt" TIMESTAMPTZ(3),
    "claimedAt" TIMESTAMPTZ(3),
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "vanishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "SourceEntry_pkey" PRIMARY KEY ("sourceId","key")
);

-- CreateIndex
CREATE INDEX "SourceEntry_sourceId_state_retryAt_idx" ON "SourceEntry"("sourceId", "state", "retryAt");

-- CreateIndex
CREATE INDEX "SourceEntry_envelopeId_idx" ON "SourceEntry"("envelopeId");

-- CreateIndex
CREATE INDEX "Delivery_sourceId_label_idx" ON "Delivery"("sourceId", "label");

-- AddForeignKey
ALTER TABLE "Delivery" ADD CONSTRAINT "Delivery_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sighting" ADD CONSTRAINT "Sighting_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Import" ADD CONSTRAINT "Import_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceEntry" ADD CONSTRAINT "SourceEntry_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceEntry" ADD CONSTRAINT "SourceEntry_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "Envelope" ADD COLUMN     "gitoid" BYTEA;

-- CreateTable
CREATE TABLE "CollectionSubject" (
    "digest" BYTEA NOT NULL,
    "envelopeId" BIGINT NOT NULL,

    CONSTRAINT "CollectionSubject_pkey" PRIMARY KEY ("digest","envelopeId")
);

-- CreateIndex
CREATE INDEX "CollectionSubject_envelopeId_idx" ON "CollectionSubject"("envelopeId");

-- AddForeignKey
ALTER TABLE "CollectionSubject" ADD CONSTRAINT "CollectionSubject_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is stored already gets its gitoid too: sha256 of "blob LENGTH NUL BYTES".
UPDATE "Envelope" e SET "gitoid" = sha256(convert_to('blob ' || octet_length(c."bytes"), 'UTF8') || '\x00'::bytea || c."bytes")
  FROM "EnvelopeContent" c WHERE c."envelopeId" = e."id";

-- CreateIndex
CREATE UNIQUE INDEX "Envelope_gitoid_key" ON "Envelope"("gitoid");

-- A name is free again when its source was removed.
CREATE UNIQUE INDEX "Source_one_of_a_name" ON "Source" (lower("name")) WHERE "removedAt" IS NULL;
ALTER TABLE "Source"
  ADD CONSTRAINT "source_error_has_a_sentence" CHECK (("errorCode" IS NULL) = ("errorMessage" IS NULL));
ALTER TABLE "SourceEntry"
  ADD CONSTRAINT "source_entry_state" CHECK ("state" IN
    ('waiting', 'taken', 'known', 'quarantined', 'refused', 'listed', 'skipped', 'failed')),
  ADD CONSTRAINT "source_entry_says_why" CHECK ("state" NOT IN ('quarantined', 'skipped', 'failed') OR "code" IS NOT NULL);
-- Each pass notes that every entry is still there: leave room for that beside the row.
ALTER TABLE "SourceEntry" SET (fillfactor = 80);
