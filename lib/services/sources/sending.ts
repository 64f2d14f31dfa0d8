import { type SourceRow, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { pool } from '#lib/db/client.ts'

/** Codes of documents that are not even sent, however often somebody asks. */
export const neverTaken: readonly string[] = ['SUBJECTS', 'BUNDLE']

type Sending = NonNullable<SourceRow['sending']>

/** Refused documents that are shown. */
const SHOWN = 20

/** What became of our own attestations, by the source that they are sent to. */
export async function sendingOf(
  sources: readonly { readonly id: string; readonly settings: unknown }[],
): Promise<Map<string, Sending>> {
  const ids = sources.filter(({ settings }) => sends(settings)).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const [counts, problems] = await Promise.all([countUploads(ids), problemsOf(ids)])
  return new Map(
    ids.map((id) => {
      const of = counts.get(id) ?? new Map()
      const [waiting, sent, there, refused] = ['waiting', 'sent', 'there', 'refused'].map((state) => of.get(state) ?? 0)
      const [again, unfit] = [of.get('again') ?? 0, of.get('unfit') ?? 0]
      const row = { waiting: waiting ?? 0, sent: sent ?? 0, there: there ?? 0, refused: refused ?? 0, again, unfit }
      return [id, { ...row, problems: problems.get(id) ?? [] }]
    }),
  )
}

function sends(settings: unknown): boolean {
  const parsed = sourceSettingsSchema.safeParse(settings)
  return parsed.success && parsed.data.kind === 'archivista' && parsed.data.send
}

async function countUploads(ids: readonly string[]): Promise<Map<string, Map<string, number>>> {
  const { rows } = await pool.query<{ id: string; state: string; count: number }>(
    `SELECT "sourceId" AS "id", "state", count(*)::int AS "count" FROM "SourceUpload"
     WHERE "sourceId" = ANY($1::uuid[]) GROUP BY 1, 2
     UNION ALL
     SELECT "sourceId", 'again', count(*)::int FROM "SourceUpload"
     WHERE "sourceId" = ANY($1::uuid[]) AND "state" = 'refused' AND "code" <> ALL ($2::text[]) GROUP BY 1`,
    [ids, neverTaken],
  )
  const counts = new Map<string, Map<string, number>>()
  for (const { id, state, count } of rows) counts.set(id, (counts.get(id) ?? new Map()).set(state, count))
  return counts
}

async function problemsOf(ids: readonly string[]): Promise<Map<string, Sending['problems']>> {
  const problems = new Map<string, Sending['problems']>()
  for (const id of ids) {
    const { rows } = await pool.query<{ sha256: string; code: string; message: string; refused: boolean }>(
      `SELECT encode(e."sha256", 'hex') AS "sha256", u."code", coalesce(u."message", '') AS "message",
              u."state" = 'refused' AS "refused"
       FROM "SourceUpload" u JOIN "Envelope" e ON e."id" = u."envelopeId"
       WHERE u."sourceId" = $1::uuid AND u."state" IN ('refused', 'waiting') AND u."code" IS NOT NULL
       ORDER BY u."state", u."envelopeId" LIMIT ${SHOWN}`,
      [id],
    )
    problems.set(id, rows)
  }
  return problems
}
