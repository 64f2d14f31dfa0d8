import type { JsonObject, JsonValue } from '#lib/crypto/index.ts'
import { type Artifacts, readDigests } from './link.ts'
import { member, readArray, readObject } from './reader.ts'
import type { Digests } from './report.ts'
import { asArtifacts, type Resource, readResource } from './resource.ts'

/** What a predicate says about a step. Lists are empty and texts null where its type says nothing about them. */
export interface PredicateFacts {
  /** the step it names */
  readonly step: string | null
  readonly command: readonly string[] | null
  readonly returnValue: number | null
  readonly materials: Artifacts
  readonly products: Artifacts
}

type Read = (predicate: JsonObject, subjects: readonly Resource[]) => PredicateFacts

const NOTHING: PredicateFacts = {
  step: null,
  command: null,
  returnValue: null,
  materials: new Map(),
  products: new Map(),
}

const READERS: ReadonlyMap<string, Read> = new Map([
  ['https://in-toto.io/attestation/link/v0.3', readLink],
  ['https://in-toto.io/attestation/link/v0.2', readLink],
  ['https://in-toto.io/Link/v1', readLink],
  ['https://in-toto.io/Link/v0.2', readLink],
  ['https://slsa.dev/provenance/v1', readSlsaV1],
  ['https://slsa.dev/provenance/v0.2', readSlsaV02],
  ['https://witness.testifysec.com/attestation-collection/v0.1', readWitness],
])

/** Reads the predicate where its type is known; anything else is kept as it is and says nothing here. */
export function readPredicate(
  type: string,
  predicate: JsonValue | undefined,
  subjects: readonly Resource[],
): PredicateFacts {
  const read = READERS.get(type)
  if (read === undefined) return NOTHING
  return read(readObject(predicate, 'predicate', 'MALFORMED'), subjects)
}

/** v0.3 lists materials as resource descriptors, v0.2 as a map. */
function readLink(predicate: JsonObject, subjects: readonly Resource[]): PredicateFacts {
  return {
    step: text(predicate.get('name')),
    command: texts(predicate.get('command')),
    returnValue: whole(mapOf(predicate.get('byproducts')).get('return-value')),
    materials: readMaterials(predicate.get('materials'), 'predicate.materials'),
    products: asArtifacts(subjects),
  }
}

function readSlsaV1(predicate: JsonObject, subjects: readonly Resource[]): PredicateFacts {
  const definition = mapOf(predicate.get('buildDefinition'))
  const materials = readMaterials(
    definition.get('resolvedDependencies'),
    'predicate.buildDefinition.resolvedDependencies',
  )
  return { ...NOTHING, materials, products: asArtifacts(subjects) }
}

function readSlsaV02(predicate: JsonObject, subjects: readonly Resource[]): PredicateFacts {
  const materials = readMaterials(predicate.get('materials'), 'predicate.materials')
  return { ...NOTHING, materials, products: asArtifacts(subjects) }
}

function readMaterials(value: JsonValue | undefined, place: string): Artifacts {
  if (value === undefined || value === null) return new Map()
  if (value instanceof Map) return readDigestMap(value, place)
  const items = readArray(value, place, 'MALFORMED')
  return asArtifacts(items.map((item, index) => readResource(item, `${place}[${index}]`)))
}

function readDigestMap(value: JsonObject, place: string): Artifacts {
  const artifacts = new Map<string, Digests>()
  for (const [path, digests] of value)
    artifacts.set(
      path,
      readDigests(digests, () => member(place, path)),
    )
  return artifacts
}

/** A Witness collection: several attestations about one step, told apart by their type. */
function readWitness(predicate: JsonObject): PredicateFacts {
  let facts: PredicateFacts = { ...NOTHING, step: text(predicate.get('name')) }
  const attestations = readArray(predicate.get('attestations') ?? [], 'predicate.attestations', 'MALFORMED')
  for (const [index, item] of attestations.entries()) {
    const place = `predicate.attestations[${index}]`
    const entry = readObject(item, place, 'MALFORMED')
    const type = text(entry.get('type')) ?? ''
    const body = mapOf(entry.get('attestation'))
    if (type.endsWith('/material/v0.1')) facts = { ...facts, materials: readDigestMap(body, `${place}.attestation`) }
    if (type.endsWith('/product/v0.1')) facts = { ...facts, products: readProducts(body, `${place}.attestation`) }
    if (type.endsWith('/command-run/v0.1')) {
      facts = { ...facts, command: texts(body.get('cmd')), returnValue: whole(body.get('exitcode')) }
    }
  }
  return facts
}

/** Witness products carry a media type beside their digests. */
function readProducts(value: JsonObject, place: string): Artifacts {
  const artifacts = new Map<string, Digests>()
  for (const [path, product] of value) {
    const at = member(place, path)
    const digest = readObject(product, at, 'MALFORMED').get('digest')
    artifacts.set(
      path,
      readDigests(digest, () => `${at}.digest`),
    )
  }
  return artifacts
}

function mapOf(value: JsonValue | undefined): JsonObject {
  return value instanceof Map ? value : new Map()
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function texts(value: JsonValue | undefined): string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null
}

function whole(value: JsonValue | undefined): number | null {
  return typeof value === 'bigint' ? Number(value) : null
}
