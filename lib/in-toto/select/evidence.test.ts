// Which documents of a store speak about which step, and what a link among them is.
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject } from '#lib/crypto/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import type { TestKey } from '#lib/testing/authority/keys.ts'
import { EvidenceStore } from '#lib/testing/evidence-store.ts'
import {
  ci,
  LAYOUT,
  links,
  manager,
  other,
  owner,
  packer,
  storeWith,
  stranger,
  tester,
} from '#lib/testing/five-steps.ts'
import type { StepForm } from '../index.ts'
import { findBuilds, openStore } from './builds.ts'
import { linkName, namespaceOf, stepInPath } from './evidence.ts'
import type { SelectInput } from './input.ts'
import { linksOf, unusableOf } from './links-of.ts'

function json(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(json)
  if (value !== null && typeof value === 'object')
    return new Map(Object.entries(value).map(([name, item]) => [name, json(item)]))
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

const A = 'a'.repeat(64)
const statement = (predicateType: string, predicate: unknown, name = 'app'): JsonObject =>
  jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: json([{ name, digest: { sha256: A } }]),
    predicateType,
    predicate: json(predicate),
  })
const named = (step: string) =>
  statement('https://in-toto.io/attestation/link/v0.3', { name: step, command: ['make'], materials: [] })
const provenance = (builder: string, buildType = 'https://ci/type') =>
  statement('https://slsa.dev/provenance/v1', {
    buildDefinition: { buildType, resolvedDependencies: [] },
    runDetails: { builder: { id: builder } },
  })
const tested = statement('https://in-toto.io/attestation/test-result/v0.1', { result: 'PASSED' })

/** For each step, how many documents count and how many are shown beside. */
function found(documents: readonly (readonly [JsonObject, TestKey])[], forms: Readonly<Record<string, StepForm>>) {
  const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' })
  for (const [index, [document, by]] of documents.entries())
    store.again('r1', 1, { step: '', bytes: dsse(document, [by]), path: `${index}.json`, delivery: 'r1', at: 1 })
  const { evidence, layout } = openStore(store.input(10_000, { forms: new Map(Object.entries(forms)) }))
  return Object.fromEntries(
    layout.steps
      .map(({ name }) => [name, [linksOf(evidence, name).length, unusableOf(evidence, name).length]] as const)
      .filter(([, [counted, beside]]) => counted + beside > 0),
  )
}

const FORM: StepForm = { form: 'slsa-provenance', builder: 'https://ci', buildType: 'https://ci/type' }

describe('a statement speaks about', () => {
  test('the step that it names, in whatever form that is asked for', () => {
    expect(found([[named('build'), ci]], { build: { form: 'link-statement' } })).toEqual({ build: [1, 0] })
    expect(found([[named('build'), ci]], {})).toEqual({ build: [0, 1] })
    expect(found([[named('build'), ci]], { build: FORM, test: { form: 'link-statement' } })).toEqual({ build: [0, 1] })
    expect(found([[named('nothing'), ci]], { build: { form: 'link-statement' } })).toEqual({})
  })

  test('what it records: its files are those that other steps are compared with', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' })
    store.again('r1', 1, { step: '', bytes: dsse(named('build'), [ci]), path: 'a.json', delivery: 'r1', at: 1 })
    const { evidence } = openStore(store.input(10_000, { forms: new Map([['build', { form: 'link-statement' }]]) }))
    const [link] = linksOf(evidence, 'build')
    expect([...(link?.record.products ?? [])]).toEqual([['app', { sha256: A }]])
    expect(link?.sublayout).toBe(false)
  })

  test('each step whose evidence comes in its form, where it names none', () => {
    expect(found([[tested, tester]], { test: { form: 'test-result' } })).toEqual({ test: [1, 0] })
    expect(
      found([[tested, tester]], { test: { form: 'test-result' }, approve: { form: 'test-result' } }),
    ).toMatchObject({
      test: [expect.any(Number), expect.any(Number)],
      approve: [expect.any(Number), expect.any(Number)],
    })
    expect(found([[tested, tester]], {})).toEqual({})
    expect(found([[tested, tester]], { test: FORM })).toEqual({})
  })

  test('the step of its builder and build type, if it names them', () => {
    expect(found([[provenance('https://ci'), ci]], { build: FORM })).toEqual({ build: [1, 0] })
    expect(found([[provenance('https://other'), ci]], { build: FORM })).toEqual({})
    expect(found([[provenance('https://ci', 'https://other'), ci]], { build: FORM })).toEqual({})
    expect(found([[provenance('https://ci'), ci]], { test: FORM })).toEqual({ test: [0, 1] })
  })

  test('no step of the layout, signed by whoever, if its type is another', () => {
    const foreignType = statement('https://example.org/else', { name: 'build' })
    expect(found([[foreignType, ci]], { build: { form: 'link-statement' }, test: { form: 'test-result' } })).toEqual({})
  })
})

describe('a document that cannot be read', () => {
  test('speaks about the step in its name, and a link about the one that it names and the one of its file', () => {
    const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1' }).run({ id: 'r2' })
    const bring = (bytes: Uint8Array, path: string) =>
      store.again('r1', 1, { step: '', bytes, path, delivery: 'r1', at: 1 })
    bring(new TextEncoder().encode('no json'), `build.${ci.keyid.slice(0, 8)}.link`)
    bring(metablock(linkDocument({ name: 'approve' }), [manager]), 'test.12345678.link')
    store.again('r2', 2, {
      step: '',
      bytes: metablock(linkDocument({ name: 'test' }), [stranger]),
      path: 'x',
      delivery: 'r2',
      at: 2,
    })
    const { evidence } = openStore(store.input(10_000))
    const shown = (step: string) => unusableOf(evidence, step).map(({ skipped, heldBy }) => [skipped.code, ...heldBy])
    expect(shown('build')).toEqual([[expect.any(String), 'r1']])
    expect(shown('test')).toEqual([
      [expect.any(String), 'r1'],
      ['SIGNER_NOT_ALLOWED', 'r2'],
    ])
    expect(linksOf(evidence, 'approve')).toHaveLength(1)
    expect([linksOf(evidence, 'no step'), unusableOf(evidence, 'no step')]).toEqual([[], []])
  })

  test('a layout in the place of a link stands for a sublayout, and names no run', () => {
    const { store } = storeWith('r1', 0, ['build'])
    store.again('r1', 1, {
      step: 'build',
      bytes: metablockOf(store),
      path: linkFileName('build', ci),
      delivery: 'r1',
      at: 1,
    })
    const { evidence } = openStore(store.input(10_000, { runIdPaths: [['readme']] }))
    expect(
      linksOf(evidence, 'build').map(({ sublayout, run, content }) => [sublayout, run, content.slice(0, 9)]),
    ).toEqual([[true, null, 'sublayout']])
  })

  const metablockOf = (_: EvidenceStore) =>
    metablock(
      jsonObject({
        _type: 'layout',
        expires: '2031-01-01T00:00:00Z',
        readme: 'r9',
        keys: new Map(),
        steps: [],
        inspect: [],
      }),
      [ci],
    )
})

describe('envelopes around the same signed bytes', () => {
  test('are one link of each signer, seen wherever any of them was, in an order of their own', () => {
    const layout = { ...LAYOUT }
    const seen = (reverse: boolean) => {
      const store = new EvidenceStore(layout, owner).run({ id: 'r1' }).run({ id: 'r2' })
      const document = linkDocument(links('r1').package)
      const all = [
        ['r1', 1, metablock(document, [packer])],
        ['r2', 2, metablock(document, [packer, stranger])],
        ['r2', 3, metablock(document, [stranger, packer])],
        ['r2', 4, metablock(document, [other])],
      ] as const
      for (const [delivery, at, bytes] of reverse ? all.toReversed() : all)
        store.again(delivery, at, { step: 'package', bytes, path: 'a.link', delivery, at })
      const { evidence } = openStore(store.input(10_000))
      return linksOf(evidence, 'package').map(({ keyid, sightings, heldBy, freshIn, stored }) => [
        ...[keyid, sightings.length, [...heldBy].toSorted().join(' '), freshIn, stored.document.sha256],
      ])
    }
    const one = seen(false)
    expect(one.map((link) => link.slice(0, 4)).toSorted()).toEqual(
      [
        [packer.keyid, 3, 'r1 r2', 'r1'],
        [other.keyid, 1, 'r2', 'r2'],
      ].toSorted(),
    )
    expect(seen(true)).toEqual(one)
    const digests = one.map((link) => String(link[4]))
    expect(digests).toEqual(digests.toSorted())
  })
})

describe('names of files', () => {
  test('of links name step and signer, as in-toto looks for them', () => {
    expect(linkName('build', '776a00e29f3559e0141b3b096f696abc6cfb0c657ab40f441132b345b08453f5')).toBe(
      'build.776a00e2.link',
    )
  })

  test('name a step where they are such a name to the end, in whatever folder', () => {
    expect(stepInPath('build.776a00e2.link')).toEqual(['build'])
    expect(stepInPath('a/b/build.x.776a00e2.link')).toEqual(['build.x'])
    for (const path of ['build.776a00e2.link.json', 'build.link', '776a00e2.link', 'build.776a00e.link', 'a/.link', ''])
      expect(stepInPath(path)).toEqual([])
  })

  test('lead into the folders of sublayouts, those at the end alone', () => {
    const folders = (path: string) => namespaceOf({ path })
    expect(folders('build.776a00e2.link')).toEqual([])
    expect(folders('run/build.776a00e2.link')).toEqual([])
    expect(folders('build.776a00e2/link.12345678.link')).toEqual(['build.776a00e2'])
    expect(folders('run/build.776a00e2/inner.AABBCCDD/x.link')).toEqual(['build.776a00e2', 'inner.AABBCCDD'])
    expect(folders('build.776a00e2/run/inner.AABBCCDD/x.link')).toEqual(['inner.AABBCCDD'])
    for (const folder of [
      '776a00e2',
      '.776a00e2',
      'build.776a00e2f',
      'build.776a00e',
      'build.776a00eg',
      'build.776a00e2.x',
    ])
      expect(folders(`${folder}/x.link`)).toEqual([])
  })

  test('of a folder that was handed over stand for the signer whom they name; other files for everyone', () => {
    const held = (kind: 'handed-over' | 'pushed', path: string) => {
      const store = new EvidenceStore(LAYOUT, owner).run({ id: 'r1', kind })
      const bytes = metablock(linkDocument(links('r1').package), [packer, other])
      store.again('r1', 1, { step: 'package', bytes, path, delivery: 'r1', at: 1 })
      const { evidence } = openStore(store.input(10_000))
      return linksOf(evidence, 'package')
        .filter(({ heldBy }) => heldBy.has('r1'))
        .map(({ keyid }) => keyid)
        .toSorted()
    }
    const both = [packer.keyid, other.keyid].toSorted()
    expect(held('handed-over', `in/${linkFileName('package', packer)}`)).toEqual([packer.keyid])
    expect(held('handed-over', 'in/package.00000000.link')).toEqual([])
    expect(held('handed-over', 'in/package.json')).toEqual(both)
    expect(held('pushed', linkFileName('package', packer))).toEqual(both)
  })
})

test('evidence of a level is what lies there: the namespace of a sublayout shows nothing outside', () => {
  const settings: Partial<SelectInput> = {}
  const { store, brought } = storeWith('r1', 0, ['test'])
  const link = brought.get('build')
  if (link === undefined) throw new Error('no link')
  const inner = metablock(linkDocument(links('r1').test), [stranger])
  store.again('r1', 1, { step: 'test', bytes: inner, path: 'build.776a00e2/test.12345678.link', delivery: 'r1', at: 1 })
  const opened = openStore(store.input(10_000, settings))
  expect(unusableOf(opened.evidence, 'test')).toEqual([])
  // seen in both places it is held where its name says, and only by the run that holds it there
  store.run({ id: 'r2' })
  store.again('r2', 2, { step: 'test', bytes: inner, path: 'test.12345678.link', delivery: 'r2', at: 2 })
  const both = openStore(store.input(10_000, settings))
  expect(unusableOf(both.evidence, 'test').map(({ heldBy }) => [...heldBy])).toEqual([['r2']])
  expect(findBuilds(both).map(({ deliveryId }) => deliveryId)).toEqual(['r1'])
})
