-- CreateTable
CREATE TABLE "TakenOut" (
    "id" BIGSERIAL NOT NULL,
    "softwareId" UUID NOT NULL,
    "sha256" BYTEA NOT NULL,
    "signedSha256" BYTEA NOT NULL,
    "out" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,

    CONSTRAINT "TakenOut_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "TakenOut_softwareId_id_idx" ON "TakenOut"("softwareId", "id");

-- Who took evidence out of consideration, and why, stays.
CREATE FUNCTION "refuse_taken_out_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was taken out of consideration is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER "taken_out_rows_stay" BEFORE UPDATE OR DELETE ON "TakenOut"
  FOR EACH ROW EXECUTE FUNCTION "refuse_taken_out_change"();
CREATE TRIGGER "taken_out_table_stays" BEFORE TRUNCATE ON "TakenOut"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_taken_out_change"();
ALTER TABLE "TakenOut"
  ADD CONSTRAINT "taken_out_digests_are_sha256" CHECK (octet_length("sha256") = 32 AND octet_length("signedSha256") = 32),
  ADD CONSTRAINT "taken_out_has_a_reason" CHECK (btrim("reason") <> '');
