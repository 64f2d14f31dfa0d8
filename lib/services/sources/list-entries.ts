import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { entryStateSchema, type SourceEntryQuery, type sourceEntryPageSchema } from '#lib/contract/sources.ts'
import { db } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { hex } from '../imports/store/envelopes.ts'
import { findSource } from './find-source.ts'

const shown: Record<SourceEntryQuery['show'], Prisma.SourceEntryWhereInput> = {
  all: {},
  problems: {
    OR: [
      { state: { in: ['quarantined', 'refused', 'failed', 'skipped'] } },
      { state: 'waiting', retryAt: { not: null } },
    ],
  },
  vanished: { vanishedAt: { not: null } },
  waiting: { state: 'waiting' },
}

/** What lies in a source, by name at the source; `after` is the name at which the last page ended. */
export async function listEntries(
  actor: Actor,
  id: string,
  query: SourceEntryQuery,
): Promise<z.input<typeof sourceEntryPageSchema>> {
  requireRight(actor, 'read')
  await findSource(id)
  const where: Prisma.SourceEntryWhereInput = { sourceId: id, ...shown[query.show] }
  const page = query.after === undefined ? where : { AND: [where, { key: { gt: query.after } }] }
  const [rows, total] = await Promise.all([
    db.sourceEntry.findMany({
      where: page,
      orderBy: { key: 'asc' },
      take: query.limit + 1,
      include: { envelope: { select: { sha256: true } } },
    }),
    db.sourceEntry.count({ where }),
  ])
  const kept = rows.slice(0, query.limit)
  return {
    rows: kept.map(({ key, path, state, sha256, envelope, code, message, attempts, ...times }) => ({
      key,
      path,
      state: entryStateSchema.parse(state),
      sha256: sha256 === null ? null : hex(sha256),
      envelope: envelope === null ? null : hex(envelope.sha256),
      code,
      message,
      attempts,
      retryAt: times.retryAt?.toISOString() ?? null,
      firstSeenAt: times.firstSeenAt.toISOString(),
      lastSeenAt: times.lastSeenAt.toISOString(),
      vanishedAt: times.vanishedAt?.toISOString() ?? null,
    })),
    next: rows.length > query.limit ? (kept.at(-1)?.key ?? null) : null,
    total,
  }
}
