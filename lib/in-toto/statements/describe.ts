import { JsonFloat, type JsonObject, type JsonValue } from '#lib/crypto/index.ts'
import type { Envelope } from '../envelope.ts'
import { mapOf, textOf } from './facts.ts'
import type { WitnessPolicy } from './witness-policy.ts'

/** The main facts of a document, as it states them: shown, not judged. Names and values are untrusted text. */
export interface DescribedPart {
  readonly title: string
  readonly facts: readonly { readonly name: string; readonly value: string }[]
}

/** At most so many rows of one list, and characters of one value. */
const most = 50
const longest = 2_000

/** What a signed document is about, by its kind and predicate type; nothing where there is no more to tell. */
export function describeDocument(envelope: Envelope): DescribedPart[] {
  const { kind, document } = envelope
  if (kind === 'layout') {
    const { steps, inspections, keys } = document
    return part('Layout', [
      ['Expires', textOf(envelope.value.get('expires'))],
      ['Steps', steps.map(({ name }) => name).join(', ')],
      ['Inspections', inspections.map(({ name }) => name).join(', ')],
      ['Keys', String(keys.size)],
    ])
  }
  if (kind === 'link') return part('Link', linkFacts(document))
  return describePredicate(document.predicateType, envelope.value.get('predicate'), document)
}

type Fact = readonly [string, string | null]

function linkFacts({
  name,
  materials,
  products,
}: {
  name: string
  materials: ReadonlyMap<string, unknown>
  products: ReadonlyMap<string, unknown>
}): Fact[] {
  return [
    ['Step', name],
    ['Materials', count(materials.size, 'file')],
    ['Products', count(products.size, 'file')],
  ]
}

function describePredicate(
  type: string,
  predicate: JsonValue | undefined,
  document: Extract<Envelope, { kind: 'statement' }>['document'],
): DescribedPart[] {
  const body = mapOf(predicate)
  if (/^https:\/\/spdx\.dev\/Document(\/|$)/.test(type)) return spdx(body)
  if (/^https:\/\/cyclonedx\.org\/(bom|schema)(\/|$)/.test(type)) return cycloneDx(body)
  switch (document.predicateKind) {
    case 'slsa-provenance':
      return part('SLSA provenance', [
        ['Builder', document.builder?.id ?? null],
        ['Build type', document.builder?.buildType ?? null],
        ['Made', count(document.subjects.length, 'artifact')],
        ['Used', count(document.materials.size, 'material')],
      ])
    case 'test-result':
      return part('Test result', [
        ['Result', document.result],
        ['Passed', listed(body.get('passedTests'), 'test')],
        ['Warned', listed(body.get('warnedTests'), 'test')],
        ['Failed', listed(body.get('failedTests'), 'test')],
      ])
    case 'witness-collection':
      return part('Witness collection', [
        ['Step', document.step],
        ['Attestations', typesOf(body.get('attestations')).join(', ')],
        ['Materials', count(document.materials.size, 'file')],
        ['Products', count(document.products.size, 'file')],
      ])
    case 'link':
      return part('Link', linkFacts({ ...document, name: document.step ?? '' }))
    default:
      return []
  }
}

/** SPDX 2 (spdx.github.io/spdx-spec, 2.3) or 3 as JSON-LD: a graph of elements. */
function spdx(body: JsonObject): DescribedPart[] {
  const graph = body.get('@graph')
  if (Array.isArray(graph)) {
    const of = (type: string) => graph.map(mapOf).filter((one) => textOf(one.get('type')) === type)
    const [about] = of('SpdxDocument')
    const [creation] = of('CreationInfo')
    return part('SBOM, SPDX', [
      ['Version', textOf(creation?.get('specVersion'))],
      ['Name', textOf(about?.get('name'))],
      [
        'Made by',
        of('Tool')
          .flatMap((one) => textOf(one.get('name')) ?? [])
          .join(', '),
      ],
      ['Made at', textOf(creation?.get('created'))],
      ['Packages', count(of('software_Package').length, 'package')],
      ['Files', count(of('software_File').length, 'file')],
    ])
  }
  const creation = mapOf(body.get('creationInfo'))
  return part('SBOM, SPDX', [
    ['Version', textOf(body.get('spdxVersion'))],
    ['Name', textOf(body.get('name'))],
    ['Namespace', textOf(body.get('documentNamespace'))],
    ['Made by', textsIn(creation.get('creators')).join(', ')],
    ['Made at', textOf(creation.get('created'))],
    ['Packages', listed(body.get('packages'), 'package')],
    ['Files', listed(body.get('files'), 'file')],
    ['Relations', listed(body.get('relationships'), 'relation')],
  ])
}

/** CycloneDX 1 (cyclonedx.org/docs): tools are a list up to 1.4, an object with components from 1.5 on. */
function cycloneDx(body: JsonObject): DescribedPart[] {
  const metadata = mapOf(body.get('metadata'))
  const component = mapOf(metadata.get('component'))
  const tools = metadata.get('tools')
  const toolList = Array.isArray(tools) ? tools : mapOf(tools).get('components')
  const components = body.get('components')
  const top = Array.isArray(components) ? components.length : 0
  const all = countComponents(components, 0)
  const nested = all > top ? `, ${(all - top).toLocaleString('en')} nested` : ''
  return part('SBOM, CycloneDX', [
    ['Version', textOf(body.get('specVersion'))],
    ['Name', joined(component.get('name'), component.get('version'))],
    ['Kind', textOf(component.get('type'))],
    ['Serial number', textOf(body.get('serialNumber'))],
    ['Made by', (Array.isArray(toolList) ? toolList : []).map(mapOf).flatMap(toolName).join(', ')],
    ['Made at', textOf(metadata.get('timestamp'))],
    ['Components', components === undefined ? null : `${count(top, 'component')}${nested}`],
    ['Services', listed(body.get('services'), 'service')],
    ['Dependencies', listed(body.get('dependencies'), 'entry', 'entries')],
    ['Vulnerabilities', listed(body.get('vulnerabilities'), 'entry', 'entries')],
  ])
}

function toolName(tool: JsonObject): string[] {
  const name = joined(tool.get('name'), tool.get('version'))
  return name === null ? [] : [name]
}

const deepest = 32

function countComponents(value: JsonValue | undefined, depth: number): number {
  if (!Array.isArray(value) || depth > deepest) return 0
  return value.reduce<number>((sum, one) => sum + 1 + countComponents(mapOf(one).get('components'), depth + 1), 0)
}

/** A Witness policy: until when, who may sign which step, what each asks for, and whom it trusts. */
export function describePolicy({
  expires,
  steps,
  keys,
  roots,
  timestampAuthorities,
  notJudged,
}: WitnessPolicy): DescribedPart[] {
  return [
    ...part('Witness policy', [
      ['Expires', expires],
      ['Steps', count(steps.length, 'step')],
      ['Keys', [...keys.keys()].slice(0, most).join(', ')],
      ['Roots', [...roots.keys()].slice(0, most).join(', ')],
      ['Time stamps', [...timestampAuthorities.keys()].slice(0, most).join(', ')],
    ]),
    ...steps.slice(0, most).flatMap((step) =>
      part(`Step ${step.name}`, [
        ['May be signed by', step.functionaries.map(functionary).join('; ') || 'nobody'],
        ['Asks for', step.attestations.map(({ type }) => type).join(', ') || 'nothing'],
        [
          'Judged by Rego',
          step.attestations.flatMap(({ regoPolicies }) => regoPolicies.map(({ name }) => name)).join(', '),
        ],
        ['Files from', step.artifactsFrom.join(', ')],
      ]),
    ),
    ...part(
      'Not judged here',
      notJudged.slice(0, most).map((sentence, index) => [String(index + 1), sentence] as const),
    ),
  ]
}

function functionary(one: WitnessPolicy['steps'][number]['functionaries'][number]): string {
  if (one.kind === 'key') return `key ${one.keyid}`
  const asks = [...one.uris, ...one.others].join(', ') || 'any name'
  return `certificate for ${asks} from ${one.roots.join(', ') || 'no root'}`
}

function typesOf(value: JsonValue | undefined): string[] {
  const types = (Array.isArray(value) ? value : []).flatMap((one) => textOf(mapOf(one).get('type')) ?? [])
  return [...new Set(types)].slice(0, most)
}

function textsIn(value: JsonValue | undefined): string[] {
  return (Array.isArray(value) ? value : []).flatMap((one) => textOf(one) ?? []).slice(0, most)
}

function joined(name: JsonValue | undefined, version: JsonValue | undefined): string | null {
  const parts = [name, version].flatMap((one) => (one instanceof JsonFloat ? one.text : (textOf(one) ?? [])))
  return parts.length === 0 ? null : parts.join(' ')
}

function listed(value: JsonValue | undefined, one: string, many?: string): string | null {
  return Array.isArray(value) ? count(value.length, one, many) : null
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

/** What is not stated is left out. */
function part(title: string, facts: readonly Fact[]): DescribedPart[] {
  const stated = facts.flatMap(([name, value]) =>
    value === null || value === ''
      ? []
      : [{ name, value: value.length > longest ? `${value.slice(0, longest)}…` : value }],
  )
  return stated.length === 0 ? [] : [{ title: title.slice(0, longest), facts: stated }]
}
