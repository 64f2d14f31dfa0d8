-- CreateTable
CREATE TABLE "RunMention" (
    "envelopeId" BIGINT NOT NULL,
    "pointer" TEXT NOT NULL,
    "value" BYTEA,

    CONSTRAINT "RunMention_pkey" PRIMARY KEY ("envelopeId","pointer")
);

-- CreateIndex
CREATE INDEX "RunMention_pointer_value_idx" ON "RunMention"("pointer", "value");

-- AddForeignKey
ALTER TABLE "RunMention" ADD CONSTRAINT "RunMention_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;
