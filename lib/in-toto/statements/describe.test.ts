import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type JsonObject, parseJson, utf8 } from '#lib/crypto/index.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { describeDocument, describePolicy, parseEnvelope, parseWitnessPolicy } from '../index.ts'

const signer = makeKey('signer')

function described(predicateType: string, predicate: unknown) {
  const subject = [{ name: 'app', digest: { sha256: 'a'.repeat(64) } }]
  const text = JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate })
  const value = parseJson(utf8(text))
  return describeDocument(parseEnvelope(dsse(value as JsonObject, [signer])))
}
const factsOf = (parts: ReturnType<typeof described>) =>
  parts.map(({ title, facts }) => [title, Object.fromEntries(facts.map(({ name, value }) => [name, value]))])

describe('SBOMs by their main facts', () => {
  test('SPDX 2', () => {
    const predicate = {
      spdxVersion: 'SPDX-2.3',
      name: 'payments-api',
      documentNamespace: 'https://bank.example/sbom/1',
      creationInfo: { created: '2026-06-01T12:00:00Z', creators: ['Tool: syft-1.0', 'Organization: Bank'] },
      packages: [{ name: 'a' }, { name: 'b' }],
      files: [{ fileName: 'x' }],
      relationships: [],
    }
    expect(factsOf(described('https://spdx.dev/Document/v2.3', predicate))).toEqual([
      [
        'SBOM, SPDX',
        {
          Version: 'SPDX-2.3',
          Name: 'payments-api',
          Namespace: 'https://bank.example/sbom/1',
          'Made by': 'Tool: syft-1.0, Organization: Bank',
          'Made at': '2026-06-01T12:00:00Z',
          Packages: '2 packages',
          Files: '1 file',
          Relations: '0 relations',
        },
      ],
    ])
  })

  test('SPDX 3', () => {
    const graph = [
      { type: 'CreationInfo', specVersion: '3.0.1', created: '2026-06-01T12:00:00Z' },
      { type: 'SpdxDocument', name: 'payments-api' },
      { type: 'Tool', name: 'syft' },
      { type: 'software_Package', name: 'a' },
    ]
    expect(factsOf(described('https://spdx.dev/Document', { '@graph': graph }))).toEqual([
      ['SBOM, SPDX', expect.objectContaining({ Version: '3.0.1', 'Made by': 'syft', Packages: '1 package' })],
    ])
  })

  test.each([
    ['1.4', [{ vendor: 'anchore', name: 'syft', version: '1.0' }]],
    ['1.6', { components: [{ type: 'application', name: 'syft', version: '1.0' }] }],
  ])('CycloneDX %s, with nested components', (specVersion, tools) => {
    const predicate = {
      bomFormat: 'CycloneDX',
      specVersion,
      serialNumber: 'urn:uuid:1',
      metadata: {
        timestamp: '2026-06-01T12:00:00Z',
        tools,
        component: { type: 'container', name: 'app', version: '2' },
      },
      components: [{ name: 'a', components: [{ name: 'b' }, { name: 'c' }] }],
      vulnerabilities: [{ id: 'CVE-1' }],
    }
    expect(factsOf(described('https://cyclonedx.org/bom', predicate))).toEqual([
      [
        'SBOM, CycloneDX',
        {
          Version: specVersion,
          Name: 'app 2',
          Kind: 'container',
          'Serial number': 'urn:uuid:1',
          'Made by': 'syft 1.0',
          'Made at': '2026-06-01T12:00:00Z',
          Components: '1 component, 2 nested',
          Vulnerabilities: '1 entry',
        },
      ],
    ])
  })

  test.each([[null], [1], [[]], [{}], [{ '@graph': 3 }], [{ components: [1, null, { components: 'x' }] }]])(
    'whatever else the predicate is, nothing breaks: %j',
    (predicate) => {
      for (const type of ['https://spdx.dev/Document', 'https://cyclonedx.org/bom/v1.6', 'https://else.example'])
        for (const { facts } of described(type, predicate))
          for (const { value } of facts) expect(value).not.toMatch(/undefined|object Object/)
    },
  )

  test('a long value is cut, deep nesting ends', () => {
    let nested: unknown = []
    for (let n = 0; n < 30; n++) nested = [{ components: nested }]
    const [sbom] = factsOf(
      described('https://cyclonedx.org/bom', { specVersion: 'x'.repeat(9_000), components: nested }),
    )
    expect(sbom).toEqual([
      'SBOM, CycloneDX',
      { Version: `${'x'.repeat(2_000)}…`, Components: '1 component, 29 nested' },
    ])
  })
})

test('provenance and test results by their main facts', () => {
  const provenance = {
    buildDefinition: { buildType: 'https://ci.example/v1', externalParameters: {}, resolvedDependencies: [] },
    runDetails: { builder: { id: 'https://ci.example/builder' } },
  }
  expect(factsOf(described('https://slsa.dev/provenance/v1', provenance))).toEqual([
    ['SLSA provenance', expect.objectContaining({ Builder: 'https://ci.example/builder', Made: '1 artifact' })],
  ])
  const result = { result: 'FAILED', configuration: [], passedTests: ['a'], failedTests: ['b', 'c'] }
  expect(factsOf(described('https://in-toto.io/attestation/test-result/v0.1', result))).toEqual([
    ['Test result', { Result: 'FAILED', Passed: '1 test', Failed: '2 tests' }],
  ])
})

test('a real Witness policy: until when, who may sign what, each step, and what is not judged here', () => {
  const bytes = readFileSync(new URL('../vectors/real-witness/policy.signed.json', import.meta.url))
  const { policy } = parseWitnessPolicy(bytes)
  const parts = describePolicy(policy)
  const titles = parts.map(({ title }) => title)
  expect(titles.toSorted()).toEqual(['Not judged here', 'Step build', 'Step test', 'Witness policy'])
  const [head] = factsOf(parts)
  expect(head).toEqual(['Witness policy', expect.objectContaining({ Expires: policy.expires, Steps: '2 steps' })])
  const step = factsOf(parts).find(([title]) => title === 'Step build')
  expect(step?.[1]).toMatchObject({ 'May be signed by': expect.stringMatching(/^key [0-9a-f]{64}$/) })
})
