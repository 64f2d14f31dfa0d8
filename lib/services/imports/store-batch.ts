import { type Actor, actorRef } from '#lib/auth/actor.ts'
import type { ImportFile } from '#lib/contract/evidence.ts'
import type { Tx } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { versionFromEnvelope } from '../layouts/version-from-envelope.ts'
import { certifiedSoftware, concernedSoftware } from './concerned-software.ts'
import { type DeliveryRequest, openDeliveries } from './delivery.ts'
import { type Fates, fatesOf } from './fate-of.ts'
import type { Item } from './finding.ts'
import { storeEdges } from './store/edges.ts'
import { type NewEnvelope, type StoredEnvelope, stepName, storeEnvelopes } from './store/envelopes.ts'
import { storeFiles } from './store/files.ts'
import { functionaryName, type NamedKey, storeCertificates, storeKeys } from './store/keys.ts'
import { storeSightings } from './store/sightings.ts'
import { storeSignatures } from './store/signatures.ts'

/** One act of bringing in. */
export interface ImportHead {
  readonly id: string
  readonly at: Date
  readonly demo: boolean
  readonly via: 'page' | 'cli' | 'api' | 'demo'
  readonly title: string
  readonly delivery: DeliveryRequest
}

export interface BatchAnswer {
  readonly files: ImportFile[]
  /** ids of the software that will be judged again */
  readonly software: string[]
  /** the run under which this was pushed had closed */
  readonly closed: boolean
}

/**
 * Writes a batch of one act in the caller's transaction: bytes, signatures, edges, keys, sightings, the fate of every
 * file, jobs and the audit row, all or nothing. Tables are written in this order everywhere and keys sorted, so that
 * parallel acts wait for each other but do not deadlock; the audit chain, which orders all acts, comes last.
 * @param first index of the first file within its import
 */
export async function storeBatch(
  tx: Tx,
  actor: Actor,
  head: ImportHead,
  items: readonly Item[],
  first: number,
): Promise<BatchAnswer> {
  const documents = documentsOf(items)
  const stored = await storeEnvelopes(tx, documents, head)
  const unread = [...documents].flatMap(([sha256, { envelope }]) => {
    const row = stored.get(sha256)
    return row?.unread && envelope !== null ? [{ id: row.id, envelope }] : []
  })
  await storeSignatures(tx, unread)
  await storeEdges(tx, unread)
  const fates: Fates = {
    envelopes: stored,
    keys: await storeKeys(tx, keysOf(items), head),
    certificates: await storeCertificates(tx, certificatesOf(items), head),
  }
  await openImport(tx, actor, head, first)
  const closed = await noteSightings(tx, actor, head, items, stored)
  const files = fatesOf(items, first, fates)
  await storeFiles(tx, head.id, files)
  const software = await enqueueJudging(tx, head, items, fates.certificates)
  await makeVersions(tx, actor, head, items, stored)
  await recordAudit(tx, actor, {
    act: 'evidence.bring',
    objectType: 'import',
    objectId: head.id,
    detail: { via: head.via, title: head.title, from: first, files: files.length, fates: countFates(files) },
  })
  return { files, software, closed }
}

function documentsOf(items: readonly Item[]): Map<string, NewEnvelope> {
  const documents = new Map<string, NewEnvelope>()
  for (const { finding, bytes, sha256 } of items) {
    if (bytes === null || sha256 === null) continue
    if (finding.is === 'envelope')
      documents.set(sha256, { sha256, bytes, envelope: finding.envelope, reason: finding.reason })
    // the same bytes may be quarantined under one name and read under another: read wins
    if (finding.is === 'quarantined' && !documents.has(sha256))
      documents.set(sha256, { sha256, bytes, envelope: null, reason: finding.reason })
  }
  return documents
}

/** Keys brought as files, and those that layouts name as functionaries: signatures are shown with their names. */
function keysOf(items: readonly Item[]): NamedKey[] {
  return items.flatMap(({ finding, path }) => {
    const file = fileName(path)
    if (finding.is === 'keys') return finding.keys.map((key) => ({ key, name: file }))
    if (finding.is === 'envelope' && finding.envelope.kind === 'layout')
      return [...finding.envelope.document.keys.values()].map((key) => ({ key, name: functionaryName(file) }))
    return []
  })
}

function certificatesOf(items: readonly Item[]) {
  return items.flatMap(({ finding, path }) =>
    finding.is === 'certificates'
      ? finding.certificates.map((certificate) => ({ certificate, name: fileName(path) }))
      : [],
  )
}

async function openImport(tx: Tx, actor: Actor, head: ImportHead, first: number): Promise<void> {
  if (first > 0) return
  const { id, at, demo, via, title } = head
  await tx.import.create({ data: { id, at, demo, via, title, actor: actorRef(actor), actorName: actor.name } })
}

async function noteSightings(
  tx: Tx,
  actor: Actor,
  head: ImportHead,
  items: readonly Item[],
  stored: ReadonlyMap<string, StoredEnvelope>,
): Promise<boolean> {
  const seen = items.flatMap(({ path, sha256 }) => {
    const row = sha256 === null ? undefined : stored.get(sha256)
    return row === undefined ? [] : [{ path, envelopeId: row.id }]
  })
  if (seen.length === 0) return false
  const deliveries = await openDeliveries(
    tx,
    actor,
    head,
    head.delivery,
    seen.map(({ path }) => path),
  )
  const sightings = seen.map((sighting) => ({ ...sighting, deliveryId: deliveries.of(sighting.path) }))
  await storeSightings(tx, sightings, { importId: head.id, at: head.at, actor: actorRef(actor) })
  return deliveries.closed
}

async function enqueueJudging(
  tx: Tx,
  head: ImportHead,
  items: readonly Item[],
  fresh: ReadonlySet<string>,
): Promise<string[]> {
  const envelopes = items.flatMap(({ finding }) => (finding.is === 'envelope' ? [finding.envelope] : []))
  const steps = new Set(envelopes.map(stepName).filter((name) => name !== null))
  const own = head.delivery.kind === 'pushed' && envelopes.length > 0 ? [head.delivery.softwareId] : []
  const isNew = certificatesOf(items).some(({ certificate }) => certificate.isCa && fresh.has(certificate.sha256))
  const waiting = isNew ? await certifiedSoftware(tx) : []
  const software = [...new Set([...(await concernedSoftware(tx, steps)), ...own, ...waiting])].sort()
  for (const softwareId of software)
    await enqueue(tx, 'judge-software', { softwareId }, { dedupeKey: `judge-software:${softwareId}` })
  return software
}

/** Layouts become versions that can be looked at and chosen. One that stands in for a link is part of another layout. */
async function makeVersions(
  tx: Tx,
  actor: Actor,
  head: ImportHead,
  items: readonly Item[],
  stored: ReadonlyMap<string, StoredEnvelope>,
): Promise<void> {
  const done = new Set<string>()
  for (const { finding, path, sha256, bytes } of items) {
    if (finding.is !== 'envelope' || finding.envelope.kind !== 'layout' || bytes === null || sha256 === null) continue
    const row = stored.get(sha256)
    if (row === undefined || done.has(sha256) || /\.[0-9a-f]{8}\.link$/.test(path)) continue
    done.add(sha256)
    const { at, demo } = head
    await versionFromEnvelope(tx, actor, { envelopeId: row.id, bytes, name: layoutName(path), at, demo })
  }
}

function layoutName(path: string): string {
  return fileName(path).replace(/\.(layout|json)$/i, '') || 'layout'
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function countFates(files: readonly ImportFile[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { fate } of files) counts[fate] = (counts[fate] ?? 0) + 1
  return counts
}
