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
type File = Level[number]['took'][number]

/**
 * What a file came of: the envelopes that list it as made, what those took, who made that, and so on. Level by level,
 * one statement each, over numbers alone; what the numbers stand for is read once at the end.
 * @param written `sha256:<hex>`, `sha512:<hex>`, `gitCommit:<hex>`, or the hex alone
 * @throws AppError NOT_FOUND where no evidence lists it
 */
export async function artifactOrigins(actor: Actor, written: string, most: number): Promise<ArtifactOrigins> {
  requireRight(actor, 'read')
  const { algo, digest } = parseDigest(written)
  const [artifact] = await lookup.$queryRaw<{ id: string }[]>`
    SELECT a."id"::text AS "id" FROM "Artifact" a WHERE a."algo" = ${algo} AND a."digest" = ${Buffer.from(digest, 'hex')}`
  if (artifact === undefined) throw notFound(`file with ${algo} ${digest.slice(0, 12)} in any evidence`)
  const walked: Walked[] = []
  const files = new Set([artifact.id])
  const envelopes = new Set<string>()
  let next = [...files]
  let truncated = false
  while (next.length > 0 && walked.length < most) {
    const { rows, more } = await levelBefore(next.slice(0, WIDTH), [...envelopes])
    truncated ||= more || next.length > WIDTH
    const fresh = new Set(rows.map(({ envelopeId }) => envelopeId)).difference(envelopes)
    if (fresh.size === 0) break
    for (const id of fresh) envelopes.add(id)
    walked.push({ envelopes: fresh, rows })
    next = [...new Set(rows.map(({ artifactId }) => artifactId)).difference(files)]
    for (const id of next) files.add(id)
  }
  const [levels, goesOn] = await Promise.all([read(walked), walked.length === most && anyMade(next)])
  return { algo, digest, levels, truncated: truncated || goesOn }
}

interface Walked {
  readonly envelopes: ReadonlySet<string>
  readonly rows: readonly Listed[]
}

/** That an envelope lists a file under a name. */
interface Listed {
  /** as made, or as taken */
  readonly made: boolean
  readonly envelopeId: string
  readonly artifactId: string
  readonly nameId: string
}

/**
 * What listed these files as made, and what those of them that are not `known` took. Each role is asked for by itself:
 * what all take is made by few. `more`: some list is longer than what is followed of it.
 */
async function levelBefore(ids: readonly string[], known: readonly string[]) {
  const rows = await lookup.$queryRaw<(Listed & { more: boolean })[]>`
    WITH made AS (
      SELECT w."id", m.* FROM unnest(${ids}::bigint[]) AS w("id") CROSS JOIN LATERAL (
        SELECT l."envelopeId", l."nameId", row_number() OVER (ORDER BY l."envelopeId" DESC) > ${MAKERS}::int AS "more"
        FROM (
          (SELECT g."envelopeId", g."nameId" FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" = 'product'
           ORDER BY g."envelopeId" DESC LIMIT ${MAKERS + 1}::int)
          UNION ALL
          (SELECT g."envelopeId", g."nameId" FROM "Edge" g WHERE g."artifactId" = w."id" AND g."role" = 'subject'
           ORDER BY g."envelopeId" DESC LIMIT ${MAKERS + 1}::int)) l) m),
    fresh AS (
      SELECT m."envelopeId" FROM made m WHERE NOT m."more" EXCEPT SELECT unnest(${known}::bigint[]))
    SELECT true AS "made", m."envelopeId"::text, m."id"::text AS "artifactId", m."nameId"::text, m."more" FROM made m
    UNION ALL
    SELECT false, f."envelopeId"::text, t."artifactId"::text, t."nameId"::text, t."more"
    FROM fresh f CROSS JOIN LATERAL (
      SELECT g."artifactId", g."nameId", row_number() OVER (ORDER BY g."artifactId", g."nameId") > ${TAKEN}::int AS "more"
      FROM "Edge" g WHERE g."envelopeId" = f."envelopeId" AND g."role" = 'material'
      ORDER BY g."artifactId", g."nameId" LIMIT ${TAKEN + 1}::int) t`
  return { rows: rows.filter(({ more }) => !more), more: rows.some(({ more }) => more) }
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

interface Maker {
  readonly id: string
  readonly sha256: string
  readonly step: string | null
  /** milliseconds since 1970 */
  readonly seenAt: number
}

/** The envelopes of each level, the last received first, each with its files by name. */
async function read(walked: readonly Walked[]): Promise<Level[]> {
  const idsOf = (pick: (row: Listed) => string) => [...new Set(walked.flatMap(({ rows }) => rows.map(pick)))]
  const [makers, digests, names] = await Promise.all([
    lookup.$queryRaw<Maker[]>`
      SELECT e."id"::text AS "id", encode(e."sha256", 'hex') AS "sha256", e."name" AS "step",
             (extract(epoch FROM e."firstSeenAt") * 1000)::float8 AS "seenAt"
      FROM "Envelope" e WHERE e."id" = ANY(${idsOf(({ envelopeId }) => envelopeId)}::bigint[]) ORDER BY e."id" DESC`,
    lookup.$queryRaw<{ id: string; algo: string; digest: string }[]>`
      SELECT a."id"::text AS "id", a."algo", encode(a."digest", 'hex') AS "digest"
      FROM "Artifact" a WHERE a."id" = ANY(${idsOf(({ artifactId }) => artifactId)}::bigint[])`,
    lookup.$queryRaw<{ id: string; value: string }[]>`
      SELECT n."id"::text AS "id", n."value" FROM "Name" n WHERE n."id" = ANY(${idsOf(({ nameId }) => nameId)}::bigint[])`,
  ])
  const fileById = new Map(digests.map(({ id, algo, digest }) => [id, { algo, digest }]))
  const nameById = new Map(names.map(({ id, value }) => [id, value]))
  const filesOf = (rows: readonly Listed[], made: boolean): File[] =>
    rows
      .flatMap((row) => {
        const [file, path] = [fileById.get(row.artifactId), nameById.get(row.nameId)]
        return row.made !== made || file === undefined || path === undefined ? [] : [{ ...file, path }]
      })
      .sort((a, b) => inOrder(a.path, b.path) || inOrder(a.digest, b.digest))
  return walked.map(({ envelopes, rows }) => {
    const lists = Map.groupBy(rows, ({ envelopeId }) => envelopeId)
    return makers
      .filter(({ id }) => envelopes.has(id))
      .map(({ id, sha256, step, seenAt }) => {
        const listed = lists.get(id) ?? []
        const [made, took] = [filesOf(listed, true), filesOf(listed, false)]
        return { envelope: sha256, step, seenAt: new Date(seenAt).toISOString(), made, took }
      })
  })
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
