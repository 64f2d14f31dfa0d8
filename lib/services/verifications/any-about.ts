import { lookup } from '#lib/db/sql.ts'
import type { ByDigest } from './attention.ts'

/**
 * Whether any verification made elsewhere is about one of these artifacts. Most artifacts have none, and only planning
 * the question for what such verifications say takes many times as long as this one.
 */
export async function anyVerificationAbout(artifacts: readonly ByDigest[]): Promise<boolean> {
  if (artifacts.length === 0) return false
  const algos = artifacts.map(({ algo }) => algo)
  const digests = artifacts.map(({ digest }) => Buffer.from(digest))
  const rows = await lookup.$queryRaw<unknown[]>`
    SELECT 1 FROM unnest(${algos}::text[], ${digests}::bytea[]) AS t("algo", "digest") WHERE EXISTS (
      SELECT 1 FROM "VerificationSubject" s WHERE s."algo" = t."algo" AND s."digest" = t."digest") LIMIT 1`
  return rows.length > 0
}
