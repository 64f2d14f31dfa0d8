import { FormatError, fromHex } from '#lib/crypto/index.ts'
import { verifyGpgSignature, verifySignature } from '#lib/crypto/node/index.ts'
import type { SignatureVerifier } from '#lib/in-toto/index.ts'

/** The engine's signature check on the server. */
export const verifyNodeSignature: SignatureVerifier = (key, message, signature, otherHeaders) => {
  if (otherHeaders === null) return verifySignature(key, message, signature)
  try {
    return verifyGpgSignature(key, message, signature, fromHex(otherHeaders))
  } catch (error) {
    if (error instanceof FormatError) return { valid: false, why: 'its headers are not hex' }
    throw error
  }
}
