import {
  type CertificatePath,
  checkSigningLeaf,
  FormatError,
  findPaths,
  type Key,
  keyidsOf,
  type PathFault,
  parseX509Pem,
  type SpiffeId,
  sha256,
  toHex,
  type X509,
} from '#lib/crypto/index.ts'
import { certificateFault } from '../cert-constraint.ts'
import type { EnvelopeSignature, OpenEnvelope } from '../envelope.ts'
import type { Layout, Step } from '../layout.ts'
import type { ReasonCode, SignerCertificate } from '../report.ts'
import { formatTimestamp } from '../time.ts'
import type { CertificateTrust, TimeProof } from './input.ts'
import type { SignatureBook } from './signatures.ts'
import { domainFault, type Moment, momentOf, rootsFor, type TrustFault } from './trust.ts'

/** A signature with a certificate: by whom, or why it does not count. */
export type CertificateAnswer =
  | {
      readonly valid: true
      readonly keyid: string
      readonly key: Key
      readonly certificate: SignerCertificate
      /** what makes two signers one: the SPIFFE ID, or where there is none everything that the certificate says of him */
      readonly person: string
      readonly taintedAt: string | null
    }
  | { readonly valid: false; readonly keyid: string; readonly code: ReasonCode; readonly message: string }

/** One question: may this signature stand for this step? */
export interface CertificateQuestion {
  readonly envelope: OpenEnvelope
  readonly signature: EnvelopeSignature
  readonly step: Step
  readonly layout: Layout
  readonly proofs: readonly TimeProof[]
  readonly book: SignatureBook
}

/** Judges signatures that come with a certificate (ITE-7, by the names and the matching of in-toto-golang). */
export class CertificateBook {
  private readonly trust: CertificateTrust | null
  private readonly intermediates: readonly X509[]
  private readonly at: number

  constructor(trust: CertificateTrust | null, at: number) {
    this.trust = trust
    this.intermediates = (trust?.intermediates ?? []).flatMap(readable)
    this.at = at
  }

  /** The signature's certificate is judged in the order in which its faults explain each other. */
  judge(question: CertificateQuestion): CertificateAnswer {
    const { envelope, signature, step, layout, book } = question
    const { keyid } = signature
    const { trust } = this
    const no = (code: ReasonCode, message: string): CertificateAnswer => ({ valid: false, keyid, code, message })
    const unsupported = this.unsupported(envelope)
    if (unsupported !== null || trust === null) {
      return no('CERT_UNSUPPORTED', unsupported ?? 'It is signed with a certificate, which cannot be judged here.')
    }
    const read = readLeaf(signature)
    if ('why' in read) return no('MALFORMED', `The certificate of its signature cannot be read: ${read.why}`)
    const { leaf, others } = read
    const answer = checkSigningLeaf(leaf)
    const who = nameOf(leaf)
    if (!answer.valid) return no('CERT_INVALID', `The certificate of ${who} may not sign: ${answer.why}.`)
    const { key } = leaf
    if (key === null) {
      return no('CERT_INVALID', `The key in the certificate of ${who} is of an unknown kind, or too weak.`)
    }
    if (!keyidsOf(key).includes(keyid)) {
      return no('CERT_INVALID', `The signature names key ${keyid.slice(0, 8)}, which is not that of its certificate.`)
    }
    const found = book.check(envelope, signature, key)
    if (found.outcome !== 'valid') {
      return no('SIGNATURE_INVALID', `The signature with the certificate of ${who} does not verify: ${found.why}.`)
    }
    const unfit = constraintsFault(step, layout, leaf)
    if (unfit !== null) {
      return no('CERT_CONSTRAINT', `The certificate of ${who} is not one that step "${step.name}" asks for: ${unfit}.`)
    }
    const trusted = this.trusted(trust, question, leaf, others, answer.spiffeId)
    if ('code' in trusted) return no(trusted.code, `The certificate of ${who} does not count: ${trusted.why}.`)
    const { path, moment } = trusted
    const { taintedLater } = moment
    return {
      valid: true,
      keyid,
      key,
      certificate: reportOf(leaf, answer.spiffeId, path, moment),
      person: personOf(leaf, answer.spiffeId),
      taintedAt: taintedLater === null ? null : formatTimestamp(taintedLater),
    }
  }

  /** Where no verifier judges certificates, so that nobody could follow. */
  private unsupported({ form, kind }: OpenEnvelope): string | null {
    // Witness signs statements so; for links and layouts in DSSE nobody does
    if (form === 'dsse' && kind !== 'statement') {
      return 'It is a DSSE envelope signed with a certificate, which no in-toto verifier accepts; sign it as a Metablock.'
    }
    return kind === 'layout'
      ? 'A sublayout that is signed with a certificate is accepted by no in-toto verifier.'
      : null
  }

  /** The chain and the moment for which the certificate counts; the nearest miss where it does not. */
  private trusted(
    { verifyCertificate: verify, bundles }: CertificateTrust,
    { layout, signature, proofs }: CertificateQuestion,
    leaf: X509,
    others: readonly X509[],
    spiffeId: SpiffeId | null,
  ): { path: CertificatePath; moment: Moment } | TrustFault | { code: 'LIMIT' | 'CERT_UNTRUSTED'; why: string } {
    const listed = [...layout.intermediateCas.values()].map(({ certificate }) => certificate)
    const intermediates = [...listed, ...this.intermediates, ...others]
    const roots = rootsFor(layout, spiffeId, bundles)
    if (roots.length === 0) return { code: 'CERT_UNTRUSTED', why: 'the layout names no root, and no bundle is given' }
    const { paths, fault } = findPaths({ leaf, intermediates, roots, verify })
    const mark = toHex(sha256(signature.bytes ?? new Uint8Array()))
    const own = proofs.filter((proof) => proof.signature === null || proof.signature === mark)
    const faults: TrustFault[] = []
    for (const path of paths) {
      const foreign = domainFault(path, spiffeId, layout, bundles)
      const judged = foreign === null ? momentOf(path, spiffeId, own, this.at, bundles) : { fault: foreign }
      if ('moment' in judged) return { path, moment: judged.moment }
      faults.push(judged.fault)
    }
    return mildest(faults) ?? untrusted(fault)
  }
}

/** Where one chain is out of date and another leads elsewhere, the first is what can be mended. */
function mildest(faults: readonly TrustFault[]): TrustFault | undefined {
  return faults.find(({ code }) => code !== 'CERT_UNTRUSTED') ?? faults[0]
}

function untrusted({ code, why }: PathFault): { code: 'LIMIT' | 'CERT_UNTRUSTED'; why: string } {
  const hint = code === 'ISSUER_UNKNOWN' ? '; hand over the intermediate certificates that came with its links' : ''
  return { code: code === 'LIMIT' ? 'LIMIT' : 'CERT_UNTRUSTED', why: `${why}${hint}` }
}

/** A certificate that cannot be read helps nobody, and hurts nobody. */
function readable(pem: string): X509[] {
  try {
    return parseX509Pem(pem)
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
}

/** The first is the signer's; what follows may help to build the chain. */
function readLeaf({ certificate }: EnvelopeSignature): { leaf: X509; others: X509[] } | { why: string } {
  try {
    const [leaf, ...others] = parseX509Pem(certificate ?? '')
    return leaf === undefined ? { why: 'there is none.' } : { leaf, others }
  } catch (error) {
    if (error instanceof FormatError) return { why: error.message }
    throw error
  }
}

/** Any one constraint suffices; of several that do not fit, the first is told. */
function constraintsFault(step: Step, layout: Layout, leaf: X509): string | null {
  const ids = [...layout.rootCas.keys()]
  const faults = step.certConstraints.map((constraint) => certificateFault(constraint, leaf, ids))
  if (faults.includes(null)) return null
  return faults[0] ?? 'it asks for no certificate'
}

function nameOf(leaf: X509): string {
  return leaf.spiffeId ?? leaf.uris[0] ?? (leaf.subject === '' ? 'nobody' : `"${leaf.subject}"`)
}

function personOf(leaf: X509, spiffeId: SpiffeId | null): string {
  if (spiffeId !== null) return spiffeId.id
  const { subject, uris, dnsNames, emails } = leaf
  return `certificate ${JSON.stringify([subject, [...uris].sort(), [...dnsNames].sort(), [...emails].sort()])}`
}

function reportOf(leaf: X509, spiffeId: SpiffeId | null, path: CertificatePath, moment: Moment): SignerCertificate {
  return {
    spiffeId: spiffeId?.id ?? null,
    subject: leaf.subject,
    issuer: leaf.issuer,
    sha256: leaf.sha256,
    notBefore: formatTimestamp(leaf.notBefore.getTime()),
    notAfter: formatTimestamp(leaf.notAfter.getTime()),
    chain: path.certificates.slice(1).map((one) => one.sha256),
    root: { sha256: path.root.sha256, subject: path.root.subject },
    time: { evidence: moment.evidence, at: formatTimestamp(moment.at), by: moment.by },
    validUntil: formatTimestamp(path.until),
  }
}
