-- AlterTable
ALTER TABLE "Binding" ADD COLUMN     "mixedRuns" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "sharedSteps" TEXT[] DEFAULT ARRAY[]::TEXT[];
