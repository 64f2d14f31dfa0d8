import { FormatError, type JsonObject } from '#lib/crypto/index.ts'
import { readObject } from './reader.ts'

const anyBundle = /^application\/vnd\.dev\.sigstore\.bundle\b/
/** Versions 0.1 to 0.3, as they are written. */
const known = /^application\/vnd\.dev\.sigstore\.bundle(\.v0\.3\+json|\+json;\s*version=0\.[123])$/

/** Whether a document says that it is a Sigstore bundle. */
export function isSigstoreBundle(root: JsonObject): boolean {
  const mediaType = root.get('mediaType')
  return typeof mediaType === 'string' && anyBundle.test(mediaType)
}

/**
 * The DSSE envelope inside of a Sigstore bundle (sigstore_bundle.proto). Nothing else of the bundle is used: its certificate
 * and its entry in a log were put there by whoever made it, and are no reason to trust the signature.
 * @throws FormatError UNSUPPORTED for another version and for a signature over a file, MALFORMED
 */
export function envelopeInBundle(root: JsonObject): JsonObject {
  const mediaType = root.get('mediaType')
  if (typeof mediaType !== 'string' || !known.test(mediaType)) {
    const message = `Expected a Sigstore bundle of version 0.1 to 0.3; found ${JSON.stringify(mediaType)}.`
    throw new FormatError('UNSUPPORTED', message, 'mediaType')
  }
  const signed = root.has('messageSignature')
  if (signed && root.has('dsseEnvelope')) {
    const message = 'Expected either "dsseEnvelope" or "messageSignature" in the Sigstore bundle; found both.'
    throw new FormatError('MALFORMED', message, 'messageSignature')
  }
  if (signed) {
    const message =
      'Expected a signed statement in the Sigstore bundle; found a signature over a file. It says who signed the file, ' +
      'and nothing about a step.'
    throw new FormatError('UNSUPPORTED', message, 'messageSignature')
  }
  return readObject(root.get('dsseEnvelope'), 'dsseEnvelope', 'MALFORMED')
}
