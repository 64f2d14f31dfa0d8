-- CreateTable
CREATE TABLE "SpiffeBundle" (
    "sha256" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "sequence" TEXT,
    "roots" INTEGER NOT NULL,
    "trustDomains" TEXT[],
    "name" TEXT NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "broughtBy" TEXT NOT NULL,

    CONSTRAINT "SpiffeBundle_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "TrustDecision" (
    "id" BIGSERIAL NOT NULL,
    "trustDomain" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "content" BYTEA,
    "sequence" TEXT,
    "root" BYTEA,
    "reason" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,

    CONSTRAINT "TrustDecision_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "TrustDecision_trustDomain_id_idx" ON "TrustDecision"("trustDomain", "id");

-- Whose roots were trusted at a time can be told for ever: what was decided stays, for whoever holds the connection.
CREATE FUNCTION "refuse_trust_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'decisions about trust are append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER "trust_rows_stay" BEFORE UPDATE OR DELETE ON "TrustDecision"
  FOR EACH ROW EXECUTE FUNCTION "refuse_trust_change"();
CREATE TRIGGER "trust_table_stays" BEFORE TRUNCATE ON "TrustDecision"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_trust_change"();
ALTER TABLE "TrustDecision"
  ADD CONSTRAINT "trust_kind" CHECK ("kind" IN ('bundle', 'roots', 'end', 'compromised', 'restore')),
  ADD CONSTRAINT "trust_has_what_its_kind_needs" CHECK (
    CASE WHEN "kind" IN ('bundle', 'roots') THEN "content" IS NOT NULL AND "root" IS NULL
         ELSE "content" IS NULL AND octet_length("root") = 32 END),
  ADD CONSTRAINT "trust_has_a_reason" CHECK (btrim("reason") <> ''),
  ADD CONSTRAINT "trust_domain_is_one" CHECK ("trustDomain" ~ '^[a-z0-9._-]{1,255}$'),
  ADD CONSTRAINT "trust_is_not_about_the_future" CHECK ("at" <= "decidedAt");
ALTER TABLE "SpiffeBundle" ADD CONSTRAINT "spiffe_bundle_digest_is_sha256" CHECK (octet_length("sha256") = 32);
