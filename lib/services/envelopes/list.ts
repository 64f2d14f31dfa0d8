import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { EnvelopeListQuery, envelopePageSchema } from '#lib/contract/evidence.ts'
import { db } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { envelopeRow } from './envelope-row.ts'

/** Documents, newest first; `status=quarantined` are those that could not be read. */
export async function listEnvelopes(
  actor: Actor,
  query: EnvelopeListQuery,
): Promise<z.input<typeof envelopePageSchema>> {
  requireRight(actor, 'read')
  const where = await filterOf(query)
  const page = query.after === undefined ? where : { AND: [where, { id: { lt: idOf(query.after) } }] }
  const [rows, total] = await Promise.all([
    db.envelope.findMany({
      where: page,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
      include: { sightings: { orderBy: { id: 'asc' }, take: 1, include: { import: { select: { actorName: true } } } } },
    }),
    db.envelope.count({ where }),
  ])
  const shown = rows.slice(0, query.limit)
  return {
    rows: shown.map((row) => ({ ...envelopeRow(row), found: foundOf(row.sightings[0]) })),
    next: rows.length > query.limit ? String(shown.at(-1)?.id ?? '') : null,
    total,
  }
}

function foundOf(first: { path: string; actor: string; import: { actorName: string } | null } | undefined) {
  return first === undefined ? null : { path: first.path, by: first.import?.actorName ?? first.actor }
}

async function filterOf({ status, kind, q }: EnvelopeListQuery): Promise<Prisma.EnvelopeWhereInput> {
  const asked = q === undefined || q === '' ? {} : { OR: [nameHolds(q), ...(await beginningWith(q))] }
  return { ...(status === undefined ? {} : { status }), ...(kind === undefined ? {} : { kind }), ...asked }
}

function nameHolds(q: string): Prisma.EnvelopeWhereInput {
  return { name: { contains: q, mode: 'insensitive' } }
}

/** Documents whose digest lies between `abc000...` and `abcfff...`. */
async function beginningWith(q: string): Promise<Prisma.EnvelopeWhereInput[]> {
  if (!/^[0-9a-f]{4,64}$/i.test(q)) return []
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    SELECT "id" FROM "Envelope"
    WHERE "sha256" BETWEEN ${bytes(q.padEnd(64, '0'))} AND ${bytes(q.padEnd(64, 'f'))} LIMIT 1000`
  return [{ id: { in: rows.map(({ id }) => id) } }]
}

function idOf(after: string): bigint {
  if (!/^\d{1,18}$/.test(after))
    throw new AppError('BAD_REQUEST', 'Expected `after` to be what the last page gave as `next`; found something else.')
  return BigInt(after)
}
