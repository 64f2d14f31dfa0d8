import { equalBytes, toHex } from './bytes.ts'
import type { X509 } from './x509-certificate.ts'
import { nameConstraintFault } from './x509-names.ts'

/** Why certificates make no path; stable. */
export type PathCode =
  | 'ISSUER_UNKNOWN' // nobody of that name is among the intermediates and roots
  | 'SIGNATURE' // somebody of that name is, but with another key
  | 'ALGORITHM' // signed or keyed with something that is not accepted
  | 'NOT_A_CA'
  | 'PATH_LENGTH'
  | 'NAME_CONSTRAINT'
  | 'CRITICAL_EXTENSION'
  | 'EXTENDED_KEY_USAGE'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'LIMIT'

export interface PathFault {
  readonly code: PathCode
  /** a clause for people, e.g. `its issuer "CN=inter" is not known` */
  readonly why: string
}

/** A chain from a leaf to a root, each signed by the next, and when all of it is valid (RFC 5280: ends included). */
export interface CertificatePath {
  /** leaf first, root last */
  readonly certificates: readonly X509[]
  readonly root: X509
  /** milliseconds; `from` after `until` where no instant suits all */
  readonly from: number
  readonly until: number
}

/** Checks the signature of a certificate with the key of another; never throws for a bad one. */
export type CertificateVerifier = (certificate: X509, issuer: X509) => boolean

export interface PathInput {
  readonly leaf: X509
  /** untrusted: they only help; order and repetition mean nothing */
  readonly intermediates: readonly X509[]
  /** trusted */
  readonly roots: readonly X509[]
  readonly verify: CertificateVerifier
  /** extended key uses that the chain must allow, any of them; absent: those of a workload's certificate */
  readonly uses?: readonly string[]
}

/** Certificates between leaf and root; signature checks for one leaf; paths that are told apart. */
const LIMITS = { intermediates: 6, checks: 100, paths: 16 } as const

const TOO_LONG: PathFault = { code: 'LIMIT', why: `its chain has more than ${LIMITS.intermediates} intermediates` }

/** Uses that a chain may have: what signs builds is a workload's certificate for TLS, as in-toto-golang wants it. */
const USES: readonly string[] = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']

/**
 * Every path from a leaf to a root, whatever the time (RFC 5280, section 6, narrowed: names are compared byte for
 * byte, name constraints are processed for URIs only, policies not at all, and whatever is critical and not processed
 * refuses the certificate). No revocation lists: SPIFFE has none; roots are withdrawn instead.
 * @returns paths in an order that does not depend on the input's, or why there is none
 */
export function findPaths(input: PathInput): { readonly paths: readonly CertificatePath[]; readonly fault: PathFault } {
  const search = new Search(input)
  search.extend([input.leaf])
  return { paths: search.paths, fault: search.fault }
}

/** The same at a time, in milliseconds: the first path that is valid then, or why there is none. */
export function validatePath(
  input: PathInput & { readonly at: number },
): { readonly valid: true; readonly path: CertificatePath } | ({ readonly valid: false } & PathFault) {
  const { paths, fault } = findPaths(input)
  const path = paths.find((one) => isValidAt(one, input.at))
  if (path !== undefined) return { valid: true, path }
  const [first] = paths
  return { valid: false, ...(first === undefined ? fault : timeFault(first, input.at)) }
}

/** Every certificate of the path is within its validity at this time. */
export function isValidAt({ from, until }: CertificatePath, at: number): boolean {
  return from <= at && at <= until
}

/** Which certificate of a path is not valid at a time. */
export function timeFault({ certificates }: CertificatePath, at: number): PathFault {
  const late = certificates.find(({ notAfter }) => !(at <= notAfter.getTime()))
  if (late !== undefined) {
    return { code: 'EXPIRED', why: `${title(late, certificates)} ended at ${instant(late.notAfter)}` }
  }
  const early = certificates.find(({ notBefore }) => !(notBefore.getTime() <= at))
  if (early === undefined) return { code: 'EXPIRED', why: 'no instant suits all of its certificates' }
  return { code: 'NOT_YET_VALID', why: `${title(early, certificates)} begins at ${instant(early.notBefore)}` }
}

function title(one: X509, certificates: readonly X509[]): string {
  if (one === certificates[0]) return 'the certificate'
  return `${one === certificates.at(-1) ? 'its root' : 'its issuer'} "${one.subject}"`
}

function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

class Search {
  readonly paths: CertificatePath[] = []
  fault: PathFault = { code: 'ISSUER_UNKNOWN', why: 'it has no issuer' }
  private deepest = -1
  private checks = 0
  private readonly input: PathInput
  private readonly issuers: ReadonlyMap<string, readonly Issuer[]>
  private readonly signed = new Map<string, boolean>()

  constructor(input: PathInput) {
    this.input = input
    this.issuers = issuersByName(input)
  }

  /** Prolongs a chain, leaf first, by everyone who may have issued its last certificate. */
  extend(chain: readonly X509[]): void {
    const last = chain.at(-1)
    if (last === undefined) return
    const issuers = this.issuers.get(toHex(last.issuerDer)) ?? []
    const fault = ownFault(last) ?? (issuers.length === 0 ? unknownIssuer(last) : null)
    if (fault !== null) {
      this.fail(chain, fault)
      return
    }
    for (const issuer of issuers) {
      if (this.paths.length >= LIMITS.paths) return
      this.step(chain, last, issuer)
    }
  }

  private step(chain: readonly X509[], last: X509, { certificate, isRoot }: Issuer): void {
    // the same name and key again leads nowhere new
    if (chain.some((one) => isSameAuthority(one, certificate))) return
    const longer = [...chain, certificate]
    const fault = authorityFault(certificate, chain) ?? ownFault(certificate) ?? this.signatureFault(last, certificate)
    if (fault !== null) this.fail(chain, fault)
    else if (isRoot) this.finish(longer, certificate)
    else if (chain.length > LIMITS.intermediates) this.fail(longer, TOO_LONG)
    else this.extend(longer)
  }

  private finish(chain: readonly X509[], root: X509): void {
    const fault = nameConstraintFault(chain) ?? usageFault(chain, this.input.uses)
    if (fault === null) this.paths.push(pathOf(chain, root))
    else this.fail(chain, fault)
  }

  /** Signatures are checked last, each once, and no more than a bounded number. */
  private signatureFault(child: X509, issuer: X509): PathFault | null {
    const mark = `${child.sha256} ${issuer.sha256}`
    let good = this.signed.get(mark)
    if (good === undefined) {
      this.checks++
      if (this.checks > LIMITS.checks) {
        return { code: 'LIMIT', why: `more than ${LIMITS.checks} signatures would have to be checked for its chain` }
      }
      good = this.input.verify(child, issuer)
      this.signed.set(mark, good)
    }
    if (good) return null
    return { code: 'SIGNATURE', why: `the key of "${shown(issuer.subject)}" did not sign it, only the name fits` }
  }

  /** What broke off nearest to a root says most; a limit says that nobody knows. */
  private fail(chain: readonly X509[], fault: PathFault): void {
    const depth = fault.code === 'LIMIT' ? Number.POSITIVE_INFINITY : chain.length
    if (depth < this.deepest || (depth === this.deepest && rank(fault) <= rank(this.fault))) return
    this.deepest = depth
    this.fault = fault
  }
}

/** Of two faults at the same depth, whatever the order of the input, the same is told. */
function rank({ code }: PathFault): number {
  const least: readonly PathCode[] = ['ISSUER_UNKNOWN', 'SIGNATURE', 'ALGORITHM']
  return least.includes(code) ? least.indexOf(code) : least.length
}

interface Issuer {
  readonly certificate: X509
  readonly isRoot: boolean
}

/** By name, roots first, then by digest, each once. A certificate that is a root is no intermediate. */
function issuersByName({ roots, intermediates }: PathInput): Map<string, Issuer[]> {
  const known = new Map<string, Issuer>()
  for (const certificate of roots) known.set(certificate.sha256, { certificate, isRoot: true })
  for (const certificate of intermediates) {
    if (!known.has(certificate.sha256)) known.set(certificate.sha256, { certificate, isRoot: false })
  }
  const sorted = [...known.values()].sort(
    (a, b) => Number(b.isRoot) - Number(a.isRoot) || (a.certificate.sha256 < b.certificate.sha256 ? -1 : 1),
  )
  return Map.groupBy(sorted, ({ certificate }) => toHex(certificate.subjectDer))
}

function isSameAuthority(a: X509, b: X509): boolean {
  return equalBytes(a.subjectDer, b.subjectDer) && equalBytes(a.spki, b.spki)
}

/** What refuses a certificate wherever it stands. */
function ownFault(certificate: X509): PathFault | null {
  const [oid] = certificate.unprocessedCritical
  if (oid !== undefined) {
    const why = `"${shown(certificate.subject)}" has the critical extension ${oid}, which is not known here`
    return { code: 'CRITICAL_EXTENSION', why }
  }
  if (certificate.algorithm === null) {
    const why = `"${shown(certificate.subject)}" is signed with ${certificate.algorithmOid}; RSA or ECDSA with SHA-256, SHA-384 or SHA-512, and Ed25519 are accepted`
    return { code: 'ALGORITHM', why }
  }
  if (certificate.key === null) {
    return { code: 'ALGORITHM', why: `the key of "${shown(certificate.subject)}" is of an unknown kind, or too weak` }
  }
  return null
}

function unknownIssuer({ issuer }: X509): PathFault {
  const why = `its issuer "${shown(issuer)}" is neither a root nor among the intermediates`
  return { code: 'ISSUER_UNKNOWN', why }
}

/** RFC 5280, 4.2.1.9 and 6.1.4: who may issue the last of a chain. Self-issued intermediates do not count. */
function authorityFault(
  { subject, basicConstraints, keyUsage, subjectDer }: X509,
  chain: readonly X509[],
): PathFault | null {
  const name = `"${shown(subject)}"`
  if (basicConstraints === null || !basicConstraints.ca) {
    return { code: 'NOT_A_CA', why: `its issuer ${name} is no certificate authority` }
  }
  if (!basicConstraints.critical) {
    return { code: 'NOT_A_CA', why: `its issuer ${name} does not mark being an authority as critical` }
  }
  if (keyUsage === null || !keyUsage.keyCertSign) {
    return { code: 'NOT_A_CA', why: `its issuer ${name} may not sign certificates (key usage)` }
  }
  if (subjectDer.length <= 2) return { code: 'NOT_A_CA', why: 'its issuer has no name' }
  const { pathLength } = basicConstraints
  const below = chain.slice(1).filter((one) => !equalBytes(one.subjectDer, one.issuerDer)).length
  if (pathLength !== null && below > pathLength) {
    return { code: 'PATH_LENGTH', why: `${name} allows ${pathLength} intermediate(s) below it, here are ${below}` }
  }
  return null
}

/** Uses narrow from root to leaf: each certificate that names any must allow the one that is asked for. */
function usageFault(chain: readonly X509[], wanted = USES): PathFault | null {
  const one = chain.find(({ extendedKeyUsage: uses }) => uses !== null && !uses.some((use) => wanted.includes(use)))
  if (one === undefined) return null
  const why = `"${shown(one.subject)}" is meant for other uses (extended key usage)${wanted === USES ? '; expected TLS server, any, or none named' : ''}`
  return { code: 'EXTENDED_KEY_USAGE', why }
}

function pathOf(certificates: readonly X509[], root: X509): CertificatePath {
  return {
    certificates,
    root,
    from: Math.max(...certificates.map(({ notBefore }) => notBefore.getTime())),
    until: Math.min(...certificates.map(({ notAfter }) => notAfter.getTime())),
  }
}

function shown(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name
}
