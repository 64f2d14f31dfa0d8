-- AlterTable
ALTER TABLE "Binding" ADD COLUMN     "sublayouts" JSONB NOT NULL DEFAULT '{}';
