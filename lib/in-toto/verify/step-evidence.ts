import type { Key } from '#lib/crypto/index.ts'
import type { OpenEnvelope } from '../envelope.ts'
import type { Layout, Step } from '../layout.ts'
import type { LinkSkipped, ReasonCode, SignerRef } from '../report.ts'
import type { Candidate, ReadDocument } from './input.ts'
import { allKeyids } from './keyids.ts'
import type { SignatureBook, SignatureOutcome } from './signatures.ts'
import { identityOf, type Signers } from './signers.ts'
import { contentFault, formFault, formOf, type StepForms, sameForm } from './step-form.ts'

/** One document that counts for a step, with who signed it. */
export interface Counted {
  readonly document: ReadDocument
  /** the keyid under which the layout lets him sign, e.g. of a subkey */
  readonly keyid: string
  readonly key: Key
  /** what the threshold counts: key material, not keyids */
  readonly identity: string
  readonly signer: SignerRef
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
  book: SignatureBook,
  forms: LevelForms = { of: new Map(), path: [] },
): StepEvidence {
  const authorised = authorisedKeys(step, layout)
  const counted: Counted[] = []
  const skipped: LinkSkipped[] = []
  for (const candidate of candidates) {
    const judged = judge(candidate, step, authorised, signers, book, layout, forms)
    counted.push(...judged.counted)
    if (judged.skipped !== null) skipped.push(judged.skipped)
  }
  return { counted: inLayoutOrder(distinct(counted), authorised), skipped }
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

interface Judged {
  readonly counted: readonly Counted[]
  readonly skipped: LinkSkipped | null
}

function judge(
  { document, keyid }: Candidate,
  step: Step,
  authorised: readonly Authorised[],
  signers: Signers,
  book: SignatureBook,
  layout: Layout,
  forms: LevelForms,
): Judged {
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
  if (valid.length === 0) return skipUnsigned(envelope, step, outcomes, skip)
  if (envelope.kind === 'link' && envelope.document.name !== step.name) {
    const message = `The link was recorded for step "${envelope.document.name}", not for "${step.name}".`
    return skip('STEP_NAME_MISMATCH', message)
  }
  if (envelope.kind === 'statement') {
    const rivals = sameForm(form, layout, forms.path, forms.of)
    const fault = contentFault({ document: envelope.document, form }, step, layout, rivals)
    if (fault !== null) return skip(fault.code, fault.message)
  }
  const counted = valid.map(({ signer }) => ({ document, ...signer, ...signerOf(signer.key, signers) }))
  return { counted, skipped: null }
}

function signerOf(key: Key, signers: Signers): Pick<Counted, 'identity' | 'signer'> {
  const signer = { keyid: key.keyid, fingerprint: key.fingerprint, keytype: key.keytype, scheme: key.scheme }
  return { identity: identityOf(key, signers), signer }
}

/** In-toto's tools write the layout's own keyid; other tools that make statements know the key by another. */
function idsIn(envelope: OpenEnvelope, key: Key): readonly string[] {
  return envelope.kind === 'statement' ? [...idsOf(key), ...allKeyids(key)] : idsOf(key)
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
  skip: Skip,
): Judged {
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
  if (first.certificate !== null && step.certConstraints.length > 0) {
    return skip('CERT_UNSUPPORTED', 'It is signed with a certificate, which cannot be judged yet.', first.keyid)
  }
  const who = first.keyid === '' ? 'a key that it does not name' : `key ${first.keyid.slice(0, 8)}`
  const message = `It is signed by ${who}, which may not sign for step "${step.name}" under this file name.`
  return skip('SIGNER_NOT_ALLOWED', message, first.keyid)
}

/** Codes of readers as codes of reasons; what is unknown is malformed. */
export function documentCode(code: string): ReasonCode {
  if (code === 'DEPTH') return 'LIMIT'
  return code === 'LIMIT' || code === 'UNSUPPORTED' || code === 'LAYOUT_INVALID' ? code : 'MALFORMED'
}

export function documentMessage(problem: { readonly message: string; readonly place: string }): string {
  return problem.place === '' || problem.message.includes(problem.place)
    ? problem.message
    : `${problem.message} (${problem.place})`
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
  return [...counted].sort((a, b) => (order.get(a.keyid) ?? 0) - (order.get(b.keyid) ?? 0))
}
