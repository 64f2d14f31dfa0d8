import {
  type CertificatePath,
  equalBytes,
  isValidAt,
  parseSpiffeId,
  type SpiffeId,
  timeFault,
  trustDomainsOf,
  type X509,
} from '#lib/crypto/index.ts'
import type { Layout } from '../layout.ts'
import { formatTimestamp } from '../time.ts'
import type { TimeProof, TrustBundle, TrustedRoot } from './input.ts'

/** Why a chain that is whole does not count. */
export interface TrustFault {
  readonly code: 'CERT_UNTRUSTED' | 'CERT_ROOT_UNBOUND' | 'CERT_EXPIRED_NO_TIMESTAMP'
  readonly why: string
}

/** The moment for which a chain counts, and what says so. */
export interface Moment {
  readonly evidence: TimeProof['kind'] | 'unproven'
  readonly at: number
  readonly by: string | null
  /** its root was marked as compromised afterwards */
  readonly taintedLater: number | null
}

/** The trust domain of SPIFFE IDs in the constraints of a layout; `open` where a constraint takes any URI. */
export function namedDomains(layout: Layout): { readonly domains: ReadonlySet<string>; readonly open: boolean } {
  const uris = layout.steps.flatMap(({ certConstraints }) => certConstraints.flatMap((one) => one.uris))
  const domains = uris.flatMap((uri) => {
    const parsed = parseSpiffeId(uri)
    return parsed.valid ? [parsed.spiffeId.trustDomain] : []
  })
  return { domains: new Set(domains), open: uris.includes('*') }
}

/**
 * Whether the root of a chain speaks for the trust domain of its leaf: no authority of the chain says that it belongs
 * to another, and the root says that it belongs to this one, or a bundle does, or it is beyond doubt because the
 * layout has one root or one trust domain only. (in-toto-golang takes any root for any domain.)
 */
export function domainFault(
  { certificates, root }: CertificatePath,
  spiffeId: SpiffeId | null,
  layout: Layout,
  bundles: readonly TrustBundle[],
): TrustFault | null {
  if (spiffeId === null) return null
  const { trustDomain } = spiffeId
  for (const authority of certificates.slice(1)) {
    const other = trustDomainsOf(authority)?.find((name) => name !== trustDomain)
    if (other === undefined) continue
    const why = `"${authority.subject}" belongs to the trust domain ${other || '(none)'} and cannot speak for ${trustDomain}`
    return { code: 'CERT_UNTRUSTED', why }
  }
  if (bundlesOf(bundles, trustDomain).length > 0) return null
  const foreign = bundles.find(({ roots }) => roots.some(({ certificate }) => hasSameKey(certificate, root)))
  if (foreign !== undefined) {
    const why = `its root is one of the trust domain ${foreign.trustDomain} and cannot speak for ${trustDomain}`
    return { code: 'CERT_UNTRUSTED', why }
  }
  if (trustDomainsOf(root) !== null) return null
  const { domains, open } = namedDomains(layout)
  if (layout.rootCas.size <= 1 || (domains.size <= 1 && !open)) return null
  const why = `the layout has several roots and trust domains, and nothing says that "${root.subject}" speaks for ${trustDomain}; give the trust domain's bundle`
  return { code: 'CERT_ROOT_UNBOUND', why }
}

function bundlesOf(bundles: readonly TrustBundle[], trustDomain: string): TrustBundle[] {
  return bundles.filter((one) => one.trustDomain === trustDomain)
}

function hasSameKey(a: X509, b: X509): boolean {
  return equalBytes(a.spki, b.spki)
}

/** The roots to build chains to: the layout's; where it has none, those that bundles know of the trust domain. */
export function rootsFor(layout: Layout, spiffeId: SpiffeId | null, bundles: readonly TrustBundle[]): readonly X509[] {
  if (layout.rootCas.size > 0) return [...layout.rootCas.values()].map(({ certificate }) => certificate)
  if (spiffeId === null) return []
  return bundlesOf(bundles, spiffeId.trustDomain).flatMap(({ roots }) => roots.map(({ certificate }) => certificate))
}

/**
 * The moment at which a chain may be judged: proven ones first, time stamps before receipts, earlier before later;
 * then the verdict's own time, for which nothing has to be proven. Every certificate of the chain must be valid at
 * that moment and its root in force.
 */
export function momentOf(
  path: CertificatePath,
  spiffeId: SpiffeId | null,
  proofs: readonly TimeProof[],
  at: number,
  bundles: readonly TrustBundle[],
): { readonly moment: Moment } | { readonly fault: TrustFault } {
  const roots = standingOf(path.root, spiffeId, bundles)
  if (roots !== null && roots.listed.length === 0) {
    const where =
      spiffeId === null ? ', and its key is marked as compromised' : ` of the trust domain ${spiffeId.trustDomain}`
    const why = `its root "${path.root.subject}" is in no bundle${where}`
    return { fault: { code: 'CERT_UNTRUSTED', why } }
  }
  const inTime = proofs.filter((proof) => proof.at <= at).toSorted(strongestFirst)
  for (const { kind, at: then, by } of inTime) {
    if (isValidAt(path, then) && isInForce(roots, then)) {
      return { moment: { evidence: kind, at: then, by, taintedLater: roots?.taintedAt ?? null } }
    }
  }
  if (isValidAt(path, at) && isInForce(roots, at)) {
    return { moment: { evidence: 'unproven', at, by: null, taintedLater: null } }
  }
  return { fault: lateFault(path, roots, inTime, at) }
}

function strongestFirst(a: TimeProof, b: TimeProof): number {
  if (a.kind !== b.kind) return a.kind === 'timestamped' ? -1 : 1
  return a.at - b.at || (a.by < b.by ? -1 : 1)
}

/** What bundles say about a root: when it is listed for the domain, and since when its key is compromised. */
interface Standing {
  readonly listed: readonly TrustedRoot[]
  readonly taintedAt: number | null
}

/** Null where no bundle speaks of the domain; for a certificate without SPIFFE ID, where none knows the root. */
function standingOf(root: X509, spiffeId: SpiffeId | null, bundles: readonly TrustBundle[]): Standing | null {
  const own = spiffeId === null ? bundles : bundlesOf(bundles, spiffeId.trustDomain)
  const listed = own.flatMap(({ roots }) => roots.filter(({ certificate }) => certificate.sha256 === root.sha256))
  // a key is compromised or it is not, whatever certificate it is in
  const taints = bundles.flatMap(({ roots }) =>
    roots.flatMap(({ certificate, taintedAt }) =>
      taintedAt !== null && hasSameKey(certificate, root) ? [taintedAt] : [],
    ),
  )
  if (spiffeId === null ? listed.length === 0 && taints.length === 0 : own.length === 0) return null
  return { listed, taintedAt: taints.length === 0 ? null : Math.min(...taints) }
}

function isInForce(standing: Standing | null, at: number): boolean {
  if (standing === null) return true
  const { listed, taintedAt } = standing
  if (taintedAt !== null && taintedAt <= at) return false
  return listed.some(({ from, until }) => from <= at && (until === null || at < until))
}

/** Nothing suits. Read, and wrong for sure, only where it is not valid yet or a proof says when it was too late. */
function lateFault(
  path: CertificatePath,
  roots: Standing | null,
  proofs: readonly TimeProof[],
  at: number,
): TrustFault {
  const early = at < path.from && path.from <= path.until
  if (early) return { code: 'CERT_UNTRUSTED', why: timeFault(path, at).why }
  const proven = proofs.map((proof) => `${proof.kind} at ${formatTimestamp(proof.at)} by ${proof.by}`)
  const known = proven.length === 0 ? 'nothing proves that it signed before' : `it is ${proven.join(', ')} only`
  if (!isValidAt(path, at)) {
    const then = proofs.find((proof) => isValidAt(path, proof.at))
    const also = then === undefined ? '' : `, when its root "${path.root.subject}" was not in force or was compromised`
    return { code: 'CERT_EXPIRED_NO_TIMESTAMP', why: `${timeFault(path, at).why}, and ${known}${also}` }
  }
  const tainted = roots !== null && roots.taintedAt !== null && roots.taintedAt <= at
  const what = tainted ? 'is marked as compromised' : 'is not in force'
  const why = `its root "${path.root.subject}" ${what} at ${formatTimestamp(at)}, and ${known}`
  // a proof within the chain's validity, at which its root was not in force, leaves nothing open
  const settled = proofs.some((proof) => isValidAt(path, proof.at))
  return { code: settled ? 'CERT_UNTRUSTED' : 'CERT_EXPIRED_NO_TIMESTAMP', why }
}
