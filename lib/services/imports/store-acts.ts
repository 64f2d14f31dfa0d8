import { actorRef } from '#lib/auth/actor.ts'
import type { ImportFile } from '#lib/contract/evidence.ts'
import { keyidsOf } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import type { Sql } from '#lib/db/sql.ts'
import { enqueue, enqueueAll } from '#lib/jobs/enqueue.ts'
import { recordAudits } from '../audit/record.ts'
import { versionFromEnvelope } from '../layouts/version-from-envelope.ts'
import type { Act, BatchAnswer } from './act.ts'
import { certifiedSoftware, concernedSoftware } from './concerned-software.ts'
import { openDeliveries } from './delivery.ts'
import { evidenceNames } from './evidence-names.ts'
import { type Fates, fatesOf } from './fate-of.ts'
import { bundlesOf, certificatesOf, documentsOf, keysOf } from './found-in.ts'
import { storeBundles } from './store/bundles.ts'
import { type StoredEnvelope, storeEnvelopes } from './store/envelopes.ts'
import { storeFiles } from './store/files.ts'
import { storeCertificates, storeKeys } from './store/keys.ts'
import { type NewSighting, storeSightings } from './store/sightings.ts'
import { storeRead } from './store-read.ts'
import { versionNameOf } from './version-name.ts'
import type { Writing } from './writing.ts'

/**
 * Writes batches of several acts in the caller's transaction, all or nothing: bytes, signatures, edges, keys, sightings,
 * the fate of every file, jobs, and an audit row for each act. Tables are written in this order everywhere and keys
 * sorted, so that parallel transactions wait for each other but do not deadlock; the audit chain, which orders all acts,
 * comes last. Acts of the demo come by themselves. Answers in the order of the acts.
 */
export async function storeActs(writing: Writing, acts: readonly Act[]): Promise<BatchAnswer[]> {
  const { sql, tx } = writing
  const demo = acts.every(({ head }) => head.demo)
  const at = new Date(Math.min(...acts.map(({ head }) => head.at.getTime())))
  const documents = documentsOf(acts)
  const stored = await storeEnvelopes(sql, documents, { demo })
  await storeRead(writing, documents, stored)
  const keys = await storeKeys(sql, keysOf(acts), { at, demo })
  const certificates = await storeCertificates(sql, certificatesOf(acts), { at, demo })
  const bundles = await storeBundles(sql, bundlesOf(acts), at)
  await openImports(sql, acts)
  const closed = await noteSightings(sql, acts, stored)
  const files = filesOf(acts, { envelopes: stored, keys, certificates, bundles })
  await storeFiles(
    sql,
    acts.flatMap(({ head }, index) => (files[index] ?? []).map((file) => ({ ...file, importId: head.id }))),
  )
  for (const act of acts) await makeVersions(tx, act, stored)
  const software = await enqueueJudging(sql, acts, certificates)
  await enqueueChecking(sql, acts, keys)
  await recordAudits(
    sql,
    acts.map((act, index) => auditOf(act, files[index] ?? [])),
  )
  return acts.map((act, index) => ({
    files: files[index] ?? [],
    software: software[index] ?? [],
    closed: closed.has(act),
  }))
}

async function openImports(sql: Sql, acts: readonly Act[]): Promise<void> {
  const begun = acts.filter(({ first }) => first === 0)
  if (begun.length === 0) return
  const heads = begun.map(({ head }) => head)
  await sql.$executeRaw`
    INSERT INTO "Import" ("id", "at", "actor", "actorName", "via", "title", "sourceId", "demo")
    SELECT t.id::uuid, t.at, t.actor, t.name, t.via, t.title, t.source::uuid, t.demo
    FROM unnest(${heads.map((h) => h.id)}::text[], ${heads.map((h) => h.at)}::timestamptz[],
                ${begun.map(({ actor }) => actorRef(actor))}::text[], ${begun.map(({ actor }) => actor.name)}::text[],
                ${heads.map((h) => h.via)}::text[], ${heads.map((h) => h.title)}::text[],
                ${heads.map((h) => h.sourceId)}::text[], ${heads.map((h) => h.demo)}::boolean[])
         AS t(id, at, actor, name, via, title, source, demo)`
}

/** Each content was new for the first act that brought it; a later one finds it known. */
function filesOf(acts: readonly Act[], found: Fates): ImportFile[][] {
  const envelopes = new Map(found.envelopes)
  const [keys, certificates] = [new Set(found.keys), new Set(found.certificates)]
  const bundles = new Set(found.bundles)
  return acts.map(({ items, first }) => {
    const files = fatesOf(items, first, { envelopes, keys, certificates, bundles })
    for (const { finding, sha256 } of items) {
      const row = sha256 === null ? undefined : envelopes.get(sha256)
      if (sha256 !== null && row !== undefined && (finding.is === 'envelope' || finding.is === 'policy'))
        envelopes.set(sha256, { ...row, isNew: false })
      if (finding.is === 'keys') for (const { fingerprint } of finding.keys) keys.delete(fingerprint)
      if (finding.is === 'certificates') for (const one of finding.certificates) certificates.delete(one.sha256)
      if (finding.is === 'trust-bundle' && sha256 !== null) bundles.delete(sha256)
    }
    return files
  })
}

/** Answers the acts whose run had closed. Runs are locked in a fixed order, whatever the order of the acts. */
async function noteSightings(
  sql: Sql,
  acts: readonly Act[],
  stored: ReadonlyMap<string, StoredEnvelope>,
): Promise<Set<Act>> {
  const closed = new Set<Act>()
  const sightings: NewSighting[] = []
  for (const act of acts.toSorted((a, b) => (lockOrder(a) < lockOrder(b) ? -1 : 1))) {
    const { actor, head, items } = act
    const seen = items.flatMap(({ path, sha256 }) => {
      const row = sha256 === null ? undefined : stored.get(sha256)
      return row === undefined ? [] : [{ path, envelopeId: row.id }]
    })
    if (seen.length === 0) continue
    const deliveries = await openDeliveries(sql, actor, head, head.delivery, seen)
    if (deliveries.closed) closed.add(act)
    const by = { importId: head.id, at: head.at, sourceId: head.sourceId, actor: actorRef(actor) }
    sightings.push(...seen.map((one) => ({ ...one, ...by, deliveryId: deliveries.of(one.path) })))
  }
  await storeSightings(sql, sightings)
  return closed
}

function lockOrder({ actor, head: { delivery } }: Act): string {
  return delivery.kind === 'pushed'
    ? `${delivery.softwareId} ${actorRef(actor)} ${delivery.attempt} ${delivery.run}`
    : ''
}

/** @param fresh sha256 of the certificates that were not known before: an authority may complete chains that waited */
async function enqueueJudging(sql: Sql, acts: readonly Act[], fresh: ReadonlySet<string>): Promise<string[][]> {
  const wanted = acts.map(({ head, items }) => {
    const envelopes = items.flatMap(({ finding }) => (finding.is === 'envelope' ? [finding.envelope] : []))
    const own = head.delivery.kind === 'pushed' && envelopes.length > 0 ? [head.delivery.softwareId] : []
    return { own, steps: new Set(envelopes.flatMap(evidenceNames)) }
  })
  const concerned = await concernedSoftware(
    sql,
    wanted.map(({ steps }) => steps),
  )
  const isAuthority = (act: Act) =>
    certificatesOf([act]).some(({ certificate }) => certificate.isCa && fresh.has(certificate.sha256))
  const waiting = acts.some(isAuthority) ? await certifiedSoftware(sql) : []
  const software = wanted.map(({ own }, index) => {
    const act = acts[index]
    const completed = act !== undefined && isAuthority(act) ? waiting : []
    return [...new Set([...(concerned[index] ?? []), ...own, ...completed])].sort()
  })
  const jobs = [...new Set(software.flat())].map((softwareId) => ({
    payload: { softwareId },
    dedupeKey: `judge-software:${softwareId}`,
  }))
  await enqueueAll(sql, 'judge-software', jobs)
  return software
}

/** Verifications that came before the key that signed them are told whose they are. */
async function enqueueChecking(sql: Sql, acts: readonly Act[], fresh: ReadonlySet<string>): Promise<void> {
  const keys = keysOf(acts).filter(({ key }) => fresh.has(key.fingerprint))
  const keyids = [...new Set(keys.flatMap(({ key }) => [key.keyid, ...keyidsOf(key)]))].filter((id) => id !== '')
  if (keyids.length === 0) return
  const waiting = await sql.$queryRaw<unknown[]>`
    SELECT 1 FROM "Verification" v JOIN "EnvelopeSignature" s ON s."envelopeId" = v."envelopeId"
    WHERE s."keyid" = ANY(${keyids}::text[]) LIMIT 1`
  if (waiting.length > 0) await enqueue(sql, 'check-verifications', { of: { keyids } })
}

/** Layouts become versions that can be looked at and chosen. */
async function makeVersions(
  tx: Tx | null,
  { actor, head, items }: Act,
  stored: ReadonlyMap<string, StoredEnvelope>,
): Promise<void> {
  const done = new Set<string>()
  for (const { finding, path, sha256, bytes } of items) {
    if (finding.is !== 'envelope' || finding.envelope.kind !== 'layout' || bytes === null || sha256 === null) continue
    const row = stored.get(sha256)
    const name = versionNameOf(path)
    if (row === undefined || done.has(sha256) || name === null) continue
    if (tx === null) throw new Error('a layout is written with inWriting')
    done.add(sha256)
    const { at, demo } = head
    await versionFromEnvelope(tx, actor, { envelopeId: row.id, bytes, name, at, demo })
  }
}

function auditOf({ actor, head, first, requestId }: Act, files: readonly ImportFile[]) {
  const detail = { via: head.via, title: head.title, from: first, files: files.length, fates: countFates(files) }
  return { actor, requestId, act: 'evidence.bring', objectType: 'import', objectId: head.id, detail }
}

function countFates(files: readonly ImportFile[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { fate } of files) counts[fate] = (counts[fate] ?? 0) + 1
  return counts
}
