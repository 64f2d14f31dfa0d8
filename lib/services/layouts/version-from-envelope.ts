import { randomUUID } from 'node:crypto'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { FormatError, sha256 } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { openEnvelope, parseDocument } from '#lib/in-toto/index.ts'
import { dssePayload, layoutText, metablockBytes } from '#lib/layout-draft/index.ts'
import { recordAudit } from '../audit/record.ts'
import { storeVerified } from './recognize-signers.ts'

export interface ImportedLayout {
  /** the stored envelope */
  readonly envelopeId: bigint
  /** as received */
  readonly bytes: Uint8Array
  /** what it is to be called, such as its file name */
  readonly name: string
  readonly at: Date
  readonly demo?: boolean
}

/**
 * Makes a version of a signed layout that was brought in. It carries no trust: signatures are noted where a known key
 * verifies, and only owner keys, which an administrator sets, count. The same layout again gives the version that is
 * there, with signatures it did not have yet. Call it before other audit rows of the transaction.
 * @returns the version's id
 * @throws FormatError where the envelope is no layout
 */
export async function versionFromEnvelope(tx: Tx, actor: Actor, imported: ImportedLayout): Promise<string> {
  const envelope = parseDocument(openEnvelope(imported.bytes))
  if (envelope.kind !== 'layout') {
    throw new FormatError('LAYOUT_INVALID', `Expected a layout; the envelope holds a ${envelope.kind}.`, '_type')
  }
  const signedSha256 = Uint8Array.from(sha256(metablockBytes(envelope.value)))
  const known = await tx.layoutVersion.findUnique({ where: { signedSha256 } })
  const version = known ?? (await create())
  const keyids = envelope.signatures.map((signature) => signature.keyid).filter((keyid) => keyid !== '')
  const keys = await tx.publicKey.findMany({ where: { keyids: { hasSome: keyids } } })
  if (envelope.form === 'metablock' || samePayload(version.dssePayload)) {
    await storeVerified(tx, version, imported.bytes, keys, imported.at)
  }
  if (known === null) {
    await recordAudit(tx, actor, {
      act: 'layout-version.import',
      objectType: 'layout-version',
      objectId: version.id,
      detail: { name: version.name, number: version.number, envelope: envelope.sha256 },
    })
  }
  return version.id

  function samePayload(payload: Uint8Array): boolean {
    return Buffer.from(payload).equals(Buffer.from(payloadOf()))
  }

  /** What a DSSE signature covers is `DSSEv1 <length> <type> <length> <payload>`. */
  function payloadOf(): Uint8Array<ArrayBuffer> {
    if (envelope.form === 'metablock' || envelope.payloadType === null) return dssePayload(envelope.value)
    const type = new TextEncoder().encode(envelope.payloadType)
    const afterType = `DSSEv1 ${type.length} ${envelope.payloadType} `.length
    return Uint8Array.from(envelope.signedBytes.subarray(envelope.signedBytes.indexOf(0x20, afterType) + 1))
  }

  async function create() {
    if (envelope.kind !== 'layout') throw new Error('only layouts become versions')
    const before = await tx.layoutVersion.aggregate({
      where: { softwareId: null, draftId: null, name: imported.name },
      _max: { number: true },
    })
    return tx.layoutVersion.create({
      data: {
        id: randomUUID(),
        name: imported.name,
        number: (before._max.number ?? 0) + 1,
        signedJson: layoutText(envelope.value),
        dssePayload: payloadOf(),
        signedSha256,
        envelopeId: imported.envelopeId,
        expires: new Date(envelope.document.expires),
        createdAt: imported.at,
        createdBy: actor.name || actorRef(actor),
        demo: imported.demo ?? false,
      },
    })
  }
}
