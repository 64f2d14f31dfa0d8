-- Whose a lease is, so that what a killed worker held is taken over at once and not when the lease runs out.
ALTER TABLE "Job" ADD COLUMN "leaseHolder" INTEGER;
ALTER TABLE "Source" ADD COLUMN "leaseHolder" INTEGER;

-- Raised by whoever begins to judge a software; one who judges on with a lower one writes nothing.
ALTER TABLE "Software" ADD COLUMN "judgingFence" BIGINT NOT NULL DEFAULT 0;
