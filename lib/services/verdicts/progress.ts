import { z } from 'zod'
import { db, pool } from '#lib/db/client.ts'

const progressSchema = z.object({
  /** of layout, trust and settings: another one means that every build is judged again */
  mark: z.string(),
  /** every sighting up to here has been looked at */
  done: z.coerce.bigint(),
  /** `upTo` is done as soon as none of these transactions, which were writing then, is running any more */
  waiting: z.object({ upTo: z.coerce.bigint(), writers: z.array(z.string()) }).nullable(),
  /** how many certificates of authorities were known: more may complete chains that were not whole */
  authorities: z.number().default(0),
  /** of the decisions about trust that were looked at */
  trust: z.string().default(''),
})
export type Progress = z.output<typeof progressSchema>

const keyOf = (softwareId: string): string => `judged:${softwareId}`

/** How far the evidence has been judged for a software. */
export async function readProgress(softwareId: string): Promise<Progress | null> {
  const row = await db.setting.findUnique({ where: { key: keyOf(softwareId) } })
  const parsed = progressSchema.safeParse(row?.value)
  return parsed.success ? parsed.data : null
}

/**
 * Where a pass that begins now may say that it has seen everything. Numbers are given before a transaction commits, so
 * a lower one can appear after a higher one: as long as anybody is writing, the old mark stays.
 */
export async function passBounds(
  before: Pick<Progress, 'done' | 'waiting'> | null,
): Promise<Omit<Progress, 'mark' | 'trust'>> {
  const { rows } = await pool.query<{ last: string; writers: string[]; authorities: number }>(
    `SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "Sighting_id_seq")::text AS "last",
            coalesce((SELECT array_agg(DISTINCT l."virtualtransaction") FROM pg_locks l
              WHERE l."relation" = '"Sighting"'::regclass AND l."mode" = 'RowExclusiveLock'
                AND l."database" = (SELECT oid FROM pg_database WHERE datname = current_database())), '{}') AS "writers",
            (SELECT count(*)::int FROM "Certificate" WHERE "isCa") AS "authorities"`,
  )
  const last = BigInt(rows[0]?.last ?? 0)
  const writers = rows[0]?.writers ?? []
  const authorities = rows[0]?.authorities ?? 0
  const done = before?.done ?? 0n
  if (writers.length === 0) return { done: last, waiting: null, authorities }
  const earlier = before?.waiting ?? null
  if (earlier?.writers.every((writer) => !writers.includes(writer))) {
    return { done: earlier.upTo, waiting: { upTo: last, writers }, authorities }
  }
  return { done, waiting: earlier ?? { upTo: last, writers }, authorities }
}

export async function saveProgress(
  softwareId: string,
  { mark, done, waiting, authorities, trust }: Progress,
): Promise<void> {
  const value = {
    mark,
    done: String(done),
    waiting: waiting === null ? null : { upTo: String(waiting.upTo), writers: waiting.writers },
    authorities,
    trust,
  }
  const key = keyOf(softwareId)
  await db.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
}
