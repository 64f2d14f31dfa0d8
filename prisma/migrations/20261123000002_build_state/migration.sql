-- AlterTable
ALTER TABLE "Build" ADD COLUMN     "checkedAt" TIMESTAMPTZ(3),
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'running';

-- CreateIndex
CREATE INDEX "Build_state_firstSeenAt_idx" ON "Build"("state", "firstSeenAt");

-- CreateIndex
CREATE INDEX "Build_deliveryId_idx" ON "Build"("deliveryId");

-- The words of the contract, and no verdict without a state that says so.
ALTER TABLE "Build" ADD CONSTRAINT "build_state"
  CHECK ("state" IN ('verified', 'blocked', 'expired', 'not-verified', 'running'));
