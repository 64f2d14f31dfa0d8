import { pool } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'

/** Key of the advisory lock that keeps two loadings or removals apart. */
const DEMO_LOCK = 0x57420064

/** Runs `work` while nobody else loads or removes the demo. Throws CONFLICT when somebody does. */
export async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  // the lock belongs to a connection, because loading takes many transactions
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [DEMO_LOCK])
    if (rows[0]?.mine !== true) {
      throw new AppError('CONFLICT', 'The demo is being loaded or removed at this moment. Try again in half a minute.')
    }
    try {
      return await work()
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [DEMO_LOCK])
    }
  } finally {
    client.release()
  }
}
