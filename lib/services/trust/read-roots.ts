import {
  decodeUtf8,
  detectPrivateKey,
  FormatError,
  parseJson,
  parseSpiffeBundle,
  parseX509Pem,
  trustDomainsOf,
  type X509,
} from '#lib/crypto/index.ts'

/** What was given to say whose roots speak for a trust domain. */
export interface GivenRoots {
  /** a bundle is the whole of its domain; roots are added to what is there */
  readonly kind: 'bundle' | 'roots'
  readonly roots: readonly X509[]
  /** spiffe_sequence; null where none is given */
  readonly sequence: bigint | null
}

export const TRUST_LIMITS = { bytes: 1_000_000, roots: 200 } as const

/**
 * Reads a SPIFFE bundle (JSON) or root certificates (PEM).
 * @throws FormatError PRIVATE_KEY, LIMIT, SPIFFE_BUNDLE or what a certificate lacks, with the place
 */
export function readRoots(bytes: Uint8Array): GivenRoots {
  const secret = detectPrivateKey(bytes)
  if (secret !== null) {
    const message = `This holds a private key (${secret}). Nothing of it was stored; give certificates only, and consider the key as seen.`
    throw new FormatError('PRIVATE_KEY', message, '')
  }
  if (bytes.length > TRUST_LIMITS.bytes) {
    throw new FormatError('LIMIT', `It has ${bytes.length} bytes; at most ${TRUST_LIMITS.bytes} are read.`, '')
  }
  const given = isJson(bytes) ? readBundle(bytes) : readPem(bytes)
  if (given.roots.length <= TRUST_LIMITS.roots) return given
  throw new FormatError('LIMIT', `It has ${given.roots.length} roots; at most ${TRUST_LIMITS.roots} are read.`, '')
}

function isJson(bytes: Uint8Array): boolean {
  return /^[\s\ufeff]*[{[]/.test(new TextDecoder().decode(bytes.subarray(0, 256)))
}

function readBundle(bytes: Uint8Array): GivenRoots {
  const { roots, sequence } = parseSpiffeBundle(parseJson(bytes))
  return { kind: 'bundle', roots: distinct(roots), sequence }
}

function readPem(bytes: Uint8Array): GivenRoots {
  return { kind: 'roots', roots: distinct(parseX509Pem(decodeUtf8(bytes))), sequence: null }
}

function distinct(roots: readonly X509[]): X509[] {
  return [...new Map(roots.map((root) => [root.sha256, root])).values()]
}

/** Why a certificate cannot be a root of a trust domain; null where it can. */
export function rootFault(root: X509, trustDomain: string): string | null {
  const { basicConstraints, keyUsage, key } = root
  if (basicConstraints?.ca !== true) return 'it is no certificate authority (basic constraints)'
  if (keyUsage !== null && !keyUsage.keyCertSign) return 'it may not sign certificates (key usage)'
  if (key === null) return 'its key is of an unknown kind, or too weak'
  const other = trustDomainsOf(root)?.find((name) => name !== trustDomain)
  return other === undefined ? null : `it says that it belongs to the trust domain ${other || '(none)'}`
}
