import { compareCodePoints, type Key } from '#lib/crypto/index.ts'
import type { EnvelopeSignature, OpenEnvelope } from '../envelope.ts'
import type { Layout, Step } from '../layout.ts'
import type { LinkSkipped, ReasonCode, SignerRef } from '../report.ts'
import type { CertificateAnswer, CertificateBook } from './certificates.ts'
import { documentCode, documentMessage } from './document-problem.ts'
import type { Candidate, ReadDocument, TimeProof } from './input.ts'
import { allKeyids } from './keyids.ts'
import type { RevokedKeys } from './revoked-keys.ts'
import type { SignatureBook, SignatureOutcome } from './signatures.ts'
import { identityOf, type Signers } from './signers.ts'
import { contentFault, formFault, formOf, type StepForms, sameForm } from './step-form.ts'

/** One document that counts for a step, with who signed it. */
export interface Counted {
  readonly document: ReadDocument
  /** the keyid under which the layout lets him sign, e.g. of a subkey */
  readonly keyid: string
  readonly key: Key
  /** what the threshold counts: key material or a SPIFFE ID, not keyids */
  readonly identity: string
  readonly signer: SignerRef
  /** since when the root of his certificate is compromised, where that came later */
  readonly taintedAt: string | null
  /** what is known of when the document was signed */
  readonly proofs: readonly TimeProof[]
  /** his key was revoked later: from when on, and why it counts */
  readonly earlier: { readonly revokedAt: string; readonly told: string } | null
}

export interface StepEvidence {
  readonly counted: readonly Counted[]
  readonly skipped: readonly LinkSkipped[]
}

/** The forms of evidence, and the sublayout steps that lead to this layout. */
export interface LevelForms {
  readonly of: StepForms
  readonly path: readonly string[]
}

/** A key that may sign for the step, under one of the ids by which file names and signatures call it. */
interface Authorised {
  readonly keyid: string
  readonly key: Key
}

/**
 * Which documents stand for a step (specification 4.3.1, 5.2 step 5): validly signed by keys that the step lists,
 * under the step's own name. Everything else is skipped with the reason; nothing that is skipped can help or hurt.
 */
export function gatherEvidence(
  step: Step,
  layout: Layout,
  candidates: readonly Candidate[],
  signers: Signers,
  { book, certificates, revoked }: Books,
  forms: LevelForms,
): StepEvidence {
  const authorised = authorisedKeys(step, layout)
  const counted: Counted[] = []
  const skipped: LinkSkipped[] = []
  for (const candidate of candidates) {
    const judged = judge(candidate, { step, layout, authorised, signers, book, certificates, revoked, forms })
    counted.push(...judged.counted)
    if (judged.skipped !== null) skipped.push(judged.skipped)
  }
  const several = counted.length > 1
  return { counted: several ? inLayoutOrder(distinct(onePersonOnce(counted)), authorised) : counted, skipped }
}

/** What signatures are judged by. */
export interface Books {
  readonly book: SignatureBook
  readonly certificates: CertificateBook
  readonly revoked: RevokedKeys
}

/** What every candidate of a step is judged with. */
interface Setting extends Books {
  readonly step: Step
  readonly layout: Layout
  readonly authorised: readonly Authorised[]
  readonly signers: Signers
  readonly forms: LevelForms
}

/** Keys of the step in the layout's order, each also under its subkeys' ids; a subkey may be listed by itself. */
export function authorisedKeys(step: Step, layout: Layout): Authorised[] {
  const authorised: Authorised[] = []
  for (const keyid of step.pubkeys) {
    const key = layout.keys.get(keyid)
    if (key !== undefined) {
      authorised.push({ keyid, key })
      for (const subkeyid of key.subkeys.keys()) authorised.push({ keyid: subkeyid, key })
      continue
    }
    for (const bundle of layout.keys.values()) {
      if (bundle.subkeys.has(keyid)) authorised.push({ keyid, key: bundle })
    }
  }
  return authorised
}

/** A valid signature, whatever became of its key. */
type Signed = Omit<Counted, 'proofs' | 'earlier'>

interface Judged {
  readonly counted: readonly Counted[]
  readonly skipped: LinkSkipped | null
}

function judge({ document, keyid, proofs = [] }: Candidate, setting: Setting): Judged {
  const { step, layout, authorised, signers, book, revoked, forms } = setting
  const skip = (code: ReasonCode, message: string, signerKeyid: string | null = keyid): Judged => ({
    counted: [],
    skipped: { sha256: document.sha256, source: document.source, keyid: signerKeyid, code, message },
  })
  if (!('envelope' in document)) return skip(documentCode(document.problem.code), documentMessage(document.problem))
  const { envelope } = document
  const form = formOf(step.name, forms.path, forms.of)
  const other = formFault(envelope, form)
  if (other !== null) return skip(other.code, other.message)
  const unknown = unknownMember(envelope)
  if (unknown !== null) {
    return skip('MALFORMED', `It has a member "${unknown}" that no verifier knows, and its signature covers that.`)
  }
  const fitting = keyid === null ? authorised : authorised.filter((key) => key.keyid.startsWith(keyid))
  const outcomes = fitting.map((signer) => ({
    signer,
    found: book.find(envelope, signer.key, idsIn(envelope, signer.key)),
  }))
  const valid = outcomes.filter(({ found }) => found.outcome === 'valid')
  const certificates = certified(envelope, keyid, step).map((signature) => ({
    signature,
    answer: setting.certificates.judge({ envelope, signature, step, layout, proofs, book }),
  }))
  const answers = certificates.map(({ answer }) => answer)
  const holders = certificates.flatMap(({ signature, answer }) => (answer.valid ? [{ signature, holder: answer }] : []))
  if (valid.length + holders.length === 0) return skipUnsigned(envelope, step, outcomes, answers, skip)
  if (envelope.kind === 'link' && envelope.document.name !== step.name) {
    const message = `The link was recorded for step "${envelope.document.name}", not for "${step.name}".`
    return skip('STEP_NAME_MISMATCH', message)
  }
  if (envelope.kind === 'statement') {
    const rivals = sameForm(form, layout, forms.path, forms.of)
    const fault = contentFault({ document: envelope.document, form }, step, layout, rivals)
    if (fault !== null) return skip(fault.code, fault.message)
  }
  const byKey = valid.map(({ signer, found }) => ({
    counted: countKey(document, signer, signers),
    standing: found.outcome === 'valid' ? revoked.judge([signer.key, found.key], found.signature, proofs) : null,
  }))
  const byCertificate = holders.map(({ signature, holder }) => ({
    counted: countHolder(document, holder),
    standing: revoked.judge([holder.key], signature, proofs),
  }))
  const all = [...byKey, ...byCertificate]
  const counted = all.flatMap(({ counted: one, standing }): Counted[] => {
    if (standing === null || standing.standing === 'revoked') return []
    return [{ ...one, proofs, earlier: standing.standing === 'earlier' ? standing : null }]
  })
  if (counted.length > 0) return { counted, skipped: null }
  for (const { counted: one, standing } of all) {
    if (standing?.standing !== 'revoked') continue
    return skip(
      standing.code,
      `The key ${one.keyid.slice(0, 8)} that signed it is revoked from ${standing.why}.`,
      one.keyid,
    )
  }
  return { counted, skipped: null }
}

function countKey(document: ReadDocument, { keyid, key }: Authorised, signers: Signers): Signed {
  const signer = { keyid: key.keyid, fingerprint: key.fingerprint, keytype: key.keytype, scheme: key.scheme }
  return { document, keyid, key, identity: identityOf(key, signers), signer, taintedAt: null }
}

/** In-toto's tools write the layout's own keyid; other tools that make statements know the key by another. */
function idsIn(envelope: OpenEnvelope, key: Key): readonly string[] {
  return envelope.kind === 'statement' ? [...idsOf(key), ...allKeyids(key)] : idsOf(key)
}

/**
 * Signatures whose certificate may stand for the step. As in-toto-golang, of several under the file's prefix the first
 * alone; where no file name says for whom the document stands, the first of each keyid.
 */
function certified(envelope: OpenEnvelope, keyid: string | null, step: Step): EnvelopeSignature[] {
  if (step.certConstraints.length === 0) return []
  const named = envelope.signatures.filter((one) => keyid === null || one.keyid.startsWith(keyid))
  const first = keyid === null ? firstOfEach(named) : named.slice(0, 1)
  return first.filter(({ certificate }) => certificate !== null)
}

function firstOfEach(signatures: readonly EnvelopeSignature[]): EnvelopeSignature[] {
  const seen = new Set<string>()
  return signatures.filter(({ keyid }) => !seen.has(keyid) && seen.add(keyid))
}

function countHolder(document: ReadDocument, holder: CertificateAnswer & { readonly valid: true }): Signed {
  const { key, keyid, certificate, person, taintedAt } = holder
  const { fingerprint, keytype, scheme } = key
  return {
    document,
    keyid,
    key,
    identity: person,
    signer: { keyid, fingerprint, keytype, scheme, certificate },
    taintedAt,
  }
}

/**
 * One workload under several SVIDs, one key in several certificates, and a key of the layout that a certificate holds
 * too: whatever shares an identity or key material is one person.
 */
function onePersonOnce(counted: readonly Counted[]): Counted[] {
  const names = new Map<string, string>()
  const nameOf = (mark: string): string => {
    const parent = names.get(mark) ?? mark
    return parent === mark ? mark : nameOf(parent)
  }
  for (const { identity, key } of counted) names.set(nameOf(`key ${key.fingerprint}`), nameOf(`person ${identity}`))
  const first = new Map<string, string>()
  return counted.map((one) => {
    const group = nameOf(`person ${one.identity}`)
    const identity = first.get(group) ?? one.identity
    first.set(group, identity)
    return { ...one, identity }
  })
}

function idsOf(key: Key): string[] {
  return [key.keyid, ...key.subkeys.keys()]
}

const LINK_MEMBERS = ['_type', 'name', 'materials', 'products', 'byproducts', 'command', 'environment']

/** in-toto checks a Metablock link's signature over the members it knows: with one more the link counts nowhere. */
function unknownMember(envelope: OpenEnvelope): string | null {
  if (envelope.form !== 'metablock' || envelope.kind !== 'link' || envelope.regular) return null
  for (const name of envelope.value.keys()) if (!LINK_MEMBERS.includes(name)) return name
  return null
}

type Skip = (code: ReasonCode, message: string, keyid?: string | null) => Judged

/** No valid signature by anybody whom the step lists: the nearest miss is the reason. */
function skipUnsigned(
  envelope: OpenEnvelope,
  step: Step,
  outcomes: readonly { readonly signer: Authorised; readonly found: SignatureOutcome }[],
  answers: readonly CertificateAnswer[],
  skip: Skip,
): Judged {
  for (const answer of answers) if (!answer.valid) return skip(answer.code, answer.message, answer.keyid)
  for (const { signer, found } of outcomes) {
    if (found.outcome === 'expired') {
      return skip('KEY_EXPIRED', `The key ${signer.keyid.slice(0, 8)} that signed it has expired.`, signer.keyid)
    }
    if (found.outcome === 'invalid') {
      const message = `The signature of key ${signer.keyid.slice(0, 8)} does not verify: ${found.why}.`
      return skip('SIGNATURE_INVALID', message, signer.keyid)
    }
  }
  const first = envelope.signatures[0]
  if (first === undefined) return skip('SIGNATURE_INVALID', 'It carries no signature.')
  const who = first.keyid === '' ? 'a key that it does not name' : `key ${first.keyid.slice(0, 8)}`
  const message = `It is signed by ${who}, which may not sign for step "${step.name}" under this file name.`
  return skip('SIGNER_NOT_ALLOWED', message, first.keyid)
}

/** One document signed by one identity counts once, however many file names and keyids lead to it. */
function distinct(counted: readonly Counted[]): Counted[] {
  const seen = new Set<string>()
  return counted.filter(({ document, identity }) => {
    const mark = `${document.sha256} ${identity}`
    if (seen.has(mark)) return false
    seen.add(mark)
    return true
  })
}

/** The first stands for the step, as in the reference. */
function inLayoutOrder(counted: readonly Counted[], authorised: readonly Authorised[]): Counted[] {
  const order = new Map(authorised.map(({ keyid }, index) => [keyid, index] as const))
  // holders of certificates are not in the layout's list: after it, by keyid
  const place = ({ keyid }: Counted) => order.get(keyid) ?? order.size
  return [...counted].sort((a, b) => place(a) - place(b) || compareCodePoints(a.keyid, b.keyid))
}
