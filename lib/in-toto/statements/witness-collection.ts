import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import { type Artifacts, limitArtifacts } from '../link.ts'
import { member, readArray, readObject } from '../reader.ts'
import type { Digests } from '../report.ts'
import { readDigestSet } from './digest-set.ts'
import { type Gap, malformed, mapOf, NOTHING, type PredicateFacts, textOf, textsOf, wholeOf } from './facts.ts'
import { digestMap } from './files.ts'

const MATERIAL = 'https://witness.dev/attestations/material/v0.1'
const PRODUCT = 'https://witness.dev/attestations/product/v0.1'
const COMMAND = 'https://witness.dev/attestations/command-run/v0.1'

/**
 * A Witness collection (go-witness attestation/collection.go): several attestations about one step, told apart by
 * type. Material, product and command-run become materials, products, command and return value of a link; the
 * subjects are not asked, many of them are digests of texts. Products are what the step made or changed: a file that
 * it left alone or deleted is not among them, so DELETE and a REQUIRE of an untouched file mean less than in a link.
 */
export function readWitnessCollection(predicate: JsonObject): PredicateFacts {
  const step = textOf(predicate.get('name'))
  const gaps: Gap[] = step === null || step === '' ? [malformed("the step's name", 'predicate.name')] : []
  const found = new Map<string, Attestation>()
  const list = readArray(predicate.get('attestations') ?? [], 'predicate.attestations', 'MALFORMED')
  for (const [index, item] of list.entries()) {
    const place = `predicate.attestations[${index}]`
    const entry = readObject(item, place, 'MALFORMED')
    const type = textOf(entry.get('type')) ?? ''
    if (found.has(type)) gaps.push(repeated(type, place))
    found.set(type, { body: entry.get('attestation'), place: `${place}.attestation` })
  }
  const command = found.get(COMMAND)
  return {
    ...NOTHING,
    step,
    ...readCommand(command, gaps),
    materials: readFiles(found.get(MATERIAL), MATERIAL, digestMap, gaps),
    products: readFiles(found.get(PRODUCT), PRODUCT, readProducts, gaps),
    gaps,
  }
}

interface Attestation {
  readonly body: JsonValue | undefined
  readonly place: string
}

/** GHSA-r4fv-8r9j-vgcg: of two attestations of one type, one would go unseen. */
function repeated(type: string, place: string): Gap {
  const message = `The collection holds two attestations of the type ${JSON.stringify(type)}; which of them counts is not said.`
  return { code: 'MALFORMED', message, place }
}

/** Not attested is not the same as none: rules over files that nobody looked at prove nothing. */
function readFiles(
  attestation: Attestation | undefined,
  type: string,
  read: (body: JsonValue | undefined, place: string) => Artifacts,
  gaps: Gap[],
): Artifacts {
  if (attestation?.body !== undefined) {
    // Go writes null for an empty map
    return read(attestation.body ?? new Map(), attestation.place)
  }
  const message = `The collection holds no attestation of the type ${type}, so nobody says which files those were.`
  gaps.push({ code: 'UNSUPPORTED', message, place: 'predicate.attestations' })
  return new Map()
}

function readCommand(
  attestation: Attestation | undefined,
  gaps: Gap[],
): Pick<PredicateFacts, 'command' | 'returnValue'> {
  if (attestation === undefined) return { command: null, returnValue: null }
  const body = mapOf(attestation.body)
  const command = textsOf(body.get('cmd'))
  const returnValue = wholeOf(body.get('exitcode'))
  if (command === null) gaps.push(malformed('a list of strings', `${attestation.place}.cmd`))
  if (returnValue === null) gaps.push(malformed('a whole number', `${attestation.place}.exitcode`))
  return { command, returnValue }
}

/** Witness products carry a media type beside their digests. */
function readProducts(value: JsonValue | undefined, place: string): Artifacts {
  const artifacts = new Map<string, Digests>()
  for (const [path, product] of readObject(value, place, 'MALFORMED')) {
    const at = member(place, path)
    const digest = readObject(product, at, 'MALFORMED').get('digest')
    artifacts.set(
      path,
      readDigestSet(digest, () => `${at}.digest`),
    )
  }
  limitArtifacts(artifacts.size)
  return artifacts
}
