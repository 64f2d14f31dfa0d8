import type { Key } from '#lib/crypto/index.ts'
import type { Recorded } from '../../evaluate-rules.ts'
import { equalArtifacts } from '../../link.ts'
import type { ReasonCode } from '../../report.ts'
import { parseRule, type Rule } from '../../rule.ts'
import type { RuleAnswers } from '../../rule-answers.ts'
import type { Candidate, LinkStore, RunInspection, VerifyInput } from '../input.ts'
import { allKeyids } from '../keyids.ts'
import type { SignatureBook } from '../signatures.ts'
import { type ItemModel, type LayoutModel, loadModel, type Model, type StepModel } from './model.ts'
import { pythonFormat } from './python-format.ts'
import { Refusal } from './refusal.ts'

export type ReferenceAnswer =
  | { readonly allow: true }
  | { readonly allow: false; readonly code: ReasonCode; readonly message: string }

/**
 * What in-toto for Python answers to the same question: version 1.3.1, or 3.1.0 where DSSE occurs. Follows its
 * `in_toto_verify` line by line, also where it is wrong, and shares nothing with our own verification but signature
 * arithmetic, globs and rules. Inspections that were not performed count as not passed.
 */
export function verifyAsReference(
  input: VerifyInput,
  shared: Pick<Session, 'book' | 'answers' | 'runInspection'>,
): ReferenceAnswer {
  try {
    if (input.layout === null) throw new Refusal('NO_LAYOUT', 'There is no layout.')
    if (input.unusableKeys?.length) throw new Refusal('UNSUPPORTED', 'A layout key cannot be used.')
    const layout = loadModel(input.layout, input.at)
    const keys = input.layoutKeys.map((key) => labelled(key, layout))
    const modern = isDsse(input.layout) || hasDsse(input.links)
    const session = { ...shared, at: input.at, modern }
    verify(layout, keys, input.links, input.parameters ?? null, [], session)
    return { allow: true }
  } catch (error) {
    if (error instanceof Refusal) return { allow: false, code: error.code, message: error.message }
    throw error
  }
}

function isDsse(document: Candidate['document']): boolean {
  return ('envelope' in document ? document.envelope.form : document.open?.form) === 'dsse'
}

function hasDsse(store: LinkStore): boolean {
  const here = [...store.steps.values()].some((candidates) => candidates.some(({ document }) => isDsse(document)))
  return here || [...store.namespaces.values()].some(hasDsse)
}

interface Session {
  /** DSSE occurs: version 3.1.0 answers */
  readonly modern: boolean
  readonly at: number
  readonly book: SignatureBook
  readonly answers: RuleAnswers
  readonly runInspection: RunInspection | null
}

/** A key from a file without keyid goes by the id that the signature uses, as it would if in-toto had loaded it. */
function labelled(key: Key, { open }: Model): Key {
  if (open.signatures.some(({ keyid }) => keyid === key.keyid)) return key
  const ids = allKeyids(key)
  const used = open.signatures.find(({ keyid }) => ids.includes(keyid))
  return used === undefined ? key : { ...key, keyid: used.keyid }
}

type Links = Map<string, Map<string, Model>>

/** in_toto_verify */
function verify(
  layout: Model,
  keys: readonly Key[],
  store: LinkStore,
  parameters: ReadonlyMap<string, string> | null,
  path: readonly string[],
  session: Session,
): Recorded {
  if (path.length > 64) throw new Refusal('LIMIT', 'Sublayouts are nested too deep.')
  if (layout.kind !== 'layout') throw new Refusal('LAYOUT_INVALID', 'The document is not a layout.')
  if (keys.length === 0) throw new Refusal('LAYOUT_UNSIGNED', 'No layout key was given.')
  for (const key of keys) if (!signedBy(layout, key, session)) refuse('LAYOUT_UNSIGNED', 'The layout is not signed.')
  if (layout.expires <= session.at) throw new Refusal('LAYOUT_EXPIRED', 'The layout has expired.')
  const filled = parameters === null ? layout : substitute(layout, parameters)
  const verified = verifyThresholds(filled, loadLinks(filled, store, session.at), session)
  const records = verifySublayouts(verified, filled, store, path, session)
  const reduced = reduce(filled, records)
  for (const step of filled.steps) verifyRules(step, reduced, session.answers)
  runInspections(filled, reduced, path, session)
  return summarise(filled, reduced)
}

function refuse(code: ReasonCode, message: string): never {
  throw new Refusal(code, message)
}

/** verify_signature: false where it raises SignatureVerificationError or KeyExpirationError */
function signedBy(document: Model, key: Key, { book, modern }: Session): boolean {
  const { open } = document
  if (open.form === 'dsse') {
    if (key.keytype === 'gpg') refuse('UNSUPPORTED', 'in-toto has no gpg signatures in DSSE.')
    const named = open.signatures.filter(({ keyid }) => keyid === key.keyid)
    return named.length > 0 && book.find({ ...open, signatures: named }, key, [key.keyid]).outcome === 'valid'
  }
  const first = open.signatures.find(({ keyid }) => keyid === key.keyid || key.subkeys.has(keyid))
  if (first === undefined) return false
  if (!modern && key.keytype === 'ed25519' && first.bytes?.length !== 64)
    refuse('SIGNATURE_INVALID', 'in-toto stops at an Ed25519 signature that has not 64 bytes.')
  return book.find(open, key, [key.keyid, ...key.subkeys.keys()]).outcome === 'valid'
}

/** substitute_parameters, with Python's str.format */
function substitute(layout: LayoutModel, parameters: ReadonlyMap<string, string>): LayoutModel {
  for (const name of parameters.keys()) {
    if (!/^[a-zA-Z0-9_-]+$/.test(name)) throw new Refusal('PARAMETER', 'in-toto refuses the name of a parameter.')
  }
  const inRules = (rules: readonly Rule[]) =>
    rules.map((rule) => parsed(rule.tokens.map((token) => pythonFormat(token, parameters))))
  const inItem = <T extends ItemModel>(item: T): T => {
    for (const part of item.command) {
      if (typeof part !== 'string') throw new Refusal('PARAMETER', 'in-toto stops at a command that is not text.')
      pythonFormat(part, parameters)
    }
    return { ...item, materials: inRules(item.materials), products: inRules(item.products) }
  }
  return { ...layout, steps: layout.steps.map(inItem), inspections: layout.inspections.map(inItem) }
}

/** After substitution rules are read again when they are applied; one that no longer is a rule ends it there. */
function parsed(tokens: readonly string[]): Rule {
  try {
    return parseRule(tokens)
  } catch {
    throw new Refusal('PARAMETER', 'A parameter makes a rule that in-toto cannot read.')
  }
}

/** load_links_for_layout: by file name; one file that cannot be loaded ends everything. */
function loadLinks(layout: LayoutModel, store: LinkStore, at: number): Links {
  const links: Links = new Map()
  for (const step of layout.steps) {
    const perStep = new Map<string, Model>()
    for (const keyid of step.pubkeys) {
      for (const id of [keyid, ...(layout.keys.get(keyid)?.subkeys.keys() ?? [])]) {
        const candidate = fileFor(store.steps.get(step.name) ?? [], id)
        if (candidate !== undefined) perStep.set(id, loadModel(candidate.document, at))
      }
    }
    if (perStep.size < step.threshold) refuse('STEP_MISSING', `in-toto finds too few link files for ${step.name}.`)
    links.set(step.name, perStep)
  }
  return links
}

/** `STEP.KEYID8.link`; evidence without a file name would have been stored under the name of each who signed it. */
function fileFor(candidates: readonly Candidate[], keyid: string): Candidate | undefined {
  return candidates.find(({ keyid: prefix, document }) => {
    if (prefix !== null) return prefix === keyid.slice(0, 8)
    const open = 'envelope' in document ? document.envelope : document.open
    return open?.signatures.some((signature) => signature.keyid === keyid) ?? false
  })
}

/** verify_link_signature_thresholds */
function verifyThresholds(layout: LayoutModel, links: Links, session: Session): Links {
  const verified: Links = new Map()
  for (const step of layout.steps) {
    const good = new Map<string, Model>()
    const mains = new Set<string>()
    for (const [keyid, link] of links.get(step.name) ?? []) {
      const key = verificationKey(layout, step, keyid)
      if (key === undefined) continue
      if (key === null) throw new Refusal('LAYOUT_INVALID', 'in-toto would use a key that is refused here.')
      if (!signedBy(link, key, session)) continue
      good.set(keyid, link)
      mains.add(key.keyid)
    }
    if (mains.size < step.threshold) refuse('STEP_THRESHOLD', `in-toto counts too few signatures for ${step.name}.`)
    verified.set(step.name, good)
  }
  return verified
}

/** The key to verify with; undefined where the signer is not authorised. */
function verificationKey(layout: LayoutModel, step: StepModel, keyid: string): Key | null | undefined {
  for (const authorised of step.pubkeys) {
    const key = layout.keys.get(authorised)
    if (key !== undefined && keyid === authorised) return key
    if (keyid === authorised) {
      for (const bundle of layout.keys.values()) if (bundle?.subkeys.has(authorised)) return bundle
    }
    if (key?.subkeys.has(keyid)) return key
  }
  return undefined
}

/** verify_sublayouts */
function verifySublayouts(
  links: Links,
  layout: LayoutModel,
  store: LinkStore,
  path: readonly string[],
  session: Session,
): Map<string, Recorded[]> {
  const records = new Map<string, Recorded[]>()
  for (const [name, perStep] of links) {
    const stood: Recorded[] = []
    for (const [keyid, link] of perStep) {
      if (link.kind === 'link') {
        stood.push(link)
        continue
      }
      const key = layout.keys.get(keyid)
      if (key === undefined || key === null)
        throw new Refusal('SUBLAYOUT_FAILED', 'in-toto finds no key for a sublayout.')
      const inner = store.namespaces.get(`${name}.${keyid.slice(0, 8)}`) ?? { steps: new Map(), namespaces: new Map() }
      stood.push(verify(link, [key], inner, null, [...path, name], session))
    }
    records.set(name, stood)
  }
  return records
}

/** verify_threshold_constraints, reduce_chain_links */
function reduce(layout: LayoutModel, records: ReadonlyMap<string, readonly Recorded[]>): Map<string, Recorded> {
  const reduced = new Map<string, Recorded>()
  for (const step of layout.steps) {
    const stood = records.get(step.name) ?? []
    const first = stood[0]
    if (first === undefined) throw new Refusal('STEP_MISSING', `in-toto has no link for ${step.name}.`)
    const differs = stood.some(
      (one) => !equalArtifacts(first.materials, one.materials) || !equalArtifacts(first.products, one.products),
    )
    if (step.threshold > 1 && differs) refuse('SIGNERS_DISAGREE', `The links of ${step.name} differ.`)
    reduced.set(step.name, first)
  }
  return reduced
}

/** verify_item_rules, materials first */
function verifyRules(item: ItemModel, links: ReadonlyMap<string, Recorded>, answers: RuleAnswers): void {
  const record = links.get(item.name)
  if (record === undefined) throw new Refusal('STEP_MISSING', `in-toto has no link for ${item.name}.`)
  for (const list of ['materials', 'products'] as const) {
    if (answers.fails({ rules: item[list], list, item: record, links })) {
      throw new Refusal('ARTIFACT_UNEXPECTED', `The ${list} rules of ${item.name} fail.`)
    }
  }
}

/** run_all_inspections and their rules */
function runInspections(
  layout: LayoutModel,
  steps: ReadonlyMap<string, Recorded>,
  path: readonly string[],
  { runInspection, answers }: Session,
): void {
  const links = new Map(steps)
  for (const { name, command } of layout.inspections) {
    if (runInspection === null) throw new Refusal('INSPECTION_NOT_RUN', `Inspection ${name} was not performed.`)
    const result = runInspection({ name, run: command.map(String) }, path)
    if (result.returnValue !== 0) throw new Refusal('INSPECTION_FAILED', `Inspection ${name} failed.`)
    links.set(name, result)
  }
  for (const inspection of layout.inspections) verifyRules(inspection, links, answers)
}

/** get_summary_link */
function summarise(layout: LayoutModel, links: ReadonlyMap<string, Recorded>): Recorded {
  const first = links.get(layout.steps[0]?.name ?? '')
  const last = links.get(layout.steps.at(-1)?.name ?? '')
  return { materials: first?.materials ?? new Map(), products: last?.products ?? new Map() }
}
