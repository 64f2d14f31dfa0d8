import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { EnvelopeDetail } from '#lib/contract/evidence.ts'
import { db } from '#lib/db/client.ts'
import { digestOf, envelopeRow, noEnvelope } from './envelope-row.ts'
import { keyNames } from './key-names.ts'

/** Lists on the page of one document are cut here; a constant file may be seen in every run. */
const shown = 100

/** One document: what it is, whose keyids its signatures name, who brought it, where it lies, and which builds it speaks for. */
export async function getEnvelope(actor: Actor, sha256: string): Promise<EnvelopeDetail> {
  requireRight(actor, 'read')
  const row = await db.envelope.findUnique({
    where: { sha256: digestOf(sha256) },
    include: {
      signatures: { orderBy: { index: 'asc' } },
      sightings: { orderBy: { id: 'desc' }, take: shown, include: { delivery: true, import: true } },
      entries: {
        orderBy: [{ vanishedAt: { sort: 'asc', nulls: 'first' } }, { firstSeenAt: 'asc' }],
        take: shown,
        include: { source: { select: { id: true, name: true, removedAt: true } } },
      },
    },
  })
  if (row === null) throw noEnvelope(sha256)
  const names = await keyNames(row.signatures.map(({ keyid }) => keyid))
  return {
    ...envelopeRow(row),
    signatures: row.signatures.map(({ keyid, certificate }) => ({
      keyid,
      certificate,
      keyName: names.get(keyid) ?? null,
    })),
    sightings: row.sightings.map(({ path, seenAt, actor: by, delivery, import: act }) => ({
      path,
      seenAt: seenAt.toISOString(),
      by: act?.actorName ?? by,
      delivery: delivery?.label ?? null,
    })),
    places: row.entries.map(({ source, path, firstSeenAt, lastSeenAt, vanishedAt }) => ({
      source: { id: source.id, name: source.name, removed: source.removedAt !== null },
      path,
      firstSeenAt: firstSeenAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      vanishedAt: vanishedAt?.toISOString() ?? null,
    })),
    builds: await buildsWith(sha256),
  }
}

/** Builds whose current verdict looked at the document. */
async function buildsWith(sha256: string): Promise<EnvelopeDetail['builds']> {
  const wanted = JSON.stringify([{ sha256 }])
  return db.$queryRaw<EnvelopeDetail['builds']>`
    SELECT b."short", s."slug" AS "software"
    FROM "Build" b JOIN "Verdict" v ON v."id" = b."currentId" JOIN "Software" s ON s."id" = b."softwareId"
    WHERE v."evidence" @> ${wanted}::jsonb
    ORDER BY b."firstSeenAt" DESC LIMIT ${shown}`
}
