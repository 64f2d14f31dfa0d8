import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { parsePublicKeyPem, publicKeyFile } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'

/**
 * The public half of a key that signed a version, as a file that `in-toto-verify --layout-keys` of in-toto 1.3.1 reads:
 * PEM for RSA, one line of JSON for Ed25519 and ECDSA. `modern` is PEM for all, as in-toto from 2.2 reads it.
 */
export async function exportSignerKey(
  actor: Actor,
  versionId: string,
  fingerprint: string,
  flavour: 'legacy' | 'modern',
): Promise<{ bytes: Uint8Array<ArrayBuffer>; fileName: string }> {
  requireRight(actor, 'read')
  const row = await db.layoutSignature.findUnique({
    where: { versionId_fingerprint: { versionId, fingerprint: Uint8Array.from(Buffer.from(fingerprint, 'hex')) } },
    include: { key: true },
  })
  if (row === null) throw notFound(`signature by ${fingerprint.slice(0, 12)} on layout version ${versionId}`)
  if (row.key.pem === null) throw new AppError('CONFLICT', 'A gpg key cannot be handed out as a file of this kind.')
  const key = parsePublicKeyPem(row.key.pem)
  return { bytes: publicKeyFile(key, flavour), fileName: `${row.keyid.slice(0, 8)}.pub` }
}
