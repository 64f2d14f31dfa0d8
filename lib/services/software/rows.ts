import type { SoftwareRow } from '#lib/contract/software.ts'
import { type State, stateSchema } from '#lib/contract/verdict.ts'
import { db, pool } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import type { RevokedKey } from '#lib/in-toto/index.ts'
import { loadTrust } from '../trust/load.ts'
import { whyNotEnforceable } from './enforceable.ts'

export const softwareIncludes = {
  owners: { include: { key: true }, orderBy: { name: 'asc' } },
  bindings: { where: { until: null, environment: 'production' }, include: { version: true } },
} as const satisfies Prisma.SoftwareInclude

type Found = Prisma.SoftwareGetPayload<{ include: typeof softwareIncludes }>

/** A software as lists show it, and why nothing of it can be allowed at present (null where it can). */
export interface SoftwareFacts {
  readonly row: SoftwareRow
  readonly uncovered: string | null
}

const STRIP = 50

/** Rows of some or all software, with few queries however many builds there are. */
export async function softwareFacts(where: Prisma.SoftwareWhereInput, now: Date): Promise<SoftwareFacts[]> {
  const found = await db.software.findMany({
    where,
    include: softwareIncludes,
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  })
  const ids = found.map(({ id }) => id)
  const [counts, strips, { revokedKeys }] = await Promise.all([countsOf(ids), stripsOf(ids), loadTrust()])
  return Promise.all(found.map((one) => factsOf(one, counts, strips.get(one.id) ?? [], revokedKeys, now)))
}

type Strip = { short: string; state: State; at: Date }

async function factsOf(
  one: Found,
  counts: ReadonlyMap<string, number>,
  strip: readonly Strip[],
  revokedKeys: readonly RevokedKey[],
  now: Date,
): Promise<SoftwareFacts> {
  const [binding] = one.bindings
  const inForce =
    binding === undefined
      ? null
      : { expires: binding.version.expires, envelopeId: binding.envelopeId, since: binding.since }
  const uncovered = await whyNotEnforceable(inForce, one.owners, revokedKeys, now)
  const count = (state: State) => counts.get(`${one.id} ${state}`) ?? 0
  const latest = strip.at(-1)
  const [verified, blocked] = [count('verified'), count('blocked') + count('expired')]
  const notVerified = count('not-verified')
  const row: SoftwareRow = {
    id: one.id,
    slug: one.slug,
    name: one.name,
    demo: one.demo,
    createdAt: one.createdAt.toISOString(),
    ownerKeys: one.owners.length,
    inForce:
      binding === undefined
        ? null
        : {
            versionId: binding.versionId,
            name: binding.version.name,
            number: binding.version.number,
            expires: binding.version.expires.toISOString(),
            since: binding.since.toISOString(),
            enforceable: uncovered === null,
          },
    state: latest?.state ?? null,
    builds: { total: verified + blocked + notVerified + count('running'), verified, blocked, notVerified },
    strip: strip.map(({ short, state, at }) => ({ short, state, receivedAt: at.toISOString() })),
    lastBuildAt: latest?.at.toISOString() ?? null,
  }
  return { row, uncovered }
}

async function countsOf(ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; state: string; count: number }>(
    `SELECT "softwareId"::text AS "id", "state", count(*)::int AS "count" FROM "Build"
     WHERE "softwareId" = ANY($1::uuid[]) GROUP BY 1, 2`,
    [ids],
  )
  return new Map(rows.map(({ id, state, count }) => [`${id} ${state}`, count]))
}

/** The last builds of each software, oldest first. */
async function stripsOf(ids: readonly string[]): Promise<Map<string, Strip[]>> {
  const { rows } = await pool.query<{ id: string; short: string; state: string; at: Date }>(
    `SELECT s."id"::text AS "id", b."short", b."state", b."firstSeenAt" AS "at"
     FROM unnest($1::uuid[]) AS s("id") CROSS JOIN LATERAL (
       SELECT * FROM "Build" WHERE "softwareId" = s."id" ORDER BY "firstSeenAt" DESC, "id" DESC LIMIT ${STRIP}) b
     ORDER BY b."firstSeenAt", b."id"`,
    [ids],
  )
  const strips = new Map<string, Strip[]>()
  for (const { id, short, state, at } of rows) {
    const strip = strips.get(id) ?? []
    strip.push({ short, state: stateSchema.parse(state), at })
    strips.set(id, strip)
  }
  return strips
}
