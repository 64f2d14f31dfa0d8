import { pool } from '#lib/db/client.ts'

/** Class of the advisory locks under which the builds of one software are judged. */
const judgingLock = 0x5742

/**
 * Runs `work` while nobody else judges the same software: of two verdicts the one with the older evidence must not
 * come last. The lock ends with the connection, whatever happens to this process.
 */
export async function alone<T>(softwareId: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [judgingLock, softwareId])
    try {
      return await work()
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [judgingLock, softwareId])
    }
  } finally {
    client.release()
  }
}
