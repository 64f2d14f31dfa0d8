// Longer than most: every act of drawing on one draft, and that it can be taken back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, encodeCanonicalJson, type JsonObject, type JsonValue, jsonObject } from '#lib/crypto/index.ts'
import { openEnvelope, parseLayoutDocument } from '#lib/in-toto/index.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import * as draft from './index.ts'

const AT = Date.parse('2030-01-01T00:00:00Z')
const EXPIRES = '2030-03-01T00:00:00Z'
const STEP0 = { list: 'steps', index: 0 } as const
const STEP1 = { list: 'steps', index: 1 } as const

/** Two steps, build gives dist/* to package; each with a key of its own; no issues. */
function sound(): JsonObject {
  let document = draft.emptyLayout(EXPIRES)
  document = draft.addStep(document, 'build')
  document = draft.addStep(document, 'package')
  document = draft.addFunctionary(document, STEP0, makeKey('ci').key)
  document = draft.addFunctionary(document, STEP1, makeKey('release').key)
  document = draft.addRule(document, STEP0, 'products', ['CREATE', 'dist/*'])
  document = draft.addRule(document, STEP1, 'products', ['CREATE', 'app.tar'])
  return draft.connect(document, {
    to: STEP1,
    side: 'materials',
    from: 'build',
    fromSide: 'products',
    pattern: 'dist/*',
  }).document
}

const codes = (document: JsonObject, at = AT) =>
  draft.findIssues(draft.viewDraft(document), at).map((issue) => issue.code)

const canonical = (value: JsonValue) => decodeUtf8(encodeCanonicalJson(value))

/** Applies the one fix offered for a code. */
function fixed(document: JsonObject, code: draft.IssueCode): JsonObject {
  const issue = draft.findIssues(draft.viewDraft(document), AT).find((found) => found.code === code)
  if (!issue?.fix) throw new Error(`no fix for ${code}`)
  return issue.fix.apply(document)
}

// ---- arbitrary layouts, with members and values that no specification names --------------------------

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)
const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.bigInt(),
  fc.string(),
  fc.array(fc.string(), { maxLength: 3 }),
)
const extra = fc.dictionary(
  fc.string().map((name) => `x-${name}`),
  odd,
  { maxKeys: 3, noNullPrototype: true },
)
const rule = fc.oneof(
  fc.tuple(fc.constantFrom('CREATE', 'ALLOW', 'disallow', 'Require'), word),
  word.map((name) => ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', name]),
)
const item = (type: string) =>
  fc
    .record({
      name: word,
      expected_materials: fc.array(rule, { maxLength: 4 }),
      expected_products: fc.array(rule, { maxLength: 4 }),
      pubkeys: fc.array(fc.stringMatching(/^[0-9a-f]{64}$/), { maxLength: 2 }),
      threshold: fc.bigInt({ min: 1n, max: 3n }),
      more: extra,
    })
    .map(({ more, ...members }) => jsonObject({ _type: type, ...members, ...more }))
const layout = fc
  .record({
    steps: fc.array(item('step'), { maxLength: 4 }),
    inspect: fc.array(item('inspection'), { maxLength: 2 }),
    readme: fc.string(),
    more: extra,
  })
  .map(({ more, ...members }) => jsonObject({ _type: 'layout', expires: EXPIRES, ...members, ...more }))

const side = fc.constantFrom('materials' as const, 'products' as const)
const ref = fc.record({ list: fc.constantFrom('steps' as const, 'inspect' as const), index: fc.nat(4) })
/** Any command with any arguments, also ones that refer to nothing. */
const command: fc.Arbitrary<(document: JsonObject) => JsonObject> = fc.oneof(
  word.map((name) => (d: JsonObject) => draft.addStep(d, name)),
  word.map((name) => (d: JsonObject) => draft.addInspection(d, name)),
  ref.map((r) => (d: JsonObject) => draft.removeItem(d, r)),
  fc.tuple(ref, word).map(
    ([r, name]) =>
      (d: JsonObject) =>
        draft.renameItem(d, r, name),
  ),
  fc.tuple(ref, fc.nat(4)).map(
    ([r, to]) =>
      (d: JsonObject) =>
        draft.moveItem(d, r, to),
  ),
  fc.tuple(ref, side, rule, fc.nat(4)).map(
    ([r, s, tokens, at]) =>
      (d: JsonObject) =>
        draft.addRule(d, r, s, tokens, at),
  ),
  fc.tuple(ref, side, fc.nat(4), fc.nat(4)).map(
    ([r, s, from, to]) =>
      (d: JsonObject) =>
        draft.moveRule(d, r, s, from, to),
  ),
  fc.tuple(ref, side, fc.nat(4)).map(
    ([r, s, at]) =>
      (d: JsonObject) =>
        draft.removeRule(d, r, s, at),
  ),
  fc.tuple(ref, fc.integer({ min: 1, max: 9 })).map(
    ([r, n]) =>
      (d: JsonObject) =>
        draft.setThreshold(d, r, n),
  ),
  fc.string().map((text) => (d: JsonObject) => draft.setReadme(d, text)),
)

describe('import and export', () => {
  test('any layout brought in and not touched exports with the same canonical bytes', () => {
    fc.assert(
      fc.property(layout, (document) => {
        const stored = draft.layoutText(draft.layoutFromText(draft.layoutText(document)).document)
        expect(canonical(draft.readLayoutText(stored))).toBe(canonical(document))
      }),
    )
  })

  test('a layout comes out of Metablock and DSSE as it went in, and their signatures are left behind', () => {
    const owner = makeKey('owner')
    const document = sound()
    for (const [form, bytes] of [
      ['metablock', metablock(document, [owner])],
      ['dsse', dsse(document, [owner])],
    ] as const) {
      const brought = draft.layoutFromText(decodeUtf8(bytes))
      expect(brought).toMatchObject({ form, signatures: 1 })
      expect(canonical(brought.document)).toBe(canonical(document))
    }
  })

  test('exported envelopes open again around the very bytes that were signed', () => {
    fc.assert(
      fc.property(layout, (document) => {
        const meta = openEnvelope(new TextEncoder().encode(draft.metablockText(document, [{ keyid: 'ab', sig: '00' }])))
        expect(meta.signedBytes).toEqual(draft.metablockBytes(document))
        const payload = draft.dssePayload(document)
        const enveloped = openEnvelope(
          new TextEncoder().encode(draft.dsseText(payload, [{ keyid: 'ab', sig: 'AA==' }])),
        )
        expect(enveloped.signedBytes).toEqual(draft.dsseBytes(payload))
        expect(canonical(enveloped.value)).toBe(canonical(document))
      }),
    )
  })

  test.each([
    ['a link', '{"_type":"link"}', '_type'],
    ['a list', '[]', '1:1'],
    ['a duplicate member', '{"_type":"layout","a":1,"a":2}', '1:25'],
    ['cut off', '{"_type":"layout",\n "steps": [', '2:12'],
  ])('%s is refused with its place', (_, text, place) => {
    expect(() => draft.layoutFromText(text)).toThrow(expect.objectContaining({ name: 'FormatError', place }))
  })
})

describe('commands', () => {
  test('undo after any commands gives back the very document, and redo the later one', () => {
    fc.assert(
      fc.property(layout, fc.array(command, { maxLength: 8 }), (document, commands) => {
        let history = draft.historyOf(document)
        for (const act of commands) history = draft.record(history, act(history.present), 'act')
        const end = history.present
        const steps = history.past.length
        for (let n = 0; n < steps; n++) history = draft.undo(history)
        expect(history.present).toBe(document)
        for (let n = 0; n < steps; n++) history = draft.redo(history)
        expect(history.present).toBe(end)
      }),
    )
  })

  test('no command changes the document it was given, or a member that it does not name', () => {
    fc.assert(
      fc.property(layout, command, (document, act) => {
        const before = draft.layoutText(document)
        const after = act(document)
        expect(draft.layoutText(document)).toBe(before)
        for (const [name, value] of document) {
          if (name.startsWith('x-')) expect(after.get(name)).toBe(value)
        }
      }),
    )
  })

  test('members of a step that no specification names survive every edit of that step', () => {
    let document = draft.readLayoutText(
      draft
        .layoutText(sound())
        .replace('"name": "build"', '"x-owner": {"n": 90071992547409931, "f": 1.50},\n "name": "build"'),
    )
    document = draft.renameItem(document, STEP0, 'compile')
    document = draft.setThreshold(document, STEP0, 1)
    document = draft.addRule(document, STEP0, 'materials', ['ALLOW', 'src/*'])
    expect(draft.layoutText(document)).toContain('"n": 90071992547409931')
    expect(draft.layoutText(document)).toContain('"f": 1.50')
  })

  test('renaming a step rewrites every MATCH that names it, prefixes and letter case kept', () => {
    let document = draft.addRule(sound(), STEP1, 'products', [
      'match',
      '*',
      'IN',
      'build',
      'WITH',
      'materials',
      'IN',
      'build',
      'from',
      'build',
    ])
    document = draft.renameItem(document, STEP0, 'compile')
    const [, pack] = draft.viewDraft(document).items
    expect(pack?.materials[0]?.tokens).toEqual(['MATCH', 'dist/*', 'WITH', 'PRODUCTS', 'FROM', 'compile'])
    expect(pack?.products.flatMap((entry) => entry.tokens ?? [])).toContain('compile')
    expect(pack?.products[1]?.tokens).toEqual([
      'match',
      '*',
      'IN',
      'build',
      'WITH',
      'materials',
      'IN',
      'build',
      'from',
      'compile',
    ])
  })

  test('renaming one of two steps with one name leaves the MATCH rules to the other', () => {
    const twice = draft.addStep(sound(), 'build')
    const renamed = draft.renameItem(twice, { list: 'steps', index: 2 }, 'build-2')
    expect(draft.viewDraft(renamed).items[1]?.materials[0]?.rule).toMatchObject({ from: 'build' })
  })

  test('a MATCH made by connecting stands before the closing DISALLOW', () => {
    const { index, document } = draft.connect(sound(), {
      to: STEP1,
      side: 'materials',
      from: 'build',
      fromSide: 'products',
    })
    expect(index).toBe(1)
    expect(draft.viewDraft(document).items[1]?.materials.map((entry) => entry.rule?.keyword)).toEqual([
      'MATCH',
      'MATCH',
      'DISALLOW',
    ])
  })

  test('removing a step says which rules go with it, and takes them along', () => {
    expect(draft.consequencesOfRemoving(sound(), STEP0)).toEqual(['package loses one MATCH rule of its materials.'])
    const after = draft.viewDraft(draft.removeItemAndMatches(sound(), STEP0))
    expect(after.items.map((entry) => entry.name)).toEqual(['package'])
    expect(after.items[0]?.materials.map((entry) => entry.rule?.keyword)).toEqual(['DISALLOW'])
  })

  test('one key is listed once, whatever keyid a file gives it, and goes with its last step', () => {
    const { key } = makeKey('both')
    let document = draft.addFunctionary(sound(), STEP0, key)
    document = draft.addFunctionary(document, STEP1, { ...key, keyid: 'ab'.repeat(32) })
    expect(draft.viewDraft(document).keys).toHaveLength(3)
    document = draft.removeFunctionary(document, STEP0, key.keyid)
    expect(draft.viewDraft(document).keys).toHaveLength(3)
    document = draft.removeFunctionary(document, STEP1, key.keyid)
    expect(draft.viewDraft(document).keys).toHaveLength(2)
  })
})

describe('history', () => {
  test('a gesture that goes on is one step; the next one is a step of its own', () => {
    let history = draft.historyOf('')
    for (const value of ['a', 'ab', 'abc']) history = draft.record(history, value, 'Typed', 'name')
    history = draft.endGesture(history)
    history = draft.record(history, 'abcd', 'Typed', 'name')
    expect(history.past.map((entry) => entry.value)).toEqual(['', 'abc'])
    expect(draft.undo(draft.undo(history)).present).toBe('')
  })

  test('a new act after undo forgets what was undone', () => {
    const history = draft.record(draft.undo(draft.record(draft.historyOf(1), 2, 'two')), 3, 'three')
    expect(draft.redo(history)).toBe(history)
  })
})

describe('issues', () => {
  test('a sound layout has none, and the engine reads it', () => {
    expect(codes(sound())).toEqual([])
    expect(parseLayoutDocument(sound()).complaints).toEqual([])
  })

  const broken: [draft.IssueCode, (document: JsonObject) => JsonObject, boolean][] = [
    ['EXPIRED', (d) => draft.setExpires(d, '2029-12-31T23:59:59Z'), true],
    ['EXPIRES_INVALID', (d) => draft.setExpires(d, '2030-02-31T00:00:00Z'), true],
    ['EXPIRES_LATE', (d) => draft.setExpires(d, '2032-01-01T00:00:00Z'), true],
    ['NAME_DUPLICATE', (d) => draft.renameItem(d, STEP1, 'build'), true],
    ['NAME_LOOKALIKE', (d) => draft.renameItem(d, STEP1, 'Build'), false],
    ['NAME_UNSAFE', (d) => draft.renameItem(d, STEP1, 'a/b'), false],
    ['NAME_MISSING', (d) => draft.renameItem(d, STEP1, ''), true],
    ['THRESHOLD_ABOVE_SIGNERS', (d) => draft.setThreshold(d, STEP0, 2), true],
    ['THRESHOLD_INVALID', (d) => draft.setThreshold(d, STEP0, 0), true],
    ['KEY_UNKNOWN', (d) => draft.addFunctionaryId(d, STEP0, 'cd'.repeat(32)), true],
    ['KEY_UNUSED', (d) => draft.addKey(d, makeKey('spare').key), true],
    [
      'MATCH_UNKNOWN_STEP',
      (d) => draft.addRule(d, STEP1, 'materials', ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'x']),
      true,
    ],
    ['RULE_INVALID', (d) => draft.addRule(d, STEP1, 'materials', ['ALLOW']), false],
    [
      'CYCLE',
      (d) => draft.connect(d, { to: STEP0, side: 'materials', from: 'package', fromSide: 'products' }).document,
      false,
    ],
    ['REQUIRE_AFTER_CONSUMER', (d) => draft.addRule(d, STEP0, 'products', ['REQUIRE', 'dist/app.js'], 1), true],
    ['REQUIRE_AFTER_CLOSING', (d) => draft.addRule(d, STEP0, 'products', ['REQUIRE', 'other'], 2), true],
    ['REQUIRE_PATTERN', (d) => draft.addRule(d, STEP0, 'products', ['REQUIRE', 'x*'], 0), false],
    ['NO_CLOSING_DISALLOW', (d) => draft.removeRule(d, STEP0, 'products', 1), true],
    ['ALLOW_ALL_EARLY', (d) => draft.addRule(d, STEP0, 'products', ['ALLOW', '*'], 0), true],
    ['NEVER_CONSUMES', (d) => draft.addRule(d, STEP0, 'materials', ['CREATE', 'x']), true],
    ['NEVER_CONSUMES', (d) => draft.addRule(d, STEP0, 'products', ['DELETE', 'x']), true],
    ['CARET_CLASS', (d) => draft.addRule(d, STEP0, 'products', ['ALLOW', '[^a]']), true],
    ['PATH_NOT_NORMAL', (d) => draft.addRule(d, STEP0, 'products', ['ALLOW', './a']), true],
    [
      'MATCH_ITSELF',
      (d) => draft.addRule(d, STEP0, 'products', ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'build']),
      true,
    ],
    ['UNBOUND_STEP', (d) => draft.removeRule(d, STEP1, 'materials', 0), true],
    [
      'NOT_SIGNABLE',
      (d) => draft.readLayoutText(draft.layoutText(d).replace('"readme"', '"ratio": 0.5, "readme"')),
      false,
    ],
    [
      'UNKNOWN_MEMBER',
      (d) => draft.readLayoutText(draft.layoutText(d).replace('"readme"', '"colour": "red", "readme"')),
      false,
    ],
    ['LAYOUT_INVALID', (d) => draft.readLayoutText(draft.layoutText(d).replace('"readme": ""', '"readme": 1')), false],
  ]
  test.each(broken)(
    '%s is found where one thing is changed, with its fix where it has one',
    (code, breakIt, hasFix) => {
      const document = breakIt(sound())
      expect(codes(document)).toContain(code)
      if (hasFix) expect(codes(fixed(document, code))).not.toContain(code)
    },
  )

  test('a step that takes from an inspection takes nothing', () => {
    let document = draft.addInspection(sound(), 'unpack', ['tar', 'xf', 'app.tar'])
    document = draft.connect(document, { to: STEP1, side: 'materials', from: 'unpack', fromSide: 'products' }).document
    expect(codes(document)).toContain('MATCH_INSPECTION')
  })

  test('one key under two keyids counts as one signer', () => {
    const { key } = makeKey('twin')
    let document = draft.addFunctionary(draft.removeItem(sound(), STEP0), STEP0, key)
    const text = draft.layoutText(document)
    const other = 'f0'.repeat(32)
    const object = text.slice(text.indexOf(`"${key.keyid}": {`) + key.keyid.length + 4)
    const body = object.slice(0, object.indexOf('\n    }') + 6).replace(key.keyid, other)
    document = draft.readLayoutText(text.replace('"keys": {', `"keys": {\n "${other}": ${body},`))
    document = draft.setThreshold(draft.addFunctionaryId(document, STEP0, other), STEP0, 3)
    const found = draft.findIssues(draft.viewDraft(document), AT)
    expect(found.map((issue) => issue.code)).toContain('KEY_TWICE')
    expect(found.find((issue) => issue.code === 'THRESHOLD_ABOVE_SIGNERS')?.message).toContain('only 2')
  })

  test('an unbound step is named with what it means', () => {
    const document = draft.removeRule(sound(), STEP1, 'materials', 0)
    const issue = draft.findIssues(draft.viewDraft(document), AT).find((found) => found.code === 'UNBOUND_STEP')
    expect(issue?.message).toBe('build is bound to nothing: one build would serve every build.')
    expect(
      draft.connectedWith(
        draft.viewDraft(fixed(document, 'UNBOUND_STEP')),
        draft.viewDraft(document).items[1] ?? fail(),
      ).size,
    ).toBe(1)
  })

  test('a draft without errors is always a layout that the engine reads without complaint', () => {
    fc.assert(
      fc.property(layout, fc.array(command, { maxLength: 5 }), (document, commands) => {
        const after = commands.reduce((d, act) => act(d), document)
        if (draft.hasErrors(draft.findIssues(draft.viewDraft(after), AT))) return
        expect(parseLayoutDocument(after).complaints).toEqual([])
      }),
    )
  })
})

function fail(): never {
  throw new Error('expected an item')
}

describe('preview', () => {
  const digests = { sha256: 'aa' }
  const links = new Map([
    [
      'build',
      {
        materials: new Map(),
        products: new Map([
          ['dist/a.js', digests],
          ['dist/b.js', digests],
          ['log', digests],
        ]),
      },
    ],
    [
      'package',
      {
        materials: new Map([
          ['dist/a.js', digests],
          ['dist/b.js', { sha256: 'bb' }],
        ]),
        products: new Map(),
      },
    ],
  ])

  test("shows what each rule takes and what the closing one stops, with the verifier's own engine", () => {
    const preview = draft.previewDraft(draft.viewDraft(sound()), links)
    const trace = preview.get('package')?.materials?.trace
    expect(trace?.rules.map((entry) => entry.consumedNames)).toEqual([['dist/a.js'], []])
    expect(trace?.failed).toBe(true)
    expect(preview.get('build')?.products?.trace.leftover).toEqual(['log'])
  })

  test('a step without a link in the run has no preview', () => {
    const view = draft.viewDraft(draft.addStep(sound(), 'scan'))
    expect(draft.previewDraft(view, links).get('scan')).toEqual({ materials: null, products: null })
  })

  test('suggests folders by how much they hold, then single names', () => {
    expect(draft.suggestPatterns(['dist/a.js', 'dist/b.js', 'log[1]'])).toEqual([
      { pattern: 'dist/*', files: 2 },
      { pattern: 'dist/a.js', files: 1 },
      { pattern: 'dist/b.js', files: 1 },
      { pattern: 'log[[]1]', files: 1 },
    ])
  })
})
