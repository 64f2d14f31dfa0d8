// Longer than most: whole reports are compared, word for word.
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, jsonObject, keyObject } from '#lib/crypto/index.ts'
import { verifyCertificate, verifySignature } from '#lib/crypto/node/index.ts'
import {
  authoritiesObject,
  type ConstraintSpec,
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
} from '#lib/testing/authority/certificates.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import type { Candidate, LinkStore, Report, StepForm, TimeProof, VerifyInput } from '../index.ts'
import { readDocument, verifyLayout } from '../index.ts'

// Whole reports, to the letter: what a step, a signature, an inspection or a sublayout is said to be is what people and
// programs act upon. Keys and digests differ from run to run and are numbered in the order in which they occur.

const AT = Date.parse('2026-06-01T00:00:00Z')
const [owner, alice, bob, carol] = ['owner', 'alice', 'bob', 'carol'].map((name) => makeKey(name)) as [
  TestKey,
  TestKey,
  TestKey,
  TestKey,
] // safe: four names

interface World {
  readonly layout: JsonObject | LayoutSpec
  readonly layoutForm?: 'metablock' | 'dsse'
  readonly layoutSigners?: readonly TestKey[]
  readonly more?: Partial<VerifyInput>
  readonly links?: Readonly<Record<string, readonly Candidate[]>>
  readonly namespaces?: LinkStore['namespaces']
}

function link(step: string, signer: TestKey, bytes: Uint8Array, proofs?: readonly TimeProof[]): Candidate {
  const keyid = signer.keyid.slice(0, 8)
  const document = readDocument(`${step}.${keyid}.link`, bytes)
  return proofs === undefined ? { document, keyid } : { document, keyid, proofs }
}

const by = (signer: TestKey, document: JsonObject, step = 'build') => link(step, signer, metablock(document, [signer]))

function judge({ layout, layoutForm = 'metablock', layoutSigners = [owner], more, links, namespaces }: World): Report {
  const document = layout instanceof Map ? layout : layoutDocument(layout)
  const wrapped = layoutForm === 'dsse' ? dsse(document, layoutSigners) : metablock(document, layoutSigners)
  return verifyLayout({
    layout: readDocument('root.layout', wrapped),
    layoutKeys: [owner.key],
    links: { steps: new Map(Object.entries(links ?? {})), namespaces: namespaces ?? new Map() },
    at: AT,
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
    certificates: { verifyCertificate, intermediates: [], bundles: [] },
    ...more,
  })
}

const steady = new Map(
  [owner, alice, bob, carol].flatMap(({ key }) => [
    [key.keyid, `keyid of ${[owner, alice, bob, carol].findIndex((one) => one.key === key)}`],
    [key.fingerprint, `material of ${[owner, alice, bob, carol].findIndex((one) => one.key === key)}`],
  ]),
)

const LEFT_OUT = new Set(['engine', 'inputs', 'version'])

/** The report without what differs from run to run, a line for each entry; traces of rules are tested where they are made. */
function plain(report: Report): string {
  const names = new Map(steady)
  const shorts = new Map([...names].map(([hex, name]) => [hex.slice(0, 8), `${name}, short`]))
  const text = JSON.stringify(report, (member, value) =>
    LEFT_OUT.has(member) ? undefined : isTrace(value) ? 'traced' : value,
  )
  const numbered = text.replace(/\b[0-9a-f]{64}\b/g, (hex) => {
    const name = names.get(hex) ?? `digest ${names.size}`
    names.set(hex, name)
    shorts.set(hex.slice(0, 12), `${name}, short`)
    return name
  })
  return linesOf(
    JSON.parse(
      numbered.replace(/\b[0-9a-f]{8,12}\b/g, (hex) => shorts.get(hex) ?? shorts.get(hex.slice(0, 8)) ?? 'short'),
    ),
  )
}

function isTrace(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'leftoverCount' in value
}

function linesOf(report: Readonly<Record<string, unknown>>): string {
  return Object.entries(report)
    .map(([member, value]) =>
      Array.isArray(value) && value.length > 0
        ? `${member}:\n${value.map((item) => `  ${JSON.stringify(item)}`).join('\n')}`
        : `${member}: ${JSON.stringify(value)}`,
    )
    .join('\n')
}

const EXPIRES = new Date('2030-01-01T00:00:00Z')
const one = (more: Partial<LayoutSpec['steps'][number]> = {}, spec: Partial<LayoutSpec> = {}): LayoutSpec => ({
  expires: EXPIRES,
  readme: 'what it is for',
  steps: [{ name: 'build', keys: [alice.key, bob.key], products: ['CREATE app', 'DISALLOW *'], ...more }],
  ...spec,
})
const APP = linkDocument({ name: 'build', products: { app: 'good' } })
const changed = (spec: LayoutSpec, change: (layout: JsonObject, step: JsonObject) => void): JsonObject => {
  const layout = layoutDocument(spec)
  const steps = layout.get('steps')
  const first = Array.isArray(steps) ? steps[0] : null
  if (first instanceof Map) change(layout, first)
  return layout
}

const root = makeAuthority('root', 'example.org')
const CI = 'spiffe://example.org/ci/build'
const svid = makeSvid(root, CI)
const certified = (constraints: readonly ConstraintSpec[], keys: readonly TestKey[] = []): JsonObject =>
  changed(one({ keys: keys.map(({ key }) => key) }), (layout, step) => {
    layout.set('rootcas', authoritiesObject([root]))
    layout.set('intermediatecas', authoritiesObject([]))
    step.set('cert_constraints', constraints.map(constraintObject))
  })
const signedWith = (more: Partial<Candidate> = {}): Candidate => ({
  document: readDocument('build.link', certifiedMetablock(APP, [{ by: svid }])),
  keyid: svid.keyid.slice(0, 8),
  ...more,
})
const proof = (kind: TimeProof['kind']): TimeProof => ({ kind, at: AT - 3_600_000, by: 'somebody', signature: null })
const bundle = (taintedAt: number | null) => ({
  verifyCertificate,
  intermediates: [],
  bundles: [
    { trustDomain: 'example.org', roots: [{ certificate: root.certificate, from: 0, until: null, taintedAt }] },
  ],
})

const inner = (spec: LayoutSpec = one({ name: 'compile', keys: [carol.key] }), signer = alice) =>
  link('build', signer, metablock(layoutDocument(spec), [signer]))
const within = (signer: TestKey, links: Readonly<Record<string, readonly Candidate[]>>): LinkStore['namespaces'] =>
  new Map([[`build.${signer.keyid.slice(0, 8)}`, { steps: new Map(Object.entries(links)), namespaces: new Map() }]])
const COMPILED = by(carol, linkDocument({ name: 'compile', products: { app: 'good' }, command: ['cc'] }), 'compile')

const inspected = (run: readonly string[] = ['true']) =>
  one(
    {},
    {
      inspections: [
        { name: 'untar', run, products: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
        { name: 'second', run: ['ls'] },
      ],
    },
  )
const ran = (
  returnValue: number | null,
  files: Readonly<Record<string, string>> = { app: 'good' },
  problem?: string,
) => {
  const { materials, products } = recordOf(files)
  return () => ({ returnValue, materials, products, ...(problem === undefined ? {} : { problem }) })
}
function recordOf(files: Readonly<Record<string, string>>) {
  const document = readDocument('x', metablock(linkDocument({ name: 'x', products: files }), [alice]))
  const link = 'envelope' in document && document.envelope.kind === 'link' ? document.envelope.document : null
  return { materials: link?.materials ?? new Map(), products: link?.products ?? new Map() }
}

const statement = (predicateType: string, predicate: JsonValue, digest = 'a'.repeat(64)): JsonObject =>
  jsonObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [jsonObject({ name: 'app', digest: jsonObject({ sha256: digest }) })],
    predicateType,
    predicate,
  })
const tested = (result: string) =>
  link(
    'build',
    alice,
    dsse(statement('https://in-toto.io/attestation/test-result/v0.1', jsonObject({ result, configuration: [] })), [
      alice,
    ]),
  )
const form = (text: StepForm) => ({ forms: new Map([['build', text]]) })

const dissent = (files: Readonly<Record<string, string>>, materials: Readonly<Record<string, string>> = {}) =>
  by(bob, linkDocument({ name: 'build', products: files, materials }))

const WORLDS: Readonly<Record<string, World>> = {
  'a chain that passes': { layout: one({ threshold: 2 }), links: { build: [by(alice, APP), by(bob, APP)] } },
  'a chain in DSSE that passes': {
    layout: one(),
    layoutForm: 'dsse',
    links: { build: [link('build', bob, dsse(APP, [bob]))] },
  },
  'no layout key': { layout: one(), more: { layoutKeys: [] }, links: { build: [by(alice, APP)] } },
  'a layout that others signed': { layout: one(), layoutSigners: [alice, bob], links: { build: [by(alice, APP)] } },
  'a layout that nobody signed': { layout: one(), layoutSigners: [], links: { build: [by(alice, APP)] } },
  'a layout that one more signed': { layout: one(), layoutSigners: [carol, owner], links: { build: [by(alice, APP)] } },
  'a layout whose signature is wrong': {
    layout: one(),
    layoutSigners: [{ ...owner, sign: alice.sign }],
    links: { build: [by(alice, APP)] },
  },
  'a layout that has expired': { layout: one({}, { expires: new Date(AT) }), links: { build: [by(alice, APP)] } },
  'a layout that is not what it seems': {
    layout: changed(one(), (layout) => {
      const keys = layout.get('keys')
      if (keys instanceof Map) keys.set('ab'.repeat(32), keyObject(alice.key, 'legacy'))
    }),
    links: { build: [by(alice, APP)] },
  },
  'a DSSE layout with more in it': {
    layout: changed(one(), (layout, step) => {
      layout.set('extra', 'x')
      step.set('more', 'y')
    }),
    layoutForm: 'dsse',
    links: { build: [by(alice, APP)] },
  },
  'a Metablock layout with more in it': {
    layout: changed(one(), (layout) => layout.set('extra', 'x')),
    links: { build: [by(alice, APP)] },
  },
  'no link': { layout: one() },
  'links that do not count': {
    layout: one({ threshold: 2 }),
    links: {
      build: [
        by(alice, linkDocument({ name: 'other', products: { app: 'good' } })),
        by(carol, APP),
        link('build', bob, metablock(APP, [{ ...bob, sign: alice.sign }])),
        link('build', bob, metablock(APP, [])),
        link('build', bob, new TextEncoder().encode('{')),
        { document: readDocument('build.x', dsse(statement('x', 'y'), [alice])), keyid: null },
        { document: readDocument('build.y', dsse(APP, [{ ...carol, keyid: '' }])), keyid: null },
      ],
    },
  },
  'one signer where two are asked for': { layout: one({ threshold: 2 }), links: { build: [by(alice, APP)] } },
  'a link of another step only': {
    layout: one(),
    links: { build: [by(alice, linkDocument({ name: 'other', products: { app: 'good' } }))] },
  },
  'signers who disagree about a digest': {
    layout: one({ threshold: 2 }),
    links: { build: [by(alice, APP), dissent({ app: 'evil' })] },
  },
  'signers who disagree about a file': { layout: one(), links: { build: [by(alice, APP), dissent({})] } },
  'signers who disagree about a material': {
    layout: one(),
    links: { build: [by(alice, APP), dissent({ app: 'good' }, { source: 'x' })] },
  },
  'a command that is another': {
    layout: one({ command: ['make', 'all'] }),
    links: {
      build: [
        by(alice, linkDocument({ name: 'build', products: { app: 'good' }, command: ['make'], returnValue: 2 })),
        by(bob, linkDocument({ name: 'build', products: { app: 'good' }, command: ['make', 'all'] })),
      ],
    },
  },
  'a command where none is asked for': {
    layout: one(),
    links: { build: [by(alice, linkDocument({ name: 'build', products: { app: 'good' }, command: ['make'] }))] },
  },
  'a name that can be written differently': {
    layout: one({ products: ['ALLOW *'] }),
    links: { build: [by(alice, linkDocument({ name: 'build', products: { './app': 'good', '../x': 'y' } }))] },
  },
  'rules that fail': {
    layout: {
      expires: EXPIRES,
      steps: [
        ...one().steps,
        {
          name: 'pack',
          keys: [bob.key],
          materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
          products: ['ALLOW *'],
        },
      ],
    },
    links: {
      build: [by(alice, APP)],
      pack: [by(bob, linkDocument({ name: 'pack', materials: { app: 'evil' }, products: { image: 'x' } }), 'pack')],
    },
  },
  'rules that look at a step without a link': {
    layout: {
      expires: EXPIRES,
      steps: [
        ...one().steps,
        { name: 'pack', keys: [bob.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
      ],
    },
    links: { pack: [by(bob, linkDocument({ name: 'pack', materials: { app: 'good' } }), 'pack')] },
  },
  'a certificate that counts now': { layout: certified([{ uris: [CI] }]), links: { build: [signedWith()] } },
  'a certificate that was witnessed': {
    layout: certified([
      { uris: [CI], commonName: 'x', dnsNames: ['a', 'b'], organizations: ['o'], emails: ['e'] },
      { uris: [CI] },
    ]),
    links: { build: [signedWith({ proofs: [proof('witnessed')] })] },
  },
  'a certificate that was stamped, under a root that is compromised since': {
    layout: certified([{ uris: ['*'] }, { uris: [''], commonName: 'x', organizations: [''] }, {}, { uris: [CI, 'b'] }]),
    links: { build: [signedWith({ proofs: [proof('timestamped')] })] },
    more: { certificates: bundle(AT - 1000) },
  },
  'a certificate beside a key': {
    layout: certified([{ uris: [CI] }], [alice]),
    links: { build: [signedWith(), by(alice, APP)] },
  },
  'a certificate that nobody can judge': {
    layout: certified([{ uris: [CI] }]),
    links: { build: [signedWith()] },
    more: { certificates: { verifyCertificate: () => false, intermediates: [], bundles: [] } },
  },
  'a sublayout that passes': {
    layout: one(),
    links: { build: [inner()] },
    namespaces: within(alice, { compile: [COMPILED] }),
  },
  'a sublayout without its links': { layout: one(), links: { build: [inner()] } },
  'a sublayout that fails by what is ours alone': {
    layout: one(),
    links: { build: [inner()] },
    namespaces: within(alice, {
      compile: [by(carol, linkDocument({ name: 'compile', products: { app: 'good', './x': 'y' } }), 'compile')],
    }),
  },
  'a sublayout that is warned of': {
    layout: one(),
    links: { build: [inner(one({ name: 'compile', keys: [carol.key], products: [] }))] },
    namespaces: within(alice, { compile: [COMPILED] }),
  },
  'a sublayout of two steps beside a link': {
    layout: one({ threshold: 2 }),
    links: {
      build: [
        inner({
          expires: EXPIRES,
          steps: [
            { name: 'fetch', keys: [carol.key], products: ['ALLOW *'] },
            { name: 'compile', keys: [carol.key], products: ['ALLOW *'] },
          ],
        }),
        by(bob, APP),
      ],
    },
    namespaces: within(alice, {
      compile: [COMPILED],
      fetch: [by(carol, linkDocument({ name: 'fetch', products: { source: 'x' } }), 'fetch')],
    }),
  },
  'inspections that nobody performs': { layout: inspected(), links: { build: [by(alice, APP)] } },
  'inspections after something failed': {
    layout: inspected(),
    links: { build: [by(alice, dissentOf())] },
    more: { runInspection: ran(0) },
  },
  'inspections that nobody performs, after something failed': {
    layout: inspected(),
    links: { build: [by(alice, dissentOf())] },
  },
  'inspections after a warning': {
    layout: inspected(),
    links: { build: [by(alice, linkDocument({ name: 'build', products: { app: 'good' }, returnValue: 1 }))] },
    more: { runInspection: ran(0) },
  },
  'inspections that pass': { layout: inspected(), links: { build: [by(alice, APP)] }, more: { runInspection: ran(0) } },
  'an inspection that ends with 3': {
    layout: inspected(['tar', 'xf', 'app']),
    links: { build: [by(alice, APP)] },
    more: { runInspection: ran(3) },
  },
  'an inspection without a result': {
    layout: inspected(),
    links: { build: [by(alice, APP)] },
    more: { runInspection: ran(null) },
  },
  'an inspection that could not run': {
    layout: inspected(),
    links: { build: [by(alice, APP)] },
    more: { runInspection: ran(null, {}, 'there is no such command') },
  },
  'an inspection that finds another file': {
    layout: inspected(),
    links: { build: [by(alice, APP)] },
    more: { runInspection: ran(0, { app: 'evil' }) },
  },
  'parameters that fit': {
    layout: one(
      { products: ['CREATE {what}', 'DISALLOW *'], command: ['make', '{what}', '{what}'] },
      {
        inspections: [{ name: 'look', run: ['ls', '{what}'], materials: ['ALLOW {what}'], products: ['ALLOW *'] }],
      },
    ),
    links: {
      build: [by(alice, linkDocument({ name: 'build', products: { app: 'good' }, command: ['make', 'app', 'app'] }))],
    },
    more: { parameters: new Map([['what', 'app']]), runInspection: ran(0) },
  },
  'a parameter that is missing': {
    layout: one({ products: ['CREATE {what}', 'DISALLOW *'] }),
    links: { build: [by(alice, APP)] },
    more: { parameters: new Map() },
  },
  'a parameter with a name that is none': {
    layout: one(),
    links: { build: [by(alice, APP)] },
    more: { parameters: new Map([['a b', 'x']]) },
  },
  'tests that passed with warnings': {
    layout: one({ products: [], command: ['test'] }),
    links: { build: [tested('WARNED')] },
    more: form({ form: 'test-result' }),
  },
  'tests that failed': {
    layout: one({ products: [] }),
    links: { build: [tested('FAILED')] },
    more: form({ form: 'test-result' }),
  },
  'a link where tests are asked for': {
    layout: one(),
    links: { build: [by(alice, APP)] },
    more: form({ form: 'test-result' }),
  },
  'no layout': { layout: one(), more: { layout: null } },
  'a layout that cannot be read': {
    layout: one(),
    more: { layout: readDocument('root.layout', new TextEncoder().encode('{"a":')) },
  },
  'a link for a layout': { layout: APP },
  'a layout key that cannot be used': {
    layout: one(),
    links: { build: [by(alice, APP)] },
    more: { unusableKeys: [{ source: 'old.pub', message: 'its type is unknown.' }] },
  },
  'what in-toto allows, as in-toto': {
    layout: one({ products: ['ALLOW *'] }),
    links: { build: [by(alice, linkDocument({ name: 'build', products: { './app': 'good' } }))] },
    more: { profile: 'reference' },
  },
  'what in-toto refuses, as in-toto': {
    layout: one({ threshold: 2 }),
    links: { build: [by(alice, APP)] },
    more: { profile: 'reference' },
  },
  'what in-toto alone refuses, as in-toto': {
    layout: one(),
    links: { build: [by(alice, APP), link('build', bob, new TextEncoder().encode('{'))] },
    more: { profile: 'reference' },
  },
}

function dissentOf(): JsonObject {
  return linkDocument({ name: 'build', products: { evil: 'x' } })
}

describe('the report of', () => {
  test.each(Object.keys(WORLDS))('%s', (name) => {
    const world = WORLDS[name]
    if (world === undefined) throw new Error('no such world')
    expect(plain(judge(world))).toMatchSnapshot()
  })

  test('all of them together: some of each verdict, and no allow with a reason to refuse', () => {
    const reports = Object.values(WORLDS).map(judge)
    for (const verdict of ['allow', 'deny', 'cannot-tell']) {
      expect(reports.filter((report) => report.verdict === verdict).length).toBeGreaterThan(4)
    }
    for (const { verdict, reasons } of reports) {
      if (verdict === 'allow') expect(reasons.filter(({ severity }) => severity !== 'warning')).toEqual([])
    }
  })
})
