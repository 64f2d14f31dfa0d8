import { detectPrivateKey, FormatError, parseX509Pem, utf8, type X509 } from '#lib/crypto/index.ts'
import { AppError } from '#lib/errors.ts'

/** Roots of time stamp authorities from PEM text; none from none. @throws BAD_REQUEST with the sentence of what is wrong */
export function readTimestampRoots(pem: string): X509[] {
  if (pem.trim() === '') return []
  const refused = (message: string, cause?: unknown) =>
    new AppError('BAD_REQUEST', message, { fields: [{ path: 'timestampRoots', message }], cause })
  const secret = detectPrivateKey(utf8(pem))
  if (secret !== null)
    throw refused(`This holds a private key (${secret}). Nothing of it was stored; give certificates.`)
  try {
    return parseX509Pem(pem)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw refused(`Expected certificates of time stamp authorities in PEM: ${error.message}`, error)
  }
}
