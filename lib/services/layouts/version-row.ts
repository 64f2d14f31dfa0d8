import type { z } from 'zod'
import type { LayoutVersion, layoutListSchema } from '#lib/contract/layouts.ts'
import { toBase64, toHex } from '#lib/crypto/index.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { metablockBytes, readLayoutText } from '#lib/layout-draft/index.ts'
import { stepsOf } from './draft-row.ts'

export const versionIncludes = {
  software: { select: { slug: true, name: true, owners: { orderBy: { name: 'asc' } } } },
  signatures: { orderBy: { at: 'asc' }, include: { key: { select: { name: true } } } },
  bindings: { select: { until: true } },
} as const satisfies Prisma.LayoutVersionInclude

export type VersionWithSignatures = Prisma.LayoutVersionGetPayload<{ include: typeof versionIncludes }>

/** A version as the API answers it. */
export function versionRow(row: VersionWithSignatures): LayoutVersion {
  return {
    ...facts(row),
    signedJson: row.signedJson,
    metablockBytes: toBase64(metablockBytes(readLayoutText(row.signedJson))),
    dssePayload: toBase64(row.dssePayload),
  }
}

/** The same for lists: without the bytes, with how many steps it has. */
export function versionListRow(row: VersionWithSignatures): z.input<typeof layoutListSchema>['versions'][number] {
  return { ...facts(row), steps: stepsOf(row.signedJson) }
}

function facts(row: VersionWithSignatures) {
  const owners = row.software?.owners ?? []
  return {
    id: row.id,
    name: row.name,
    number: row.number,
    software: row.software === null ? null : { slug: row.software.slug, name: row.software.name },
    draftId: row.draftId,
    sha256: toHex(row.signedSha256),
    expires: row.expires.toISOString(),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    signatures: row.signatures.map((signature) => ({
      fingerprint: toHex(signature.fingerprint),
      keyid: signature.keyid,
      name: signature.key.name,
      metablock: signature.metablockSig !== null,
      dsse: signature.dsseSig !== null,
      at: signature.at.toISOString(),
      by: signature.by,
    })),
    needed: owners.map((owner) => {
      const fingerprint = toHex(owner.fingerprint)
      const signed = row.signatures.some((signature) => toHex(signature.fingerprint) === fingerprint)
      return { fingerprint, name: owner.name, signed }
    }),
    state: stateOf(row),
  }
}

function stateOf(row: VersionWithSignatures): LayoutVersion['state'] {
  if (row.bindings.some((binding) => binding.until === null)) return 'in-force'
  if (row.bindings.length > 0) return 'retired'
  return isComplete(row, 'metablock') || isComplete(row, 'dsse') ? 'ready' : 'waiting'
}

/**
 * Whether everyone needed has signed one form of the envelope: all owner keys of the software, and at least one key.
 * Without a software nobody is needed by name, so one signature suffices.
 */
export function isComplete(
  row: Pick<VersionWithSignatures, 'software' | 'signatures'>,
  form: 'metablock' | 'dsse',
): boolean {
  const signers = new Set(
    row.signatures
      .filter((signature) => (form === 'metablock' ? signature.metablockSig : signature.dsseSig) !== null)
      .map((signature) => toHex(signature.fingerprint)),
  )
  if (signers.size === 0) return false
  if (row.software === null) return true
  return row.software.owners.length > 0 && row.software.owners.every((owner) => signers.has(toHex(owner.fingerprint)))
}
