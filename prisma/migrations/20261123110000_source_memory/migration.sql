-- CreateTable
CREATE TABLE "SourceMemory" (
    "sourceId" UUID NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "value" JSONB NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SourceMemory_pkey" PRIMARY KEY ("sourceId","key")
);

-- AddForeignKey
ALTER TABLE "SourceMemory" ADD CONSTRAINT "SourceMemory_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Each pass notes of what it remembers that it was seen: leave room for that beside the row.
ALTER TABLE "SourceMemory" SET (fillfactor = 80);
