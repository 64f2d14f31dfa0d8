-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabledAt" TIMESTAMPTZ(3),

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "userAgent" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "scopes" TEXT[],
    "softwareId" UUID,
    "createdById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "act" TEXT NOT NULL,
    "objectType" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "requestId" TEXT,
    "prevHash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Envelope" (
    "id" BIGSERIAL NOT NULL,
    "sha256" BYTEA NOT NULL,
    "size" INTEGER NOT NULL,
    "form" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "predicateType" TEXT,
    "name" TEXT,
    "signedSha256" BYTEA,
    "status" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT,
    "place" TEXT,
    "parserVersion" INTEGER NOT NULL DEFAULT 1,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Envelope_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EnvelopeContent" (
    "envelopeId" BIGINT NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "EnvelopeContent_pkey" PRIMARY KEY ("envelopeId")
);

-- CreateTable
CREATE TABLE "EnvelopeSignature" (
    "envelopeId" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    "keyid" TEXT NOT NULL,
    "certificate" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "EnvelopeSignature_pkey" PRIMARY KEY ("envelopeId","index")
);

-- CreateTable
CREATE TABLE "Delivery" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "softwareId" UUID,
    "issuer" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "closesAt" TIMESTAMPTZ(3),
    "importId" UUID,
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Sighting" (
    "id" BIGSERIAL NOT NULL,
    "envelopeId" BIGINT NOT NULL,
    "deliveryId" UUID,
    "importId" UUID,
    "path" TEXT NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,

    CONSTRAINT "Sighting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Import" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImportFile" (
    "importId" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "sha256" BYTEA,
    "kind" TEXT NOT NULL,
    "fate" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT,
    "place" TEXT,

    CONSTRAINT "ImportFile_pkey" PRIMARY KEY ("importId","index")
);

-- CreateTable
CREATE TABLE "Artifact" (
    "id" BIGSERIAL NOT NULL,
    "algo" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,

    CONSTRAINT "Artifact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Name" (
    "id" BIGSERIAL NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "Name_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Edge" (
    "envelopeId" BIGINT NOT NULL,
    "role" TEXT NOT NULL,
    "artifactId" BIGINT NOT NULL,
    "nameId" BIGINT NOT NULL,

    CONSTRAINT "Edge_pkey" PRIMARY KEY ("envelopeId","role","artifactId","nameId")
);

-- CreateTable
CREATE TABLE "PublicKey" (
    "fingerprint" BYTEA NOT NULL,
    "keytype" TEXT NOT NULL,
    "scheme" TEXT NOT NULL,
    "bits" INTEGER,
    "pem" TEXT,
    "json" TEXT,
    "keyids" TEXT[],
    "name" TEXT NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "PublicKey_pkey" PRIMARY KEY ("fingerprint")
);

-- CreateTable
CREATE TABLE "Certificate" (
    "sha256" BYTEA NOT NULL,
    "pem" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "spiffeId" TEXT,
    "notBefore" TIMESTAMPTZ(3) NOT NULL,
    "notAfter" TIMESTAMPTZ(3) NOT NULL,
    "isCa" BOOLEAN NOT NULL,
    "name" TEXT NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Certificate_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "Software" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "Software_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OwnerKey" (
    "softwareId" UUID NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "name" TEXT NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL,
    "addedBy" TEXT NOT NULL,

    CONSTRAINT "OwnerKey_pkey" PRIMARY KEY ("softwareId","fingerprint")
);

-- CreateTable
CREATE TABLE "LayoutDraft" (
    "id" UUID NOT NULL,
    "softwareId" UUID,
    "name" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "positions" JSONB NOT NULL DEFAULT '{}',
    "revision" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedBy" TEXT NOT NULL,
    "deletedAt" TIMESTAMPTZ(3),
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "LayoutDraft_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DraftRevision" (
    "draftId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "document" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "DraftRevision_pkey" PRIMARY KEY ("draftId","revision")
);

-- CreateTable
CREATE TABLE "LayoutVersion" (
    "id" UUID NOT NULL,
    "softwareId" UUID,
    "draftId" UUID,
    "name" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "signedJson" TEXT NOT NULL,
    "dssePayload" BYTEA NOT NULL,
    "signedSha256" BYTEA NOT NULL,
    "envelopeId" BIGINT,
    "expires" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "createdBy" TEXT NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "LayoutVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LayoutSignature" (
    "versionId" UUID NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "keyid" TEXT NOT NULL,
    "metablockSig" TEXT,
    "dsseSig" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "LayoutSignature_pkey" PRIMARY KEY ("versionId","fingerprint")
);

-- CreateTable
CREATE TABLE "Binding" (
    "id" UUID NOT NULL,
    "softwareId" UUID NOT NULL,
    "environment" TEXT NOT NULL DEFAULT 'production',
    "versionId" UUID NOT NULL,
    "envelopeId" BIGINT NOT NULL,
    "parameters" JSONB,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "by" TEXT NOT NULL,

    CONSTRAINT "Binding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Build" (
    "id" UUID NOT NULL,
    "short" TEXT NOT NULL,
    "softwareId" UUID NOT NULL,
    "deliveryId" UUID,
    "groupKey" BYTEA NOT NULL,
    "finalStep" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,
    "currentId" UUID,

    CONSTRAINT "Build_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BuildFile" (
    "buildId" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "algo" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,

    CONSTRAINT "BuildFile_pkey" PRIMARY KEY ("buildId","path","algo")
);

-- CreateTable
CREATE TABLE "Verdict" (
    "id" UUID NOT NULL,
    "buildId" UUID NOT NULL,
    "bindingId" UUID NOT NULL,
    "inputsSha256" BYTEA NOT NULL,
    "verdict" TEXT NOT NULL,
    "referenceVerdict" TEXT NOT NULL,
    "code" TEXT,
    "headline" TEXT NOT NULL,
    "step" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "judgedAt" TIMESTAMPTZ(3) NOT NULL,
    "engine" TEXT NOT NULL,
    "report" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    "validUntil" TIMESTAMPTZ(3),

    CONSTRAINT "Verdict_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "dedupeKey" TEXT,
    "runAt" TIMESTAMPTZ(3) NOT NULL,
    "leaseUntil" TIMESTAMPTZ(3),
    "leaseToken" UUID,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "doneAt" TIMESTAMPTZ(3),
    "deadAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RateLimit" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_sha256_key" ON "ApiToken"("sha256");

-- CreateIndex
CREATE INDEX "AuditEntry_at_idx" ON "AuditEntry"("at");

-- CreateIndex
CREATE INDEX "AuditEntry_objectType_objectId_idx" ON "AuditEntry"("objectType", "objectId");

-- CreateIndex
CREATE UNIQUE INDEX "Envelope_sha256_key" ON "Envelope"("sha256");

-- CreateIndex
CREATE INDEX "Envelope_kind_name_idx" ON "Envelope"("kind", "name");

-- CreateIndex
CREATE INDEX "Envelope_signedSha256_idx" ON "Envelope"("signedSha256");

-- CreateIndex
CREATE INDEX "Envelope_firstSeenAt_idx" ON "Envelope"("firstSeenAt");

-- CreateIndex
CREATE INDEX "Envelope_status_idx" ON "Envelope"("status");

-- CreateIndex
CREATE INDEX "EnvelopeSignature_keyid_idx" ON "EnvelopeSignature"("keyid");

-- CreateIndex
CREATE UNIQUE INDEX "Delivery_softwareId_issuer_label_attempt_kind_openedAt_key" ON "Delivery"("softwareId", "issuer", "label", "attempt", "kind", "openedAt");

-- CreateIndex
CREATE INDEX "Sighting_envelopeId_idx" ON "Sighting"("envelopeId");

-- CreateIndex
CREATE INDEX "Sighting_deliveryId_idx" ON "Sighting"("deliveryId");

-- CreateIndex
CREATE INDEX "Import_at_idx" ON "Import"("at");

-- CreateIndex
CREATE INDEX "ImportFile_sha256_idx" ON "ImportFile"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "Artifact_algo_digest_key" ON "Artifact"("algo", "digest");

-- CreateIndex
CREATE UNIQUE INDEX "Name_value_key" ON "Name"("value");

-- CreateIndex
CREATE INDEX "Edge_artifactId_role_envelopeId_idx" ON "Edge"("artifactId", "role", "envelopeId");

-- CreateIndex
CREATE UNIQUE INDEX "Software_slug_key" ON "Software"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "LayoutVersion_signedSha256_key" ON "LayoutVersion"("signedSha256");

-- CreateIndex
CREATE INDEX "Binding_softwareId_environment_until_idx" ON "Binding"("softwareId", "environment", "until");

-- CreateIndex
CREATE UNIQUE INDEX "Build_short_key" ON "Build"("short");

-- CreateIndex
CREATE UNIQUE INDEX "Build_currentId_key" ON "Build"("currentId");

-- CreateIndex
CREATE INDEX "Build_firstSeenAt_idx" ON "Build"("firstSeenAt");

-- CreateIndex
CREATE INDEX "Build_softwareId_firstSeenAt_idx" ON "Build"("softwareId", "firstSeenAt");

-- CreateIndex
CREATE UNIQUE INDEX "Build_softwareId_groupKey_key" ON "Build"("softwareId", "groupKey");

-- CreateIndex
CREATE INDEX "BuildFile_algo_digest_idx" ON "BuildFile"("algo", "digest");

-- CreateIndex
CREATE INDEX "Verdict_validUntil_idx" ON "Verdict"("validUntil");

-- CreateIndex
CREATE UNIQUE INDEX "Verdict_buildId_inputsSha256_key" ON "Verdict"("buildId", "inputsSha256");

-- CreateIndex
CREATE INDEX "Job_doneAt_deadAt_runAt_idx" ON "Job"("doneAt", "deadAt", "runAt");

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EnvelopeContent" ADD CONSTRAINT "EnvelopeContent_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EnvelopeSignature" ADD CONSTRAINT "EnvelopeSignature_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Delivery" ADD CONSTRAINT "Delivery_importId_fkey" FOREIGN KEY ("importId") REFERENCES "Import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Delivery" ADD CONSTRAINT "Delivery_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sighting" ADD CONSTRAINT "Sighting_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sighting" ADD CONSTRAINT "Sighting_deliveryId_fkey" FOREIGN KEY ("deliveryId") REFERENCES "Delivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sighting" ADD CONSTRAINT "Sighting_importId_fkey" FOREIGN KEY ("importId") REFERENCES "Import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImportFile" ADD CONSTRAINT "ImportFile_importId_fkey" FOREIGN KEY ("importId") REFERENCES "Import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Edge" ADD CONSTRAINT "Edge_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Edge" ADD CONSTRAINT "Edge_artifactId_fkey" FOREIGN KEY ("artifactId") REFERENCES "Artifact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Edge" ADD CONSTRAINT "Edge_nameId_fkey" FOREIGN KEY ("nameId") REFERENCES "Name"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OwnerKey" ADD CONSTRAINT "OwnerKey_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OwnerKey" ADD CONSTRAINT "OwnerKey_fingerprint_fkey" FOREIGN KEY ("fingerprint") REFERENCES "PublicKey"("fingerprint") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LayoutDraft" ADD CONSTRAINT "LayoutDraft_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DraftRevision" ADD CONSTRAINT "DraftRevision_draftId_fkey" FOREIGN KEY ("draftId") REFERENCES "LayoutDraft"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LayoutVersion" ADD CONSTRAINT "LayoutVersion_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LayoutVersion" ADD CONSTRAINT "LayoutVersion_draftId_fkey" FOREIGN KEY ("draftId") REFERENCES "LayoutDraft"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LayoutVersion" ADD CONSTRAINT "LayoutVersion_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LayoutSignature" ADD CONSTRAINT "LayoutSignature_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "LayoutVersion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LayoutSignature" ADD CONSTRAINT "LayoutSignature_fingerprint_fkey" FOREIGN KEY ("fingerprint") REFERENCES "PublicKey"("fingerprint") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Binding" ADD CONSTRAINT "Binding_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Binding" ADD CONSTRAINT "Binding_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "LayoutVersion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Binding" ADD CONSTRAINT "Binding_envelopeId_fkey" FOREIGN KEY ("envelopeId") REFERENCES "Envelope"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Build" ADD CONSTRAINT "Build_softwareId_fkey" FOREIGN KEY ("softwareId") REFERENCES "Software"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Build" ADD CONSTRAINT "Build_deliveryId_fkey" FOREIGN KEY ("deliveryId") REFERENCES "Delivery"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Build" ADD CONSTRAINT "Build_currentId_fkey" FOREIGN KEY ("currentId") REFERENCES "Verdict"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BuildFile" ADD CONSTRAINT "BuildFile_buildId_fkey" FOREIGN KEY ("buildId") REFERENCES "Build"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Verdict" ADD CONSTRAINT "Verdict_buildId_fkey" FOREIGN KEY ("buildId") REFERENCES "Build"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Verdict" ADD CONSTRAINT "Verdict_bindingId_fkey" FOREIGN KEY ("bindingId") REFERENCES "Binding"("id") ON DELETE CASCADE ON UPDATE CASCADE;
