import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { ArtifactOrigins } from '#lib/contract/evidence.ts'
import { db, pool } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { hex } from '../imports/store/envelopes.ts'
import { parseDigest } from './parse-digest.ts'

/** Envelopes that list one file as made; a file that more of them list is one that everybody has. */
const MAKERS = 20
/** Files that one envelope took. */
const TAKEN = 200
/** Files of one level that are followed. */
const WIDTH = 2_000

type Level = ArtifactOrigins['levels'][number]

/**
 * What a file came of: the envelopes that list it as made, what those took, who made that, and so on. Level by level,
 * one statement each: a recursive one is planned for millions of rows and takes ten times as long.
 * @param written `sha256:<hex>`, `sha512:<hex>`, `gitCommit:<hex>`, or the hex alone
 * @throws AppError NOT_FOUND where no evidence lists it
 */
export async function artifactOrigins(actor: Actor, written: string, most: number): Promise<ArtifactOrigins> {
  requireRight(actor, 'read')
  const { algo, digest } = parseDigest(written)
  const key = { algo, digest: Uint8Array.from(Buffer.from(digest, 'hex')) }
  const artifact = await db.artifact.findUnique({ where: { algo_digest: key }, select: { id: true } })
  if (artifact === null) throw notFound(`file with ${algo} ${digest.slice(0, 12)} in any evidence`)
  const levels: Level[] = []
  const files = new Set([String(artifact.id)])
  const envelopes = new Set<string>()
  let next = [...files]
  let truncated = false
  while (next.length > 0 && levels.length < most) {
    const made = await makersOf(next.slice(0, WIDTH))
    const fresh = [...new Set(made.rows.map(({ envelopeId }) => envelopeId))].filter((id) => !envelopes.has(id))
    truncated ||= made.truncated || next.length > WIDTH
    if (fresh.length === 0) return { algo, digest, levels, truncated }
    for (const id of fresh) envelopes.add(id)
    const taken = await takenBy(fresh)
    truncated ||= taken.truncated
    levels.push(levelOf(fresh, made.rows, taken.rows))
    next = [...new Set(taken.rows.map(({ artifactId }) => artifactId))].filter((id) => !files.has(id))
    for (const id of next) files.add(id)
  }
  return { algo, digest, levels, truncated: truncated || (await anyMade(next)) }
}

interface Listed {
  readonly artifactId: string
  readonly envelopeId: string
  readonly algo: string
  readonly digest: Buffer
  readonly path: string
}

interface Made extends Listed {
  readonly sha256: Buffer
  readonly step: string | null
  readonly seenAt: Date
}

interface Found<T> {
  readonly rows: readonly T[]
  readonly truncated: boolean
}

async function makersOf(ids: readonly string[]): Promise<Found<Made>> {
  const { rows } = await pool.query<Made & { nth: number }>({
    name: 'artifact-makers',
    text: `SELECT a."id"::text AS "artifactId", m."envelopeId"::text AS "envelopeId", m."nth"::int AS "nth", a."algo",
             a."digest", n."value" AS "path", e."sha256", e."name" AS "step", e."firstSeenAt" AS "seenAt"
      FROM "Artifact" a CROSS JOIN LATERAL (
        SELECT g."envelopeId", g."nameId", row_number() OVER (ORDER BY g."envelopeId" DESC) AS "nth" FROM "Edge" g
        WHERE g."artifactId" = a."id" AND g."role" IN ('product', 'subject')
        ORDER BY g."envelopeId" DESC LIMIT ${MAKERS + 1}) m
      JOIN "Envelope" e ON e."id" = m."envelopeId" JOIN "Name" n ON n."id" = m."nameId"
      WHERE a."id" = ANY($1::bigint[]) ORDER BY m."envelopeId" DESC, n."value"`,
    values: [ids],
  })
  return within(rows, MAKERS)
}

async function takenBy(envelopeIds: readonly string[]): Promise<Found<Listed>> {
  const { rows } = await pool.query<Listed & { nth: number }>({
    name: 'artifacts-taken',
    text: `SELECT t."artifactId"::text AS "artifactId", w."id"::text AS "envelopeId", t."nth"::int AS "nth", a."algo",
             a."digest", n."value" AS "path"
      FROM unnest($1::bigint[]) AS w("id") CROSS JOIN LATERAL (
        SELECT g."artifactId", g."nameId", row_number() OVER (ORDER BY g."artifactId", g."nameId") AS "nth" FROM "Edge" g
        WHERE g."envelopeId" = w."id" AND g."role" = 'material'
        ORDER BY g."artifactId", g."nameId" LIMIT ${TAKEN + 1}) t
      JOIN "Artifact" a ON a."id" = t."artifactId" JOIN "Name" n ON n."id" = t."nameId"
      ORDER BY n."value", a."digest"`,
    values: [envelopeIds],
  })
  return within(rows, TAKEN)
}

function within<T extends { readonly nth: number }>(rows: readonly T[], most: number): Found<T> {
  return { rows: rows.filter(({ nth }) => nth <= most), truncated: rows.some(({ nth }) => nth > most) }
}

/** Whether the walk could go on. */
async function anyMade(ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false
  const { rows } = await pool.query({
    name: 'any-made',
    text: `SELECT 1 FROM unnest($1::bigint[]) AS w("id") WHERE EXISTS (
      SELECT 1 FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" IN ('product', 'subject')) LIMIT 1`,
    values: [ids],
  })
  return rows.length > 0
}

function levelOf(ids: readonly string[], made: readonly Made[], taken: readonly Listed[]): Level {
  const makes = Map.groupBy(made, ({ envelopeId }) => envelopeId)
  const takes = Map.groupBy(taken, ({ envelopeId }) => envelopeId)
  return ids.flatMap((id) => {
    const files = makes.get(id) ?? []
    const [first] = files
    if (first === undefined) return []
    const { sha256, step, seenAt } = first
    const took = (takes.get(id) ?? []).map(fileOf)
    return [{ envelope: hex(sha256), step, seenAt: seenAt.toISOString(), made: files.map(fileOf), took }]
  })
}

function fileOf({ algo, digest, path }: Listed): Level[number]['took'][number] {
  return { algo, digest: hex(digest), path }
}
