import { pool } from '#lib/db/client.ts'
import type { ByDigest } from './attention.ts'

/**
 * Whether any verification made elsewhere is about one of these artifacts. Most artifacts have none, and only planning
 * the question for what such verifications say takes many times as long as this one.
 */
export async function anyVerificationAbout(artifacts: readonly ByDigest[]): Promise<boolean> {
  if (artifacts.length === 0) return false
  const { rows } = await pool.query({
    name: 'any-verification-about',
    text: `SELECT 1 FROM unnest($1::text[], $2::bytea[]) AS t("algo", "digest") WHERE EXISTS (
      SELECT 1 FROM "VerificationSubject" s WHERE s."algo" = t."algo" AND s."digest" = t."digest") LIMIT 1`,
    values: [artifacts.map(({ algo }) => algo), artifacts.map(({ digest }) => Buffer.from(digest))],
  })
  return rows.length > 0
}
