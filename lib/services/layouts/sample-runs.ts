import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SampleRun, SampleRunHead } from '#lib/contract/layouts.ts'
import { FormatError } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import type { Artifacts, Link } from '#lib/in-toto/index.ts'
import { parseEnvelope } from '#lib/in-toto/index.ts'

/** Runs that the editor offers, and links of one run that it loads. */
const OFFERED = 20
const LINKS = 100

/**
 * Runs whose links can stand in for the preview of a draft: what came together, newest first, those of the draft's
 * own software before all others.
 */
export async function listSampleRuns(actor: Actor, draftId: string): Promise<SampleRunHead[]> {
  requireRight(actor, 'read')
  const draft = await db.layoutDraft.findFirst({ where: { id: draftId, deletedAt: null } })
  if (draft === null) throw notFound(`layout draft ${draftId}`)
  const rows = await db.delivery.findMany({
    where: { sightings: { some: { envelope: { kind: 'link', status: 'parsed' } } } },
    orderBy: { openedAt: 'desc' },
    take: OFFERED * 5,
    include: { builds: { include: { current: { select: { verdict: true } }, software: { select: { name: true } } } } },
  })
  const own = (row: (typeof rows)[number]) =>
    draft.softwareId !== null && row.builds.some((build) => build.softwareId === draft.softwareId)
  return [...rows.filter(own), ...rows.filter((row) => !own(row))].slice(0, OFFERED).map((row) => ({
    id: row.id,
    label: row.label === '' ? 'one delivery' : row.label,
    at: row.openedAt.toISOString(),
    software: row.builds[0]?.software.name ?? null,
    verdict: row.builds[0]?.current?.verdict ?? null,
    own: own(row),
  }))
}

/** The links of one run as the preview needs them. Where a step has several, the first one brought stands for it. */
export async function getSampleRun(actor: Actor, deliveryId: string): Promise<SampleRun> {
  requireRight(actor, 'read')
  const delivery = await db.delivery.findUnique({ where: { id: deliveryId } })
  if (delivery === null) throw notFound(`run ${deliveryId}`)
  const sightings = await db.sighting.findMany({
    where: { deliveryId, envelope: { kind: 'link', status: 'parsed' } },
    orderBy: { id: 'asc' },
    take: LINKS,
    include: { envelope: { include: { content: true, signatures: { orderBy: { index: 'asc' } } } } },
  })
  const links = new Map<string, SampleRun['links'][number]>()
  for (const { envelope } of sightings) {
    const link = envelope.content === null ? null : linkIn(envelope.content.bytes)
    if (link === null || links.has(link.name)) continue
    links.set(link.name, {
      name: link.name,
      keyids: envelope.signatures.map((signature) => signature.keyid),
      materials: recorded(link.materials),
      products: recorded(link.products),
      command: [...link.command],
    })
  }
  return { id: delivery.id, label: delivery.label, links: [...links.values()] }
}

function linkIn(bytes: Uint8Array): Link | null {
  try {
    const envelope = parseEnvelope(bytes)
    return envelope.kind === 'link' ? envelope.document : null
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

/** Names such as `__proto__` are members like any other: Object.fromEntries defines, it does not assign. */
function recorded(artifacts: Artifacts): Record<string, Record<string, string>> {
  return Object.fromEntries(Array.from(artifacts, ([path, digests]) => [path, { ...digests }]))
}
