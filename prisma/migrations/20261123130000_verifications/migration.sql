-- Verifications made elsewhere: what others decided about artifacts, who may be named for it, and what is to be looked at.
CREATE TABLE "Verifier" (
  "id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "verifierId" TEXT NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL,
  "createdBy" TEXT NOT NULL,
  "demo" BOOLEAN NOT NULL DEFAULT false,
  CONSTRAINT "Verifier_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "Verifier_verifierId_idx" ON "Verifier"("verifierId");

CREATE TABLE "VerifierKey" (
  "verifierId" UUID NOT NULL,
  "fingerprint" BYTEA NOT NULL,
  CONSTRAINT "VerifierKey_pkey" PRIMARY KEY ("verifierId", "fingerprint"),
  CONSTRAINT "VerifierKey_verifierId_fkey" FOREIGN KEY ("verifierId") REFERENCES "Verifier"("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "VerifierKey_fingerprint_fkey" FOREIGN KEY ("fingerprint") REFERENCES "PublicKey"("fingerprint")
    ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "VerifierKey_fingerprint_idx" ON "VerifierKey"("fingerprint");

CREATE TABLE "Verification" (
  "envelopeId" BIGINT NOT NULL,
  "index" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "verifier" TEXT,
  "policyUri" TEXT,
  "policyDigest" TEXT,
  "resource" TEXT,
  "scope" BYTEA,
  "statedAt" TIMESTAMPTZ(3),
  "receivedAt" TIMESTAMPTZ(3) NOT NULL,
  "result" TEXT NOT NULL,
  "levels" TEXT[],
  "gaps" TEXT[],
  "signedSha256" BYTEA NOT NULL,
  "signer" TEXT NOT NULL,
  "verifierRef" UUID,
  "fingerprint" BYTEA,
  CONSTRAINT "Verification_pkey" PRIMARY KEY ("envelopeId", "index"),
  CONSTRAINT "Verification_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "Verification_verifierRef_fkey" FOREIGN KEY ("verifierRef") REFERENCES "Verifier"("id")
    ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT "verification_result" CHECK ("result" IN ('passed', 'failed', 'unknown')),
  CONSTRAINT "verification_signer"
    CHECK ("signer" IN ('declared', 'other-key', 'not-valid', 'unknown-key', 'unsigned'))
);
CREATE INDEX "Verification_verifier_idx" ON "Verification"("verifier");
CREATE INDEX "Verification_signedSha256_idx" ON "Verification"("signedSha256");
CREATE INDEX "Verification_receivedAt_idx" ON "Verification"("receivedAt");
CREATE INDEX "Verification_failed" ON "Verification"("receivedAt") WHERE "result" = 'failed';

CREATE TABLE "VerificationSubject" (
  "envelopeId" BIGINT NOT NULL,
  "algo" TEXT NOT NULL,
  "digest" BYTEA NOT NULL,
  "name" TEXT NOT NULL,
  CONSTRAINT "VerificationSubject_pkey" PRIMARY KEY ("envelopeId", "algo", "digest"),
  CONSTRAINT "VerificationSubject_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "VerificationSubject_algo_digest_idx" ON "VerificationSubject"("algo", "digest");

-- A failure stands for an artifact until the same declared verifier, under the same policy and about the same resource,
-- says later that it passes. "Later" is the time in the signed words, never the arrival: an old PASSED that is sent
-- again takes nothing back. A PASSED dated after it was received takes nothing back either. The same words under a
-- worse signature add nothing where the declared verifier's own copy is there.
CREATE VIEW "StandingFailure" AS
SELECT s."algo", s."digest", v."envelopeId", v."index",
       (v."signer" = 'declared' AND v."verifierRef" IS NOT NULL) AS "declared"
FROM "Verification" v JOIN "VerificationSubject" s ON s."envelopeId" = v."envelopeId"
WHERE v."result" = 'failed'
  AND NOT EXISTS (
    SELECT FROM "Verification" t
    WHERE v."signer" <> 'declared' AND t."signedSha256" = v."signedSha256" AND t."index" = v."index"
      AND t."signer" = 'declared' AND t."verifierRef" IS NOT NULL)
  AND NOT EXISTS (
    SELECT FROM "VerificationSubject" q JOIN "Verification" p ON p."envelopeId" = q."envelopeId"
    WHERE q."algo" = s."algo" AND q."digest" = s."digest"
      AND v."signer" = 'declared' AND p."signer" = 'declared' AND p."verifierRef" = v."verifierRef"
      AND p."result" = 'passed' AND p."scope" = v."scope"
      AND p."statedAt" > v."statedAt" AND p."statedAt" <= p."receivedAt" + interval '5 minutes');

-- Signed Witness policies are documents of their own.
ALTER TABLE "Envelope" DROP CONSTRAINT "envelope_kind";
ALTER TABLE "Envelope" ADD CONSTRAINT "envelope_kind"
  CHECK ("kind" IN ('link', 'layout', 'statement', 'policy', 'unknown'));

-- What came before this is read once for verifications.
INSERT INTO "Job" ("name", "payload", "dedupeKey", "runAt")
SELECT 'check-verifications', '{"of": {"all": true}}', 'check-verifications:all', now()
WHERE EXISTS (SELECT FROM "Envelope" WHERE "kind" = 'statement' OR "code" = 'UNSUPPORTED');
