import { pool } from '#lib/db/client.ts'
import { readSublayouts } from '../software/settings.ts'
import type { JudgingContext } from './context.ts'

/** Envelopes around one sublayout that are read. */
const ENVELOPES = 100

/** The sublayouts that the binding pins, and the envelopes that hold them. */
export interface Pinned {
  readonly ids: readonly string[]
  /** step -> sha256 of what its signatures cover */
  readonly sublayouts: ReadonlyMap<string, string>
}

/** A digest names a sublayout as a file or by its signed bytes; what is not here stays as it was given, and is absent. */
export async function pinnedSublayouts({ binding }: JudgingContext): Promise<Pinned> {
  const ids: string[] = []
  const sublayouts = new Map<string, string>()
  for (const [step, digest] of Object.entries(readSublayouts(binding.sublayouts))) {
    const { rows } = await pool.query<{ id: string; signed: Buffer }>(
      `SELECT e."id"::text AS "id", e."signedSha256" AS "signed" FROM "Envelope" n
         JOIN "Envelope" e ON e."signedSha256" = n."signedSha256" AND e."kind" = 'layout'
       WHERE n."kind" = 'layout' AND (n."sha256" = $1 OR n."signedSha256" = $1) ORDER BY e."id" LIMIT ${ENVELOPES}`,
      [Buffer.from(digest, 'hex')],
    )
    sublayouts.set(step, rows[0]?.signed.toString('hex') ?? digest)
    ids.push(...rows.map(({ id }) => id))
  }
  return { ids, sublayouts }
}
