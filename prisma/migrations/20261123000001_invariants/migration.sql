-- What the schema language cannot say: facts that stay, closed sets of words, and at most one of something.

-- The audit log is append-only, for whoever holds the connection.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER "audit_rows_stay" BEFORE UPDATE OR DELETE ON "AuditEntry"
  FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_table_stays" BEFORE TRUNCATE ON "AuditEntry"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
ALTER TABLE "AuditEntry"
  ADD CONSTRAINT "audit_hashes_are_sha256" CHECK (octet_length("prevHash") = 32 AND octet_length("hash") = 32),
  ADD CONSTRAINT "audit_starts_at_one" CHECK ("seq" >= 1);
-- two rows can never follow the same one
CREATE UNIQUE INDEX "AuditEntry_prevHash_once" ON "AuditEntry" ("prevHash") WHERE "seq" >= 1;

-- The bytes of an envelope, once stored, are what was received.
CREATE FUNCTION "refuse_content_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'stored evidence is not changed' USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER "envelope_content_stays" BEFORE UPDATE ON "EnvelopeContent"
  FOR EACH ROW EXECUTE FUNCTION "refuse_content_change"();

ALTER TABLE "Envelope"
  ADD CONSTRAINT "envelope_digest_is_sha256" CHECK (octet_length("sha256") = 32),
  ADD CONSTRAINT "envelope_status" CHECK ("status" IN ('parsed', 'quarantined')),
  ADD CONSTRAINT "envelope_quarantine_has_a_reason" CHECK ("status" <> 'quarantined' OR "code" IS NOT NULL),
  ADD CONSTRAINT "envelope_form" CHECK ("form" IN ('metablock', 'dsse', 'unknown')),
  ADD CONSTRAINT "envelope_kind" CHECK ("kind" IN ('link', 'layout', 'statement', 'unknown'));
ALTER TABLE "ImportFile"
  ADD CONSTRAINT "import_file_fate" CHECK ("fate" IN ('stored', 'known', 'quarantined', 'refused', 'listed'));
ALTER TABLE "Edge" ADD CONSTRAINT "edge_role" CHECK ("role" IN ('material', 'product', 'subject'));
ALTER TABLE "Delivery" ADD CONSTRAINT "delivery_kind" CHECK ("kind" IN ('handed-over', 'pushed', 'loose'));

ALTER TABLE "User"
  ADD CONSTRAINT "user_role" CHECK ("role" IN ('viewer', 'developer', 'engineer', 'admin')),
  ADD CONSTRAINT "user_email_is_lower_case" CHECK ("email" = lower("email")),
  ADD CONSTRAINT "user_password_is_argon2id" CHECK ("passwordHash" LIKE '$argon2id$%');
ALTER TABLE "ApiToken"
  ADD CONSTRAINT "token_digest_is_sha256" CHECK (octet_length("sha256") = 32),
  ADD CONSTRAINT "token_scopes" CHECK ("scopes" <@ ARRAY['read', 'ingest'] AND cardinality("scopes") > 0);

ALTER TABLE "Verdict" ADD CONSTRAINT "verdict_word" CHECK ("verdict" IN ('allow', 'deny', 'cannot-tell'));

-- One layout is in force per software and environment.
CREATE UNIQUE INDEX "Binding_one_open" ON "Binding" ("softwareId", "environment") WHERE "until" IS NULL;

-- One job per key waits; a running one does not count, it may have read older facts.
CREATE UNIQUE INDEX "Job_one_waiting" ON "Job" ("dedupeKey")
  WHERE "doneAt" IS NULL AND "deadAt" IS NULL AND "leaseToken" IS NULL;
CREATE INDEX "Job_open" ON "Job" ("runAt", "id") WHERE "doneAt" IS NULL AND "deadAt" IS NULL;

-- Counters of the sign-in limits: losing them in a crash costs nothing.
ALTER TABLE "RateLimit" SET UNLOGGED;
