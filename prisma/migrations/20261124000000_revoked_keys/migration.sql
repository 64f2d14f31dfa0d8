-- Keys whose signatures count for nothing from a moment on; what is proven to be signed before stays.
CREATE TABLE "RevokedKey" (
  "id" UUID NOT NULL,
  "fingerprint" BYTEA NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "reason" TEXT NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL,
  "createdBy" TEXT NOT NULL,
  CONSTRAINT "RevokedKey_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "RevokedKey_fingerprint_fkey" FOREIGN KEY ("fingerprint") REFERENCES "PublicKey"("fingerprint")
    ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "RevokedKey_fingerprint_idx" ON "RevokedKey"("fingerprint");
