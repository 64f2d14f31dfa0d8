-- AlterTable
ALTER TABLE "Binding" ADD COLUMN     "forms" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "timestampRoots" TEXT NOT NULL DEFAULT '';
