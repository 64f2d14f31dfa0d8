import type { z } from 'zod'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SoftwareDetail, setOwnerKeysSchema } from '#lib/contract/software.ts'
import {
  detectPrivateKey,
  FormatError,
  type Key,
  keyidsOf,
  parsePublicKeyFile,
  printJson,
  utf8,
} from '#lib/crypto/index.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSoftware } from './find-software.ts'
import { getSoftware } from './get.ts'

type Input = z.output<typeof setOwnerKeysSchema>
type Owner = { fingerprint: string; name: string }

/**
 * Sets whose signatures a layout of the software needs, all of them; the list replaces the one before. Administrators
 * only: these keys decide what can be put in force, so nothing that came with evidence sets them.
 */
export async function setOwnerKeys(actor: Actor, id: string, input: Input, now = new Date()): Promise<SoftwareDetail> {
  requireRight(actor, 'owner-keys:set')
  const softwareId = await inTransaction(async (tx) => {
    const software = await findSoftware(id, tx)
    const owners = new Map<string, Owner>()
    for (const [index, one] of input.keys.entries()) {
      for (const owner of await ownersOf(tx, one, index, now)) owners.set(owner.fingerprint, owner)
    }
    const before = await tx.ownerKey.findMany({ where: { softwareId: software.id } })
    const kept = new Map(before.map((row) => [Buffer.from(row.fingerprint).toString('hex'), row]))
    await tx.ownerKey.deleteMany({ where: { softwareId: software.id } })
    await tx.ownerKey.createMany({
      data: [...owners.values()].map(({ fingerprint, name }) => ({
        softwareId: software.id,
        fingerprint: bytesOf(fingerprint),
        name: kept.get(fingerprint)?.name ?? name,
        addedAt: kept.get(fingerprint)?.addedAt ?? now,
        addedBy: kept.get(fingerprint)?.addedBy ?? actor.name,
      })),
    })
    await enqueue(tx, 'judge-software', { softwareId: software.id }, { dedupeKey: `judge-software:${software.id}` })
    await recordAudit(tx, actor, {
      act: 'software.owner-keys',
      objectType: 'software',
      objectId: software.id,
      detail: { before: [...kept.keys()].sort(), after: [...owners.keys()].sort(), by: actorRef(actor) },
    })
    return software.id
  })
  return getSoftware(actor, softwareId, now)
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, 'hex'))

async function ownersOf(tx: Tx, one: Input['keys'][number], index: number, now: Date): Promise<Owner[]> {
  if ('fingerprint' in one) {
    const known = await tx.publicKey.findUnique({ where: { fingerprint: bytesOf(one.fingerprint) } })
    if (known === null) throw notFound(`public key ${one.fingerprint.slice(0, 12)}`)
    return [{ fingerprint: one.fingerprint, name: known.name }]
  }
  const keys = readKeys(one.text, `keys.${index}.text`)
  const owners: Owner[] = []
  for (const key of keys) {
    await knowKey(tx, key, one.name, now)
    owners.push({ fingerprint: key.fingerprint, name: one.name })
  }
  return owners
}

function readKeys(text: string, path: string): Key[] {
  const refused = (message: string, cause?: unknown) =>
    new AppError('BAD_REQUEST', message, { fields: [{ path, message }], cause })
  const bytes = utf8(text)
  const secret = detectPrivateKey(bytes)
  if (secret !== null) {
    throw refused(
      `This is a private key (${secret}). Nothing of it was stored; give the public key, and consider the private one as seen.`,
    )
  }
  try {
    const keys = parsePublicKeyFile(bytes)
    if (keys.length === 0) throw refused('Expected a public key, found none in the file.')
    return keys
  } catch (error) {
    if (error instanceof FormatError) throw refused(`The public key cannot be used: ${error.message}`, error)
    throw error
  }
}

async function knowKey(tx: Tx, key: Key, name: string, now: Date): Promise<void> {
  const { keytype, scheme, bits, pem } = key
  const row = {
    keytype,
    scheme,
    bits,
    pem,
    json: pem === null ? printJson(key.object) : null,
    keyids: keyidsOf(key),
    name,
  }
  await tx.publicKey.createMany({
    data: [{ ...row, fingerprint: bytesOf(key.fingerprint), firstSeenAt: now }],
    skipDuplicates: true,
  })
}
