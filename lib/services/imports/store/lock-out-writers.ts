import type { Sql } from '#lib/db/sql.ts'

/**
 * Until the transaction ends nobody brings evidence in: all who had begun are done and seen, and who comes later waits
 * and finds what is left. Call it before deciding which envelopes, artifacts or names are deleted, and before anything
 * else of the transaction.
 */
export async function lockOutWriters(sql: Sql): Promise<void> {
  await sql.$executeRaw`LOCK TABLE "Envelope", "Artifact", "Name" IN SHARE ROW EXCLUSIVE MODE`
}
