import { describe, expect, test } from 'vitest'
import { FormatError, type JsonObject, jsonObject, parseJsonText } from '#lib/crypto/index.ts'
import { LIMITS } from '../limits.ts'
import type { Resource } from '../resource.ts'
import { compareDigestSets, readDigestSet } from './digest-set.ts'
import type { PredicateFacts } from './facts.ts'
import { digestMap, readDescriptor, readResources } from './files.ts'
import { readLinkPredicate } from './link-predicate.ts'
import { readSlsaV1, readSlsaV02 } from './slsa-provenance.ts'
import { readWitnessCollection } from './witness-collection.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const APP: Resource = { name: 'app', uri: null, digests: { sha256: A } }

function object(value: unknown): JsonObject {
  const read = parseJsonText(JSON.stringify(value))
  if (!(read instanceof Map)) throw new Error('expected an object')
  return read
}
const gapsOf = ({ gaps }: PredicateFacts) => gaps.map(({ code, message }) => `${code}: ${message}`)

/** What a reader refuses, as `CODE at PLACE`. */
function refused(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof FormatError) return `${error.code} at ${error.place}`
    throw error
  }
  return 'nothing'
}

describe('digest sets', () => {
  const read = (value: unknown) => readDigestSet(object(value), () => 'subject[0].digest')

  test('keep every digest in hex, and leave out what other algorithms write otherwise', () => {
    const odd = { gitoid: 'gitoid:blob:sha256:ab', dirHash1: 'h1:x+/=', empty: '', half: 'ab x', start: 'x ab' }
    expect(read({ sha256: A, future: 'AB12', '-odd': 'ab', 'a b': 'cd', ...odd })).toEqual({
      sha256: A,
      future: 'AB12',
    })
    expect(read({})).toEqual({})
  })

  test('are refused where a digest is no text, or that of a known algorithm is no hex', () => {
    const at = (value: unknown) => refused(() => read(value))
    expect(at({ sha256: 'xyz' })).toBe('MALFORMED at subject[0].digest.sha256')
    expect(at({ gitCommit: 'HEAD' })).toBe('MALFORMED at subject[0].digest.gitCommit')
    for (const value of [null, 1, true, ['ab'], {}])
      expect(at({ future: value })).toBe('MALFORMED at subject[0].digest.future')
    expect(refused(() => readDigestSet('ab', () => 'subject[0].digest'))).toBe('MALFORMED at subject[0].digest')
    expect(refused(() => readDigestSet(undefined, () => 'subject[0].digest'))).toBe('MALFORMED at subject[0].digest')
  })

  test('are of the same bytes by a strong algorithm of its full length alone', () => {
    expect(compareDigestSets({ sha256: A }, { sha256: A.toUpperCase() })).toBe('same')
    expect(compareDigestSets({ sha256: 'ab' }, { sha256: 'ab' })).toBe('unknown')
    expect(compareDigestSets({ sha256: 'ab' }, { sha256: 'cd' })).toBe('different')
    expect(compareDigestSets({ sha1: 'ab' }, { sha1: 'ab' })).toBe('unknown')
    expect(compareDigestSets({ sha256: A, sha512: 'ab' }, { sha256: A, sha512: 'cd' })).toBe('different')
    expect(compareDigestSets({ sha256: A }, { sha512: A + A })).toBe('unknown')
  })
})

describe('files of a statement', () => {
  test('are places of their own in what is refused', () => {
    const digest = { sha256: 'xyz' }
    expect(refused(() => digestMap(object({ app: digest }), 'predicate.materials'))).toBe(
      'MALFORMED at predicate.materials.app.sha256',
    )
    expect(refused(() => readDescriptor(object({ name: 'app', digest }), 'subject[0]'))).toBe(
      'MALFORMED at subject[0].digest.sha256',
    )
    expect(readResources(null, 'subject')).toEqual([])
    expect(readResources(undefined, 'subject')).toEqual([])
    expect(readDescriptor(object({ name: '', uri: 'git+x', digest: null }), 'subject[0]')).toEqual({
      name: null,
      uri: 'git+x',
      digests: {},
    })
  })

  test('are no more than a link may list', () => {
    const many = LIMITS.artifacts + 1
    const names = Array.from({ length: many }, (_, index) => `f${index}`)
    const none = jsonObject({})
    const products = jsonObject({ digest: none })
    const asMap = (value: JsonObject) => new Map(names.map((name) => [name, value]))
    const collection = jsonObject({
      name: 'build',
      attestations: [
        jsonObject({ type: 'https://witness.dev/attestations/product/v0.1', attestation: asMap(products) }),
      ],
    })
    const subjects = names.map((name): Resource => ({ name, uri: null, digests: {} }))
    const link = jsonObject({ name: 'build' })
    expect(refused(() => digestMap(asMap(none), 'm'))).toContain('LIMIT')
    expect(
      refused(() =>
        readResources(
          names.map(() => none),
          'm',
        ),
      ),
    ).toContain('LIMIT')
    expect(refused(() => readWitnessCollection(collection))).toContain('LIMIT')
    expect(refused(() => readLinkPredicate(link, subjects))).toContain('LIMIT')
    expect(refused(() => readLinkPredicate(link, subjects.slice(1)))).toBe('nothing')
  })

  test('that have no name, or name no file, are told', () => {
    const gaps = (resource: Partial<Resource>) =>
      gapsOf(readLinkPredicate(jsonObject({ name: 'build' }), [{ name: null, uri: null, digests: {}, ...resource }]))
    expect(gaps({})).toEqual([
      'UNSUPPORTED: The file at subject[0] has neither name nor URI; rules of a layout know files by name.',
    ])
    expect(gaps({ uri: 'git+x' })).toEqual([])
    for (const name of [
      'mailto:ada@bank',
      'https://witness.dev/attestations/x',
      'https://witness.testifysec.com/attestations/x',
    ])
      expect(gaps({ name })).toEqual([
        `UNSUPPORTED: "${name}" at subject[0] names no file but something that many builds share.`,
      ])
    for (const name of ['doc/mailto:', 'https://witness.dev/', 'x https://witness.dev/attestations/'])
      expect(gaps({ name })).toEqual([])
  })
})

describe('a link predicate', () => {
  const read = (predicate: unknown) => readLinkPredicate(object(predicate), [APP])

  test('says its step and its command, or why it cannot stand for one', () => {
    expect(read({ name: 'build', command: ['make', 'all'], byproducts: { 'return-value': 2 } })).toMatchObject({
      step: 'build',
      command: ['make', 'all'],
      returnValue: 2,
      gaps: [],
    })
    expect(read({ name: 'build', command: null })).toMatchObject({ command: null, gaps: [] })
    for (const name of [undefined, null, '', 1])
      expect(gapsOf(read({ name }))).toEqual(["MALFORMED: Expected the step's name at predicate.name."])
    for (const command of ['make', ['make', 1], {}]) {
      const facts = read({ name: 'build', command })
      expect(facts.command).toBe(null)
      expect(gapsOf(facts)).toEqual(['MALFORMED: Expected a list of strings at predicate.command.'])
    }
  })

  test('lists its materials in either form, or none', () => {
    const materials = (value: unknown) => [...read({ name: 'build', materials: value }).materials]
    expect(materials({ src: { sha256: B } })).toEqual([['src', { sha256: B }]])
    expect(materials([{ name: 'src', digest: { sha256: B } }])).toEqual([['src', { sha256: B }]])
    expect(materials(null)).toEqual([])
    expect(read({ name: 'build', materials: [{ digest: { sha256: B } }] }).gaps).toHaveLength(1)
    expect(refused(() => read({ name: 'build', materials: 'src' }))).toBe('MALFORMED at predicate.materials')
  })
})

describe('SLSA provenance', () => {
  const v1 = (id: unknown, buildType: unknown, inputs: unknown = null, subjects: readonly Resource[] = [APP]) => {
    const buildDefinition = { buildType, resolvedDependencies: inputs }
    return readSlsaV1(object({ buildDefinition, runDetails: { builder: { id } } }), subjects)
  }
  const v02 = (id: unknown, buildType: unknown, inputs: unknown = null, subjects: readonly Resource[] = [APP]) =>
    readSlsaV02(object({ builder: { id }, buildType, materials: inputs }), subjects)

  test.each([v1, v02])('names a builder only with the kind of build', (read) => {
    expect(read('ci', 'make')).toMatchObject({ builder: { id: 'ci', buildType: 'make' }, gaps: [] })
    for (const [id, type] of [
      ['', 'make'],
      ['ci', ''],
      ['', ''],
      [null, 'make'],
      ['ci', 1],
    ])
      expect(read(id, type).builder).toBe(null)
  })

  test.each([v1, v02])('tells every file that rules would not see, on either side', (read) => {
    const nameless = { ...APP, name: null }
    expect(gapsOf(read('ci', 'make', null, [nameless]))).toHaveLength(1)
    expect(gapsOf(read('ci', 'make', [{ digest: { sha256: B } }]))).toHaveLength(1)
    const both = read('ci', 'make', [{ digest: { sha256: B } }, { uri: 'git+x', digest: { sha256: B } }], [nameless])
    expect(gapsOf(both)).toHaveLength(2)
    expect([...both.materials]).toEqual([['git+x', { sha256: B }]])
  })
})

describe('a Witness collection', () => {
  const MATERIAL = { type: 'https://witness.dev/attestations/material/v0.1', attestation: { src: { sha256: B } } }
  const PRODUCT = {
    type: 'https://witness.dev/attestations/product/v0.1',
    attestation: { app: { mime_type: 'x', digest: { sha256: A } } },
  }
  const run = (attestation: unknown) => ({ type: 'https://witness.dev/attestations/command-run/v0.1', attestation })
  const read = (name: unknown, ...attestations: unknown[]) => readWitnessCollection(object({ name, attestations }))

  test('becomes a link with a command, or without one', () => {
    const link = {
      step: 'build',
      materials: new Map([['src', { sha256: B }]]),
      products: new Map([['app', { sha256: A }]]),
    }
    expect(read('build', MATERIAL, PRODUCT)).toMatchObject({ ...link, command: null, returnValue: null, gaps: [] })
    const made = read('build', MATERIAL, PRODUCT, run({ cmd: ['make'], exitcode: 1 }))
    expect(made).toMatchObject({ ...link, command: ['make'], returnValue: 1, gaps: [] })
  })

  test('cannot stand for a step that it does not name, nor with a command that it does not tell', () => {
    for (const name of [null, '', 1])
      expect(gapsOf(read(name, MATERIAL, PRODUCT))).toEqual(["MALFORMED: Expected the step's name at predicate.name."])
    const place = 'predicate.attestations[2].attestation'
    const noCommand = `MALFORMED: Expected a list of strings at ${place}.cmd.`
    const noCode = `MALFORMED: Expected a whole number at ${place}.exitcode.`
    const told = (attestation: unknown) => gapsOf(read('build', MATERIAL, PRODUCT, run(attestation)))
    expect(told({ exitcode: 0 })).toEqual([noCommand])
    expect(told({ cmd: ['make', 1], exitcode: 0 })).toEqual([noCommand])
    for (const exitcode of [undefined, '0', 0.5, 2 ** 53, true])
      expect(told({ cmd: ['make'], exitcode })).toEqual([noCode])
    expect(told(null)).toEqual([noCommand, noCode])
  })

  test('without a list of attestations says nothing of files', () => {
    const facts = readWitnessCollection(object({ name: 'build' }))
    expect(facts.gaps.map(({ code, place }) => `${code} ${place}`)).toEqual([
      'UNSUPPORTED predicate.attestations',
      'UNSUPPORTED predicate.attestations',
    ])
    expect(refused(() => readWitnessCollection(object({ name: 'build', attestations: {} })))).toBe(
      'MALFORMED at predicate.attestations',
    )
  })

  test('says where a digest is none', () => {
    const broken = { ...PRODUCT, attestation: { app: { digest: { sha256: 'xyz' } } } }
    expect(refused(() => read('build', MATERIAL, broken))).toBe(
      'MALFORMED at predicate.attestations[1].attestation.app.digest.sha256',
    )
  })
})
