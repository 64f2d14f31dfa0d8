-- People and workloads with every key and SPIFFE ID by which they sign: each counts once for a threshold.
CREATE TABLE "Functionary" (
  "id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "spiffeIds" TEXT[] NOT NULL,
  "reason" TEXT NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL,
  "createdBy" TEXT NOT NULL,
  CONSTRAINT "Functionary_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "FunctionaryKey" (
  "functionaryId" UUID NOT NULL,
  "fingerprint" BYTEA NOT NULL,
  CONSTRAINT "FunctionaryKey_pkey" PRIMARY KEY ("functionaryId", "fingerprint"),
  CONSTRAINT "FunctionaryKey_functionaryId_fkey" FOREIGN KEY ("functionaryId") REFERENCES "Functionary"("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "FunctionaryKey_fingerprint_fkey" FOREIGN KEY ("fingerprint") REFERENCES "PublicKey"("fingerprint")
    ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "FunctionaryKey_fingerprint_idx" ON "FunctionaryKey"("fingerprint");
