-- What is not sent because the source takes none of its kind is noted with what is sent. Where sending had begun, all is
-- looked through once more; what was noted stays.
UPDATE "Source" SET "sendMark" = NULL WHERE "sendMark" IS NOT NULL;
