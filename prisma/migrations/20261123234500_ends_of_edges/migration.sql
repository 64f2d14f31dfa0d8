-- DropForeignKey
ALTER TABLE "Edge" DROP CONSTRAINT "Edge_envelopeId_fkey";

-- DropForeignKey
ALTER TABLE "Edge" DROP CONSTRAINT "Edge_artifactId_fkey";

-- DropForeignKey
ALTER TABLE "Edge" DROP CONSTRAINT "Edge_nameId_fkey";

-- Those three looked up and locked three rows for every edge: most of what bringing evidence in cost, for rows that the
-- same transaction has just found or written. What they held is held here by whoever deletes, which is rare.
--
-- Whoever writes an edge has inserted into "Envelope", "Artifact" and "Name" before, in the same transaction, and holds
-- their ROW EXCLUSIVE locks until it ends, also where every row was there already. A deletion waits for all of them, and
-- those who come later wait for it and look only then.
CREATE FUNCTION "wait_for_writers_of_edges"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE "Envelope", "Artifact", "Name" IN SHARE ROW EXCLUSIVE MODE;
  RETURN NULL;
END;
$$;
CREATE TRIGGER "envelopes_go_alone" BEFORE DELETE ON "Envelope"
  FOR EACH STATEMENT EXECUTE FUNCTION "wait_for_writers_of_edges"();
CREATE TRIGGER "artifacts_go_alone" BEFORE DELETE ON "Artifact"
  FOR EACH STATEMENT EXECUTE FUNCTION "wait_for_writers_of_edges"();
CREATE TRIGGER "names_go_alone" BEFORE DELETE ON "Name"
  FOR EACH STATEMENT EXECUTE FUNCTION "wait_for_writers_of_edges"();

-- Edges go with their envelope.
CREATE FUNCTION "delete_edges_of_envelopes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "Edge" WHERE "envelopeId" IN (SELECT "id" FROM gone);
  RETURN NULL;
END;
$$;
CREATE TRIGGER "edges_go_with_their_envelope" AFTER DELETE ON "Envelope" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "delete_edges_of_envelopes"();

-- What an edge leads to, and its name, stay as long as the edge.
CREATE FUNCTION "refuse_edges_to_nothing"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  led boolean;
BEGIN
  IF TG_TABLE_NAME = 'Artifact' THEN
    SELECT EXISTS (SELECT FROM gone JOIN "Edge" e ON e."artifactId" = gone."id") INTO led;
  ELSE
    SELECT EXISTS (SELECT FROM gone JOIN "Edge" e ON e."nameId" = gone."id") INTO led;
  END IF;
  IF led THEN
    RAISE EXCEPTION 'an edge still refers to a row of "%"', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END;
$$;
CREATE TRIGGER "edges_keep_their_artifact" AFTER DELETE ON "Artifact" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_edges_to_nothing"();
CREATE TRIGGER "edges_keep_their_name" AFTER DELETE ON "Name" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_edges_to_nothing"();
