-- Since when a folder is read as it is set now: what was vouched for before is not added to.
-- And how often a source is looked at, where that is not as usual for its kind.
ALTER TABLE "Source"
  ADD COLUMN "vouchedSince" TIMESTAMPTZ(3),
  ADD COLUMN "everySeconds" INTEGER;
ALTER TABLE "Source"
  ADD CONSTRAINT "source_looked_at_now_and_then" CHECK ("everySeconds" BETWEEN 5 AND 86400);
