import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { addSignatureSchema, LayoutVersion } from '#lib/contract/layouts.ts'
import {
  FormatError,
  fromBase64,
  fromHex,
  type Key,
  keyidsOf,
  legacyKeyid,
  parsePublicKeyPem,
  toHex,
} from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { dsseBytes, metablockBytes, readLayoutText } from '#lib/layout-draft/index.ts'
import { recordAudit } from '../audit/record.ts'
import { type VersionWithSignatures, versionIncludes, versionRow } from './version-row.ts'

/**
 * Adds one signing act to a version: both envelopes' signatures by one key. Each is verified over exactly the frozen
 * bytes before anything is stored. The same key again changes nothing.
 */
export async function addSignature(
  actor: Actor,
  versionId: string,
  input: z.output<typeof addSignatureSchema>,
  now = new Date(),
): Promise<LayoutVersion> {
  requireRight(actor, 'layout:sign')
  const key = parsePublicKeyPem(input.publicKey)
  return inTransaction(async (tx) => {
    const version = await tx.layoutVersion.findUnique({ where: { id: versionId }, include: versionIncludes })
    if (version === null) throw notFound(`layout version ${versionId}`)
    refuseOtherBytes(version, input.sha256)
    refuseUnverified(version, key, input)
    const fingerprint = fromHex(key.fingerprint)
    const where = { versionId_fingerprint: { versionId, fingerprint } }
    const before = await tx.layoutSignature.findUnique({ where })
    if (before?.metablockSig && before.dsseSig) return versionRow(version)
    await knowKey(tx, key, version, now)
    const signatures = { metablockSig: input.metablockSig, dsseSig: input.dsseSig, keyid: legacyKeyid(key) }
    await tx.layoutSignature.upsert({
      where,
      create: { versionId, fingerprint, at: now, by: actor.name, ...signatures },
      update: { at: now, by: actor.name, ...signatures },
    })
    await recordAudit(tx, actor, {
      act: 'layout-version.sign',
      objectType: 'layout-version',
      objectId: versionId,
      detail: { name: version.name, number: version.number, sha256: input.sha256, fingerprint: key.fingerprint },
    })
    return versionRow(await tx.layoutVersion.findUniqueOrThrow({ where: { id: versionId }, include: versionIncludes }))
  })
}

function refuseOtherBytes(version: VersionWithSignatures, sha256: string): void {
  const expected = toHex(version.signedSha256)
  if (sha256 === expected) return
  const message = `You signed a layout with the digest ${sha256.slice(0, 12)}, but this version has ${expected.slice(0, 12)}. Load the page again and look at what is signed.`
  throw new AppError('CONFLICT', message)
}

function refuseUnverified(
  version: VersionWithSignatures,
  key: Key,
  { metablockSig, dsseSig }: { metablockSig: string; dsseSig: string },
): void {
  const covered = [
    ['Metablock', 'metablockSig', metablockBytes(readLayoutText(version.signedJson)), () => fromHex(metablockSig)],
    ['DSSE', 'dsseSig', dsseBytes(version.dssePayload), () => fromBase64(dsseSig)],
  ] as const
  for (const [form, field, message, decode] of covered) {
    const outcome = verifySignature(key, message, decoded(field, decode))
    if (outcome.valid) continue
    const sentence = `The ${form} signature does not verify with the key ${key.fingerprint.slice(0, 12)} over the bytes of this version (${outcome.why}). Nothing was stored.`
    throw new AppError('BAD_REQUEST', sentence, { fields: [{ path: field, message: sentence }] })
  }
}

function decoded(field: string, decode: () => Uint8Array): Uint8Array {
  try {
    return decode()
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause
    const message = `The signature is not ${field === 'metablockSig' ? 'hex' : 'base64'}: ${cause.message}`
    throw new AppError('BAD_REQUEST', message, { fields: [{ path: field, message }], cause })
  }
}

/** A signer's public key becomes known by signing; that alone makes it nobody's owner key. */
async function knowKey(tx: Tx, key: Key, version: VersionWithSignatures, now: Date): Promise<void> {
  await tx.publicKey.createMany({
    data: [
      {
        fingerprint: fromHex(key.fingerprint),
        keytype: key.keytype,
        scheme: key.scheme,
        bits: key.bits,
        pem: key.pem,
        keyids: keyidsOf(key),
        name: `signer of ${version.name}`,
        firstSeenAt: now,
        demo: version.demo,
      },
    ],
    skipDuplicates: true,
  })
}
