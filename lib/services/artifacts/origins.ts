import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { ArtifactOrigins } from '#lib/contract/evidence.ts'
import { lookup } from '#lib/db/sql.ts'
import { notFound } from '#lib/errors.ts'
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
  const [artifact] = await lookup.$queryRaw<{ id: string }[]>`
    SELECT a."id"::text AS "id" FROM "Artifact" a WHERE a."algo" = ${algo} AND a."digest" = ${Buffer.from(digest, 'hex')}`
  if (artifact === undefined) throw notFound(`file with ${algo} ${digest.slice(0, 12)} in any evidence`)
  const levels: Level[] = []
  const files = new Map<string, Digest>([[artifact.id, { algo, digest }]])
  const envelopes = new Set<string>()
  let next = [...files.keys()]
  let truncated = false
  while (next.length > 0 && levels.length < most) {
    const made = await makersOf(next.slice(0, WIDTH))
    const fresh = [...new Set(made.rows.map(({ envelopeId }) => envelopeId))].filter((id) => !envelopes.has(id))
    truncated ||= made.truncated || next.length > WIDTH
    if (fresh.length === 0) return { algo, digest, levels, truncated }
    for (const id of fresh) envelopes.add(id)
    const taken = await takenBy(fresh)
    truncated ||= taken.truncated
    next = [...new Set(taken.rows.map(({ artifactId }) => artifactId))].filter((id) => !files.has(id))
    for (const { artifactId, algo, digest } of taken.rows) files.set(artifactId, { algo, digest })
    levels.push(levelOf(fresh, made.rows, taken.rows, files))
  }
  return { algo, digest, levels, truncated: truncated || (await anyMade(next)) }
}

interface Digest {
  readonly algo: string
  /** hex */
  readonly digest: string
}

/** A file as an envelope lists it. */
interface Listed {
  readonly artifactId: string
  readonly envelopeId: string
  readonly path: string
}

interface Made extends Listed {
  readonly sha256: string
  readonly step: string | null
  /** milliseconds since 1970 */
  readonly seenAt: number
}

interface Found<T> {
  readonly rows: readonly T[]
  readonly truncated: boolean
}

/** What listed these files as made. Each role is asked for by itself: a file that all take is made by few. */
async function makersOf(ids: readonly string[]): Promise<Found<Made>> {
  const rows = await lookup.$queryRaw<(Made & { nth: number })[]>`
    SELECT w."id"::text AS "artifactId", m."envelopeId"::text AS "envelopeId", m."nth"::int AS "nth", n."value" AS "path",
           encode(e."sha256", 'hex') AS "sha256", e."name" AS "step",
           (extract(epoch FROM e."firstSeenAt") * 1000)::float8 AS "seenAt"
    FROM unnest(${ids}::bigint[]) AS w("id") CROSS JOIN LATERAL (
      SELECT l."envelopeId", l."nameId", row_number() OVER (ORDER BY l."envelopeId" DESC) AS "nth" FROM (
        (SELECT g."envelopeId", g."nameId" FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" = 'product'
         ORDER BY g."envelopeId" DESC LIMIT ${MAKERS + 1}::int)
        UNION ALL
        (SELECT g."envelopeId", g."nameId" FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" = 'subject'
         ORDER BY g."envelopeId" DESC LIMIT ${MAKERS + 1}::int)) l) m
    JOIN "Envelope" e ON e."id" = m."envelopeId" JOIN "Name" n ON n."id" = m."nameId"`
  return within(rows, MAKERS)
}

async function takenBy(envelopeIds: readonly string[]): Promise<Found<Listed & Digest>> {
  const rows = await lookup.$queryRaw<(Listed & Digest & { nth: number })[]>`
    SELECT t."artifactId"::text AS "artifactId", w."id"::text AS "envelopeId", t."nth"::int AS "nth", a."algo",
           encode(a."digest", 'hex') AS "digest", n."value" AS "path"
    FROM unnest(${envelopeIds}::bigint[]) AS w("id") CROSS JOIN LATERAL (
      SELECT g."artifactId", g."nameId", row_number() OVER (ORDER BY g."artifactId", g."nameId") AS "nth" FROM "Edge" g
      WHERE g."envelopeId" = w."id" AND g."role" = 'material'
      ORDER BY g."artifactId", g."nameId" LIMIT ${TAKEN + 1}::int) t
    JOIN "Artifact" a ON a."id" = t."artifactId" JOIN "Name" n ON n."id" = t."nameId"`
  return within(rows, TAKEN)
}

function within<T extends { readonly nth: number }>(rows: readonly T[], most: number): Found<T> {
  return { rows: rows.filter(({ nth }) => nth <= most), truncated: rows.some(({ nth }) => nth > most) }
}

/** Whether the walk could go on. */
async function anyMade(ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false
  const rows = await lookup.$queryRaw<unknown[]>`
    SELECT 1 FROM unnest(${ids}::bigint[]) AS w("id")
    WHERE EXISTS (SELECT 1 FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" = 'product')
       OR EXISTS (SELECT 1 FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" = 'subject') LIMIT 1`
  return rows.length > 0
}

/** The envelopes, the last received first, each with its files by name. */
function levelOf(
  ids: readonly string[],
  made: readonly Made[],
  taken: readonly Listed[],
  files: ReadonlyMap<string, Digest>,
): Level {
  const makes = Map.groupBy(made, ({ envelopeId }) => envelopeId)
  const takes = Map.groupBy(taken, ({ envelopeId }) => envelopeId)
  const filesOf = (listed: readonly Listed[] = []) =>
    listed
      .flatMap(({ artifactId, path }) => {
        const file = files.get(artifactId)
        return file === undefined ? [] : [{ ...file, path }]
      })
      .sort((a, b) => inOrder(a.path, b.path) || inOrder(a.digest, b.digest))
  return [...ids]
    .sort((a, b) => Number(b) - Number(a))
    .flatMap((id) => {
      const [first] = makes.get(id) ?? []
      if (first === undefined) return []
      const { sha256, step, seenAt } = first
      const when = new Date(seenAt).toISOString()
      return [{ envelope: sha256, step, seenAt: when, made: filesOf(makes.get(id)), took: filesOf(takes.get(id)) }]
    })
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
