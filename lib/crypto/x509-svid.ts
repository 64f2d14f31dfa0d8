import { parseSpiffeId, type SpiffeId } from './spiffe-id.ts'
import type { X509 } from './x509-certificate.ts'

/** Why a certificate may not sign for a workload. */
export interface SvidFault {
  readonly code: 'LEAF_USAGE' | 'SPIFFE_ID'
  readonly why: string
}

export type LeafAnswer =
  | { readonly valid: true /** null: a certificate without SPIFFE ID */; readonly spiffeId: SpiffeId | null }
  | ({ readonly valid: false } & SvidFault)

/**
 * Whether a certificate may sign as a workload (X509-SVID.md 2, 4 and 5.2): no authority, allowed to sign, and where
 * it names a SPIFFE ID, that one URI and no other, with a path. Certificates without any SPIFFE ID are ITE-7's too.
 */
export function checkSigningLeaf(leaf: X509): LeafAnswer {
  const usage = usageFault(leaf)
  if (usage !== null) return { valid: false, code: 'LEAF_USAGE', why: usage }
  const isSvid = leaf.uris.some((uri) => /^spiffe:/i.test(uri))
  if (!isSvid) return { valid: true, spiffeId: null }
  const svid = svidOf(leaf)
  return 'why' in svid ? { valid: false, ...svid } : { valid: true, spiffeId: svid }
}

/** The same for an X.509-SVID: a SPIFFE ID and a critical key usage are required. */
export function checkSvid(leaf: X509): LeafAnswer {
  const answer = checkSigningLeaf(leaf)
  if (!answer.valid || answer.spiffeId !== null) return answer
  return { valid: false, code: 'SPIFFE_ID', why: 'it names no SPIFFE ID' }
}

function usageFault({ basicConstraints, keyUsage }: X509): string | null {
  if (basicConstraints?.ca === true) return 'it is that of a certificate authority, not of a workload'
  if (keyUsage === null) return null
  if (keyUsage.keyCertSign) return 'it may sign certificates, which a workload must not (key usage)'
  if (keyUsage.crlSign) return 'it may sign revocation lists, which a workload must not (key usage)'
  return keyUsage.digitalSignature ? null : 'it may not make signatures (key usage)'
}

function svidOf({ uris, keyUsage }: X509): SpiffeId | SvidFault {
  const [uri = ''] = uris
  if (uris.length !== 1) return { code: 'SPIFFE_ID', why: `it has ${uris.length} URI names, an X.509-SVID has one` }
  const parsed = parseSpiffeId(uri)
  if (!parsed.valid) return { code: 'SPIFFE_ID', why: `its name ${JSON.stringify(uri)} is no SPIFFE ID: ${parsed.why}` }
  if (parsed.spiffeId.path === '') {
    return { code: 'SPIFFE_ID', why: `its name ${uri} is that of a trust domain, not of a workload` }
  }
  if (keyUsage === null || !keyUsage.critical) {
    return { code: 'SPIFFE_ID', why: 'it has no critical key usage, which an X.509-SVID needs' }
  }
  return parsed.spiffeId
}

/**
 * The trust domains that an authority says it belongs to: those of its SPIFFE IDs. Null where it says nothing.
 * A name that is no SPIFFE ID belongs to nobody and fits no domain.
 */
export function trustDomainsOf(authority: X509): readonly string[] | null {
  const named = authority.uris.filter((uri) => /^spiffe:/i.test(uri))
  if (named.length === 0) return null
  return named.map((uri) => {
    const parsed = parseSpiffeId(uri)
    return parsed.valid ? parsed.spiffeId.trustDomain : ''
  })
}
