import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import { db, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { openEnvelope } from '#lib/in-toto/index.ts'
import { dsseText, metablockText, readLayoutText } from '#lib/layout-draft/index.ts'
import { recognizeSigners } from './recognize-signers.ts'
import { isComplete, type VersionWithSignatures, versionIncludes } from './version-row.ts'

export type EnvelopeForm = 'metablock' | 'dsse'

export interface SignedLayout {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly fileName: string
  /** of the bytes, lower-case hex */
  readonly sha256: string
}

/** The signed layout as a file for in-toto's tools; only when everyone needed has signed that form. */
export async function exportVersion(actor: Actor, id: string, form: EnvelopeForm): Promise<SignedLayout> {
  requireRight(actor, 'read')
  const found = await db.layoutVersion.findUnique({ where: { id }, include: versionIncludes })
  if (found === null) throw notFound(`layout version ${id}`)
  const row = await recognizeSigners(found)
  if (!isComplete(row, form)) throw new AppError('CONFLICT', unfinished(row, form))
  const bytes = await signedEnvelope(db, row, form)
  const name = row.name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '') || 'layout'
  const fileName = form === 'metablock' ? `${name}.layout` : `${name}.dsse.json`
  return { bytes, fileName, sha256: toHex(sha256(bytes)) }
}

function unfinished(row: VersionWithSignatures, form: EnvelopeForm): string {
  const owners = row.software?.owners ?? []
  const what = form === 'metablock' ? 'Metablock' : 'DSSE'
  if (row.software !== null && owners.length === 0) {
    return `${row.software.name} has no owner keys yet, so nobody can sign for it. An administrator sets them on its page.`
  }
  return `The ${what} form is not signed by everyone needed yet.`
}

/**
 * The envelope of a version with all its signatures of one form. An imported one of that form comes back as it was
 * received, byte for byte.
 */
export async function signedEnvelope(
  tx: Tx,
  row: VersionWithSignatures,
  form: EnvelopeForm,
): Promise<Uint8Array<ArrayBuffer>> {
  if (row.envelopeId !== null) {
    const content = await tx.envelopeContent.findUnique({ where: { envelopeId: row.envelopeId } })
    if (content !== null && openEnvelope(content.bytes).form === form) return Uint8Array.from(content.bytes)
  }
  const signatures = row.signatures.flatMap(({ keyid, metablockSig, dsseSig }) => {
    const sig = form === 'metablock' ? metablockSig : dsseSig
    return sig === null ? [] : [{ keyid, sig }]
  })
  const text =
    form === 'metablock'
      ? metablockText(readLayoutText(row.signedJson), signatures)
      : dsseText(row.dssePayload, signatures)
  return utf8(text)
}
