import { equalBytes } from './bytes.ts'
import { digestOf, signerOf, type TimestampToken } from './timestamp-token.ts'
import type { X509 } from './x509-certificate.ts'
import { type CertificatePath, findPaths, isValidAt, timeFault } from './x509-path.ts'

/** Checks a signature like that of a certificate; never throws for a bad one. */
export type SignedLikeVerifier = (
  signed: Pick<X509, 'algorithm' | 'tbs' | 'signature'>,
  issuer: Pick<X509, 'key'>,
) => boolean

/** Whose time stamps count. */
export interface TimestampTrust {
  /** roots of time stamp authorities; trusted for nothing else */
  readonly roots: readonly X509[]
  /** untrusted: they only help to build chains */
  readonly intermediates: readonly X509[]
  readonly verify: SignedLikeVerifier
}

/** Why a token proves nothing; stable. */
export type TimestampFault =
  | 'IMPRINT' // it is about something else
  | 'SIGNATURE' // not signed by the certificate that it names, or over something else
  | 'USAGE' // signed by a certificate that is not for time stamps alone
  | 'UNTRUSTED' // leads to no trusted authority
  | 'EXPIRED' // made outside of the validity of its authority's certificates

export type TimestampAnswer =
  | { readonly valid: true; readonly authority: X509; readonly path: CertificatePath }
  | { readonly valid: false; readonly code: TimestampFault; readonly why: string }

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

/**
 * Whether a token proves that `message` existed at its time (RFC 3161, sections 2.2 to 2.4; RFC 5816): it is about
 * these bytes, signed by the one certificate that the signed attributes name, which serves nothing but time stamps
 * (critical), and leads to a trusted root with every certificate valid at the time that the token states.
 */
export function checkTimestampToken(
  token: TimestampToken,
  message: Uint8Array,
  trust: TimestampTrust,
): TimestampAnswer {
  const { imprint, messageDigest, content } = token
  if (!equalBytes(digestOf(imprint.hash, message), imprint.digest)) {
    return no('IMPRINT', 'it is about other bytes than this signature')
  }
  const authority = signerOf(token, [...token.certificates, ...trust.intermediates])
  if (authority === null) return no('SIGNATURE', 'the certificate that signed it is not there')
  if (!equalBytes(digestOf(messageDigest.hash, content), messageDigest.digest)) {
    return no('SIGNATURE', 'its signature is about another time stamp')
  }
  const { algorithm, signedAttributes: tbs, signature } = token
  if (algorithm === null) return no('SIGNATURE', 'it is signed in a way that is not accepted')
  if (!trust.verify({ algorithm, tbs, signature }, authority)) return no('SIGNATURE', 'its signature does not verify')
  const unfit = usageFault(authority)
  return unfit === null ? checkPath(token, authority, trust) : no('USAGE', unfit)
}

function no(code: TimestampFault, why: string): TimestampAnswer {
  return { valid: false, code, why }
}

/** RFC 3161, section 2.3: one use, and it must not be overlooked. */
function usageFault({ extendedKeyUsage, extendedKeyUsageIsCritical, keyUsage, isCa }: X509): string | null {
  const only = extendedKeyUsage?.length === 1 && extendedKeyUsage[0] === TIME_STAMPING
  if (!only) return "its authority's certificate is not for time stamps alone (extended key usage)"
  if (!extendedKeyUsageIsCritical) return "its authority's certificate does not mark its use as critical"
  if (isCa) return "its authority's certificate is that of a certificate authority"
  if (keyUsage !== null && !keyUsage.digitalSignature) return "its authority's certificate may not sign (key usage)"
  return null
}

function checkPath(
  token: TimestampToken,
  leaf: X509,
  { roots, intermediates, verify }: TimestampTrust,
): TimestampAnswer {
  const all = [...token.certificates, ...intermediates]
  const { paths, fault } = findPaths({ leaf, intermediates: all, roots, verify, uses: [TIME_STAMPING] })
  const path = paths.find((one) => isValidAt(one, token.genTime))
  if (path !== undefined) return { valid: true, authority: leaf, path }
  const [first] = paths
  if (first === undefined) return no('UNTRUSTED', fault.why)
  return no('EXPIRED', `at its own time ${timeFault(first, token.genTime).why}`)
}
