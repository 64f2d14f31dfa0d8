-- Since when somebody waits for an entry: it is fetched before those that nobody asked for.
ALTER TABLE "SourceEntry" ADD COLUMN "askedAt" TIMESTAMPTZ(3);
