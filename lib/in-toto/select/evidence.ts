import type { Envelope } from '../envelope.ts'
import type { Recorded } from '../evaluate-rules.ts'
import type { Layout, Step } from '../layout.ts'
import type { LinkSkipped, ReasonCode } from '../report.ts'
import { CertificateBook } from '../verify/certificates.ts'
import { RevokedKeys } from '../verify/revoked-keys.ts'
import { SignatureBook } from '../verify/signatures.ts'
import { groupSigners } from '../verify/signers.ts'
import { gatherEvidence, type LevelForms } from '../verify/step-evidence.ts'
import { formFault, formOf, recordOf } from '../verify/step-form.ts'
import { contentKey } from './content.ts'
import { type Deliveries, effectiveDeliveries, freshDelivery, isForeign, placeOf } from './deliveries.ts'
import type { SelectInput, Sighting, StoredDocument } from './input.ts'
import { stepsPinnedTo } from './pinned.ts'
import { type SignedRun, signedRunOf, signedRuns } from './signed-runs.ts'

/** One functionary's word about one step: signed bytes and signer count, not the envelope around them. */
export interface SignedLink {
  readonly step: string
  readonly identity: string
  readonly keyid: string
  readonly stored: StoredDocument
  readonly signedSha256: string
  /** equal for equal materials and products */
  readonly content: string
  readonly record: Recorded
  /** stands for a sublayout, whose inner links are judged in their own namespace */
  readonly sublayout: boolean
  /** the run that the signed bytes say they belong to */
  readonly run: string | null
  /** of these signed bytes by this signer, in whatever envelope */
  readonly sightings: readonly Sighting[]
  /** deliveries that hold it */
  readonly heldBy: ReadonlySet<string>
  /** the one delivery in which it is new; everywhere else it is a copy */
  readonly freshIn: string | null
  readonly firstSeen: number
  /** pushed for another software before it came here: its evidence */
  readonly foreign: boolean
}

/** A document that names a step and does not count for it. */
export interface Unusable {
  readonly step: string
  readonly stored: StoredDocument
  readonly skipped: LinkSkipped
  readonly heldBy: ReadonlySet<string>
}

export interface Evidence {
  readonly links: ReadonlyMap<string, readonly SignedLink[]>
  readonly unusable: ReadonlyMap<string, readonly Unusable[]>
  /**
   * Links that are what the step asks for but that nothing proves to be signed while their certificate was valid, or
   * before their key was revoked. They
   * count for nothing; as final links they start builds that are not allowed, so that people see them and why.
   */
  readonly unproven: ReadonlyMap<string, readonly SignedLink[]>
  readonly deliveries: Deliveries
  /** runs that signed bytes name, by their id */
  readonly runs: ReadonlyMap<string, SignedRun>
}

const NOTHING: Recorded = { materials: new Map(), products: new Map() }

/** Signed by somebody who might have been allowed to, had it been in time. */
const UNPROVEN: readonly ReasonCode[] = ['CERT_EXPIRED_NO_TIMESTAMP', 'KEY_REVOKED', 'KEY_REVOKED_NO_TIMESTAMP']

type Unplaced = Omit<SignedLink, 'sightings' | 'heldBy' | 'freshIn' | 'firstSeen' | 'foreign'>

/**
 * Every link of the store that an allowed functionary signed, by step, with where it is new and where a copy.
 * @param namespace folders of a sublayout's links (`STEP.KEYID8`), outermost first; none for the outermost layout
 * @param path names of the steps that lead there
 */
export function gatherStore(
  input: SelectInput,
  layout: Layout,
  namespace: readonly string[] = [],
  path: readonly string[] = [],
): Evidence {
  const deliveries = effectiveDeliveries(input.deliveries)
  const signers = groupSigners(layout.keys.values())
  const book = new SignatureBook(input.verifySignature, input.at)
  const certificates = new CertificateBook(input.certificates ?? null, input.at)
  const revoked = new RevokedKeys(input.revokedKeys ?? [], input.at)
  const books = { book, certificates, revoked }
  const links = new Map<string, SignedLink[]>()
  const unusable = new Map<string, Unusable[]>()
  const unproven = new Map<string, SignedLink[]>()
  const isHere = (sighting: Sighting): boolean => sameFolders(namespaceOf(sighting), namespace)
  const forms: LevelForms = { of: input.forms ?? new Map(), path }
  const named = documentsByStep(input, layout, forms, isHere)
  for (const step of layout.steps) {
    const unplaced: Unplaced[] = []
    const unfit: Unusable[] = []
    const late: Unplaced[] = []
    for (const stored of named.get(step.name) ?? []) {
      const { document, proofs = [] } = stored
      const candidates = [{ document, keyid: null, proofs }]
      const { counted, skipped } = gatherEvidence(step, layout, candidates, signers, books, forms)
      for (const { keyid, identity } of counted) unplaced.push(signedLink(step, identity, keyid, stored, input))
      const heldBy = placesOf(stored.sightings.filter(isHere), deliveries)
      for (const one of skipped) {
        unfit.push({ step: step.name, stored, skipped: one, heldBy })
        if (!UNPROVEN.includes(one.code) || !isLinkOf(document, step)) continue
        late.push(signedLink(step, `unproven ${one.keyid}`, one.keyid ?? '', stored, input))
      }
    }
    unproven.set(step.name, place(late, deliveries, input, isHere))
    links.set(step.name, place(unplaced, deliveries, input, isHere))
    unusable.set(step.name, unfit)
  }
  return { links, unusable, unproven, deliveries, runs: signedRuns([...links.values()].flat()) }
}

function isLinkOf(document: StoredDocument['document'], { name }: Step): boolean {
  return 'envelope' in document && document.envelope.kind === 'link' && document.envelope.document.name === name
}

/**
 * By the name in a link or a statement; by the file's name where the document has none or cannot be read. Statements
 * whose type names no step are looked at for each step whose evidence comes in that form.
 */
function documentsByStep(
  input: SelectInput,
  layout: Layout,
  forms: LevelForms,
  isHere: (sighting: Sighting) => boolean,
): Map<string, StoredDocument[]> {
  const named = new Map<string, StoredDocument[]>()
  for (const stored of input.documents) {
    const { document } = stored
    const here = stored.sightings.filter(isHere)
    const pinned = stepsPinnedTo(stored, input)
    if (here.length + pinned.length === 0) continue
    const own = 'envelope' in document ? stepsOf(document.envelope, layout, forms) : []
    for (const name of new Set([...pinned, ...own, ...here.flatMap(({ path }) => stepInPath(path))])) {
      named.set(name, [...(named.get(name) ?? []), stored])
    }
  }
  return named
}

function stepsOf(envelope: Envelope, layout: Layout, forms: LevelForms): string[] {
  if (envelope.kind === 'link') return [envelope.document.name]
  if (envelope.kind !== 'statement') return []
  const { step, builder } = envelope.document
  if (step !== null) return [step]
  const fitting = layout.steps.filter(({ name }) => {
    const form = formOf(name, forms.path, forms.of)
    if (form.form === 'link' || formFault(envelope, form) !== null) return false
    // provenance of another builder is another step's; what names none is shown with what is wrong
    const other = builder !== null && form.form === 'slsa-provenance'
    return !other || (builder.id === form.builder && builder.buildType === form.buildType)
  })
  return fitting.map(({ name }) => name)
}

/** `build.776a00e2.link` names the step build. */
export function stepInPath(path: string): string[] {
  const found = /(?:^|\/)([^/]+)\.[^./]{8}\.link$/.exec(path)
  return found?.[1] === undefined ? [] : [found[1]]
}

function signedLink(
  step: Step,
  identity: string,
  keyid: string,
  stored: StoredDocument,
  { runIdPaths = [] }: SelectInput,
): Unplaced {
  const { document } = stored
  const envelope = 'envelope' in document ? document.envelope : null
  const record = recordIn(envelope)
  const sublayout = envelope?.kind !== 'link' && envelope?.kind !== 'statement'
  const signedSha256 = stored.signedSha256 ?? document.sha256
  return {
    step: step.name,
    identity,
    keyid,
    stored,
    signedSha256,
    content: sublayout ? `sublayout ${signedSha256}` : contentKey(record),
    record,
    sublayout,
    // a sublayout is written once and handed to every run
    run: envelope === null || sublayout ? null : signedRunOf(envelope.value, runIdPaths),
  }
}

function recordIn(envelope: Envelope | null): Recorded {
  if (envelope?.kind === 'link') return envelope.document
  return envelope?.kind === 'statement' ? recordOf(envelope.document) : NOTHING
}

/** Joins the envelopes around the same signed bytes of the same signer. */
function place(
  unplaced: readonly Unplaced[],
  deliveries: Deliveries,
  input: SelectInput,
  isHere: (sighting: Sighting) => boolean,
): SignedLink[] {
  const all = new Map(input.deliveries.map((delivery) => [delivery.id, delivery]))
  const byMark = new Map<string, Unplaced[]>()
  for (const link of unplaced) {
    const mark = `${link.signedSha256} ${link.identity}`
    byMark.set(mark, [...(byMark.get(mark) ?? []), link])
  }
  const placed = [...byMark.values()].flatMap((links): SignedLink[] => {
    const sorted = [...links].sort((a, b) => (a.stored.document.sha256 < b.stored.document.sha256 ? -1 : 1))
    const [first] = sorted
    if (first === undefined) return []
    const sightings = sorted.flatMap(({ stored }) => stored.sightings)
    return [
      {
        ...first,
        sightings,
        heldBy: placesOf(
          sightings.filter((sighting) => isHere(sighting) && isNamedFor(sighting, first, deliveries)),
          deliveries,
        ),
        freshIn: freshDelivery(sightings, deliveries, input.waiting),
        firstSeen: Math.min(...sightings.map(({ at }) => at)),
        foreign: isForeign(sightings, all, input),
      },
    ]
  })
  // by content, so that the order of arrival shows nowhere
  return placed.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
}

const orderOf = ({ stored, identity }: SignedLink): string => `${stored.document.sha256} ${identity}`

function placesOf(sightings: readonly Sighting[], deliveries: Deliveries): Set<string> {
  return new Set(sightings.flatMap((sighting) => placeOf(sighting, deliveries)?.id ?? []))
}

/**
 * In a folder the file's name says for which step and signer a link stands, as for in-toto: `STEP.KEYID8.link`. What
 * is pushed, or is no `.link` file, stands for everyone who signed it.
 */
function isNamedFor(sighting: Sighting, { step, keyid }: Unplaced, deliveries: Deliveries): boolean {
  const name = sighting.path.slice(sighting.path.lastIndexOf('/') + 1)
  if (placeOf(sighting, deliveries)?.kind !== 'handed-over' || !name.endsWith('.link')) return true
  return name === linkName(step, keyid)
}

/** The name under which in-toto looks for the link of a signer. */
export function linkName(step: string, keyid: string): string {
  return `${step}.${keyid.slice(0, 8)}.link`
}

/**
 * Below `STEP.KEYID8/` lie the links of a sublayout: they fill no step outside it, whatever they are called. Answers
 * those folders, outermost first.
 */
export function namespaceOf({ path }: Pick<Sighting, 'path'>): string[] {
  const folders = path.split('/').slice(0, -1)
  const outside = folders.findLastIndex((folder) => !/^.+\.[0-9a-fA-F]{8}$/.test(folder))
  return folders.slice(outside + 1)
}

function sameFolders(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((folder, index) => folder === other[index])
}
