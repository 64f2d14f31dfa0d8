import { describe, expect, test } from 'vitest'
import { FormatError, type JsonObject, jsonObject, keyObject, parseJson, toHex, utf8 } from '#lib/crypto/index.ts'
import { authoritiesObject, makeAuthority } from '#lib/testing/authority/certificates.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { parseLayoutDocument } from './layout.ts'
import { LIMITS } from './limits.ts'

const [ci, qa] = [makeKey('ci'), makeKey('qa')]
const [root, other] = [makeAuthority('root', 'bank.example'), makeAuthority('other', 'bank.example')]

/** A step, an inspection and a constraint, each with every member, written as JSON. */
const step = (more: object = {}) => ({
  _type: 'step',
  name: 'build',
  expected_materials: [['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'fetch']],
  expected_products: [
    ['create', 'dist/*'],
    ['DISALLOW', '*'],
  ],
  expected_command: ['make', 'all'],
  pubkeys: [ci.keyid],
  threshold: 1,
  ...more,
})
const inspection = (more: object = {}) => ({
  _type: 'inspection',
  name: 'unpack',
  expected_materials: [['ALLOW', 'a']],
  expected_products: [['REQUIRE', 'b']],
  run: ['tar', 'x'],
  ...more,
})
const constraint = (more: object = {}) => ({
  common_name: 'ci',
  dns_names: ['d'],
  emails: ['e'],
  organizations: ['o'],
  roots: ['r'],
  uris: ['u'],
  ...more,
})
const without = (object: object, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([member]) => member !== name))

function layout(more: object = {}, added: Readonly<Record<string, JsonObject>> = {}): JsonObject {
  const text = JSON.stringify({
    _type: 'layout',
    expires: '2040-01-31T00:00:00Z',
    inspect: [inspection()],
    readme: 'how it is made',
    steps: [step()],
    ...more,
  })
  const value = parseJson(utf8(text))
  if (!(value instanceof Map)) throw new Error('no object')
  if (!('keys' in more)) value.set('keys', new Map([[ci.keyid, keyObject(ci.key, 'legacy')]]))
  for (const [name, member] of Object.entries(added)) value.set(name, member)
  return value
}

function fault(value: JsonObject): readonly [code: string, message: string, place: string] | null {
  try {
    parseLayoutDocument(value)
    return null
  } catch (error) {
    if (error instanceof FormatError) return [error.code, error.message, error.place]
    throw error
  }
}

const complaints = (value: JsonObject) => parseLayoutDocument(value).complaints

test('a layout is read member by member', () => {
  const value = layout({ steps: [step({ cert_constraints: [constraint()] })] }, { rootcas: authoritiesObject([root]) })
  const read = parseLayoutDocument(value)
  expect(read).toMatchObject({
    expires: '2040-01-31T00:00:00Z',
    readme: 'how it is made',
    unknownFields: [],
    complaints: [],
    steps: [
      {
        name: 'build',
        expectedCommand: ['make', 'all'],
        pubkeys: [ci.keyid],
        threshold: 1,
        expectedMaterials: [
          {
            keyword: 'MATCH',
            pattern: '*',
            sourcePrefix: null,
            with: 'products',
            destinationPrefix: null,
            from: 'fetch',
            tokens: ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'fetch'],
          },
        ],
        expectedProducts: [
          { keyword: 'CREATE', pattern: 'dist/*', tokens: ['create', 'dist/*'] },
          { keyword: 'DISALLOW', pattern: '*' },
        ],
        certConstraints: [
          { commonName: 'ci', dnsNames: ['d'], emails: ['e'], organizations: ['o'], roots: ['r'], uris: ['u'] },
        ],
      },
    ],
    inspections: [
      {
        name: 'unpack',
        run: ['tar', 'x'],
        expectedMaterials: [{ keyword: 'ALLOW', pattern: 'a' }],
        expectedProducts: [{ keyword: 'REQUIRE', pattern: 'b' }],
      },
    ],
  })
  expect(read.value).toBe(value)
  expect(read.keys.get(ci.keyid)?.fingerprint).toBe(ci.key.fingerprint)
  const [[keyid, authority] = ['', null]] = read.rootCas
  expect(authority?.keyid).toBe(keyid)
  expect(authority?.certificate.sha256).toBe(root.certificate.sha256)
  expect(authority?.publicKey).not.toBe(null)
  expect(read.intermediateCas.size).toBe(0)
})

const matches = 'MATCH <pattern> [IN <prefix>] WITH (MATERIALS|PRODUCTS) [IN <prefix>] FROM <step>'

describe('what is no layout is refused with its place', () => {
  test.each<[string, string, object]>([
    ['_type', 'Expected "layout" at _type; found "link".', { _type: 'link' }],
    ['_type', 'Expected "layout" at _type; found nothing.', { _type: 7 }],
    ['expires', 'Expected a string at expires; found nothing.', { expires: undefined }],
    [
      'expires',
      'Expected a time like 2030-01-31T12:00:00Z at expires; found "2030-02-31T00:00:00Z".',
      { expires: '2030-02-31T00:00:00Z' },
    ],
    ['readme', 'Expected a string at readme; found null.', { readme: null }],
    ['steps', 'Expected an array at steps; found an object.', { steps: {} }],
    ['inspect', 'Expected an array at inspect; found nothing.', { inspect: undefined }],
    ['keys', 'Expected an object at keys; found an array.', { keys: [] }],
    ['keys.xyz', 'Expected a keyid in hex at keys.xyz; found "xyz".', { keys: { xyz: {} } }],
    ['keys[""]', 'Expected a keyid in hex at keys[""]; found "".', { keys: { '': {} } }],
    ['keys["ab cd"]', 'Expected a keyid in hex at keys["ab cd"]; found "ab cd".', { keys: { 'ab cd': {} } }],
    ['steps[0]', 'Expected an object at steps[0]; found "build".', { steps: ['build'] }],
    ['steps[1]._type', 'Expected "step" at steps[1]._type; found "inspection".', { steps: [step(), inspection()] }],
    ['steps[0].name', 'Expected a string at steps[0].name; found 1.', { steps: [step({ name: 1 })] }],
    ['inspect[0]', 'Expected an object at inspect[0]; found true.', { inspect: [true] }],
    ['inspect[0]._type', 'Expected "inspection" at inspect[0]._type; found "step".', { inspect: [step()] }],
    [
      'inspect[0].run',
      'Expected an array at inspect[0].run; found nothing.',
      { inspect: [without(inspection(), 'run')] },
    ],
    [
      'inspect[0].run[1]',
      'Expected a string at inspect[0].run[1]; found 2.',
      { inspect: [inspection({ run: ['a', 2] })] },
    ],
  ])('%s: %s', (place, message, more) => {
    expect(fault(layout(more))).toEqual(['LAYOUT_INVALID', message, place])
  })

  test.each<[string, string, object]>([
    ['expected_command', 'Expected an array at @; found "make".', { expected_command: 'make' }],
    ['expected_command[1]', 'Expected a string at @; found null.', { expected_command: ['make', null] }],
    ['pubkeys', 'Expected an array at @; found nothing.', { pubkeys: undefined }],
    ['pubkeys[0]', 'Expected a string at @; found 7.', { pubkeys: [7] }],
    ['pubkeys[1]', 'Expected a keyid in hex at @; found "key g".', { pubkeys: ['ab', 'key g', 'x'] }],
    ['pubkeys[0]', 'Expected a keyid in hex at @; found "xy".', { pubkeys: ['xy', 'ab'] }],
    ['name', `Expected a string at @; found an array.`, { name: [] }],
    ['threshold', `Expected a whole number from 1 at @; found "${'x'.repeat(60)}".`, { threshold: 'x'.repeat(60) }],
    ['threshold', `Expected a whole number from 1 at @; found "${'x'.repeat(60)}…".`, { threshold: 'x'.repeat(61) }],
    ['threshold', 'Expected a whole number from 1 at @; found 0.', { threshold: 0 }],
    ['threshold', 'Expected a whole number from 1 at @; found nothing.', { threshold: undefined }],
    ['threshold', 'Expected a whole number from 1 at @; found "2".', { threshold: '2' }],
    ['threshold', 'Expected a whole number from 1 at @; found true.', { threshold: true }],
    ['threshold', 'Expected a whole number from 1 at @; found the number 1.5.', { threshold: 1.5 }],
    ['threshold', 'Expected a whole number from 1 at @; found 1000001.', { threshold: 1_000_001 }],
    ['expected_materials', 'Expected an array at @; found nothing.', { expected_materials: undefined }],
    [
      'expected_products[1]',
      'Expected an array at @; found "ALLOW".',
      { expected_products: [['ALLOW', 'a'], 'ALLOW'] },
    ],
    ['expected_products[0][1]', 'Expected a string at @; found 1.', { expected_products: [['ALLOW', 1]] }],
    [
      'expected_materials[2]',
      'Expected a rule that is "ALLOW <pattern>"; found ["ALLOW"].',
      { expected_materials: [['ALLOW', 'a'], ['ALLOW', 'b'], ['ALLOW']] },
    ],
    [
      'expected_products[0]',
      'Expected a rule that starts with CREATE, DELETE, MODIFY, ALLOW, DISALLOW, REQUIRE or MATCH; found ["TAKE","a"].',
      { expected_products: [['TAKE', 'a']] },
    ],
    [
      'expected_products[0]',
      `Expected a rule that is "${matches}"; found ["MATCH","*","WITH","FILES","FROM","x"].`,
      { expected_products: [['MATCH', '*', 'WITH', 'FILES', 'FROM', 'x']] },
    ],
    ['cert_constraints', 'Expected an array at @; found an object.', { cert_constraints: {} }],
    ['cert_constraints[0]', 'Expected an object at @; found "x".', { cert_constraints: ['x'] }],
    [
      'cert_constraints[1].common_name',
      'Expected a string at @; found nothing.',
      { cert_constraints: [constraint(), without(constraint(), 'common_name')] },
    ],
    ...['dns_names', 'emails', 'organizations', 'roots', 'uris'].flatMap((list): [string, string, object][] => [
      [
        `cert_constraints[0].${list}`,
        'Expected an array at @; found nothing.',
        { cert_constraints: [without(constraint(), list)] },
      ],
      [
        `cert_constraints[0].${list}[0]`,
        'Expected a string at @; found 1.',
        { cert_constraints: [constraint({ [list]: [1] })] },
      ],
    ]),
  ])('steps[1].%s: %s', (member, message, more) => {
    const place = `steps[1].${member}`
    const steps = [step({ name: 'first' }), step(more)]
    expect(fault(layout({ steps }))).toEqual(['LAYOUT_INVALID', message.replace('@', place), place])
  })

  test.each([1, 2, 1_000_000])('a threshold of %i is one', (threshold) => {
    expect(parseLayoutDocument(layout({ steps: [step({ threshold })] })).steps[0]?.threshold).toBe(threshold)
  })

  test('names are used once, by steps and inspections together', () => {
    const message = 'The name "build" is used by more than one step or inspection; names must be unique.'
    expect(fault(layout({ steps: [step(), step()] }))).toEqual(['LAYOUT_INVALID', message, 'steps'])
    expect(fault(layout({ inspect: [inspection({ name: 'build' })] }))).toEqual(['LAYOUT_INVALID', message, 'steps'])
  })

  test('a key that cannot be used is named, by what is wrong with it', () => {
    const keys = (key: object) => layout({ keys: { ab: key } })
    const [code, message, place] = fault(keys({ keytype: 'ed25519' })) ?? []
    expect([code, place]).toEqual(['LAYOUT_INVALID', 'keys.ab'])
    expect(message).toMatch(/^The key at keys\.ab cannot be used: /)
    const unknown = { keytype: 'unheard-of', scheme: 'x', keyval: { public: 'ab' } }
    expect(fault(keys(unknown))?.[0]).toBe('LAYOUT_INVALID')
  })

  test('more steps or rules than are read', () => {
    const steps = (count: number) => Array.from({ length: count }, (_, i) => step({ name: `s${i}` }))
    const tooMany = (place: string, count: number, limit: number) => [
      'LIMIT',
      `The layout has ${count} entries at ${place}; at most ${limit} are read.`,
      place,
    ]
    expect(fault(layout({ steps: steps(LIMITS.steps) }))).toBe(null)
    expect(fault(layout({ steps: steps(LIMITS.steps + 1) }))).toEqual(tooMany('steps', LIMITS.steps + 1, LIMITS.steps))
    const rules = (count: number) => layout({ steps: [step({ expected_products: Array(count).fill(['ALLOW', 'a']) })] })
    expect(fault(rules(LIMITS.rulesPerList))).toBe(null)
    const place = 'steps[0].expected_products'
    expect(fault(rules(LIMITS.rulesPerList + 1))).toEqual(tooMany(place, LIMITS.rulesPerList + 1, LIMITS.rulesPerList))
  })

  test('authorities are key objects with one certificate', () => {
    const read = (rootcas: JsonObject) => fault(layout({}, { rootcas }))
    const authority = (keyval: JsonObject) => jsonObject({ ab: jsonObject({ keyval }) })
    expect(fault(layout({ rootcas: null, intermediatecas: null }))).toBe(null)
    expect(fault(layout({ intermediatecas: [] }))).toEqual([
      'LAYOUT_INVALID',
      'Expected an object at intermediatecas; found an array.',
      'intermediatecas',
    ])
    expect(read(jsonObject({ ab: 'x' }))?.slice(1)).toEqual([
      'Expected an object at rootcas.ab; found "x".',
      'rootcas.ab',
    ])
    expect(read(jsonObject({ ab: jsonObject({}) }))?.[2]).toBe('rootcas.ab.keyval')
    expect(read(authority(jsonObject({})))?.[2]).toBe('rootcas.ab.keyval.certificate')
    const two = fault(layout({}, { rootcas: authority(jsonObject({ certificate: `${root.pem}\n${other.pem}` })) }))
    const place = 'rootcas.ab.keyval.certificate'
    expect(two).toEqual(['LAYOUT_INVALID', `Expected one certificate at ${place}; found several.`, place])
    const [code, message, at] = read(authority(jsonObject({ certificate: 'no PEM' }))) ?? []
    expect([code, at]).toEqual(['LAYOUT_INVALID', place])
    expect(message).toMatch(/^The certificate at rootcas\.ab\.keyval\.certificate cannot be used: /)
  })
})

test('of a constraint, null is no demand, as in-toto-golang writes an empty list', () => {
  const nothing = { dns_names: null, emails: null, organizations: null, roots: null, uris: null }
  const { steps } = parseLayoutDocument(layout({ steps: [step({ cert_constraints: [constraint(nothing)] })] }))
  const none = { dnsNames: [], emails: [], organizations: [], roots: [], uris: [] }
  expect(steps[0]?.certConstraints).toEqual([{ commonName: 'ci', ...none }])
  expect(parseLayoutDocument(layout({ steps: [step({ cert_constraints: null })] })).steps[0]?.certConstraints).toEqual(
    [],
  )
})

test('members that no specification names are listed with their places', () => {
  const value = layout({
    'not before': 'x',
    inspect: [inspection({ threshold: 2 })],
    steps: [step({ run: [], cert_constraints: [constraint({ serial: 1 })] })],
  })
  expect(parseLayoutDocument(value).unknownFields).toEqual([
    '["not before"]',
    'steps[0].run',
    'steps[0].cert_constraints[0].serial',
    'inspect[0].threshold',
  ])
})

describe('what weakens a layout unnoticed is complained of', () => {
  test('no steps', () => {
    const message = 'Expected at least one step; a layout without steps demands nothing.'
    expect(complaints(layout({ steps: [] }))).toEqual([{ place: 'steps', message }])
  })

  test('a key that calls itself otherwise', () => {
    const keys = new Map([['ab'.repeat(32), keyObject(ci.key, 'legacy')]])
    const message = `The key listed under abababab calls itself ${ci.keyid.slice(0, 8)}; both must be the same.`
    expect(complaints(layout({}, { keys }))).toEqual([{ place: `keys["${'ab'.repeat(32)}"]`, message }])
  })

  test('one key twice in a step, under two names; not one name twice, nor two keys', () => {
    const keys = new Map([
      [ci.keyid, keyObject(ci.key, 'legacy')],
      [qa.keyid, keyObject(qa.key, 'legacy')],
    ])
    const twice = (...pubkeys: string[]) =>
      complaints(layout({ steps: [step({ name: 'first' }), step({ pubkeys })] }, { keys }))
    expect(twice(ci.keyid, ci.keyid, qa.keyid, 'ab')).toEqual([])
    keys.set('cd'.repeat(32), keyObject(ci.key, 'legacy'))
    const message = `Step "build" lists one key twice, as ${ci.keyid.slice(0, 8)} and cdcdcdcd; it can only count once.`
    expect(twice(ci.keyid, qa.keyid, 'cd'.repeat(32))).toContainEqual({ place: 'steps[1].pubkeys', message })
  })

  test.each(['', '.', '...', 'a/b', 'a\\b', 'a*', 'a?', 'a[b', 'a]b', 'a\u0000', 'a\u001f', 'a\u007f'])(
    'the name %j, which cannot be part of a file name',
    (name) => {
      const message = `The name ${JSON.stringify(name)} cannot be part of a file name: empty, dots only, or with / \\ * ? [ ] or control characters.`
      expect(complaints(layout({ steps: [step({ name })] }))).toEqual([{ place: 'steps[0].name', message }])
      expect(complaints(layout({ inspect: [inspection({ name })] }))).toEqual([{ place: 'inspect[0].name', message }])
    },
  )

  test.each(['.a', 'a.', 'a b', 'é', 'build-1_2'])('but not the name %j', (name) => {
    expect(complaints(layout({ steps: [step({ name })] }))).toEqual([])
  })

  test('names that look alike, of steps and inspections', () => {
    const alike = (one: string, two: string, place: string) => [
      { place, message: `The names ${JSON.stringify(one)} and ${JSON.stringify(two)} look alike.` },
    ]
    const steps = [step(), step({ name: 'Build' })]
    expect(complaints(layout({ steps }))).toEqual(alike('build', 'Build', 'steps[1].name'))
    const [whole, parts] = ['\u00e9', 'e\u0301']
    const inspect = [inspection({ name: parts })]
    expect(complaints(layout({ steps: [step({ name: whole })], inspect }))).toEqual(
      alike(whole, parts, 'inspect[0].name'),
    )
  })

  test('but not names that differ in one language and are written alike in capitals', () => {
    expect(complaints(layout({ steps: [step({ name: 'maß' }), step({ name: 'MASS' })] }))).toEqual([])
  })

  test('an Ed25519 authority whose key in hex is another', () => {
    const own = makeAuthority('ed', 'bank.example', null, { kind: 'ed25519' })
    const [[keyid, authority] = ['', null]] = authoritiesObject([own])
    if (!(authority instanceof Map)) throw new Error('no authority')
    const of = (publicKey: string) => {
      const keyval = jsonObject({ certificate: own.pem, public: publicKey })
      return complaints(
        layout({}, { rootcas: new Map([[keyid, new Map([...authority, ['keyval', keyval]] as const)]]) }),
      )
    }
    const hex = toHex(own.certificate.spki.subarray(-32))
    expect(of(hex)).toEqual([])
    expect(of(hex.toUpperCase())).toEqual([])
    for (const other of [
      toHex(own.certificate.spki.subarray(0, 32)),
      `${hex}00`,
      `00${hex}`,
      hex.slice(2),
      `x${hex.slice(1)}`,
    ])
      expect(of(other)).toHaveLength(1)
    // a key in hex is one of Ed25519, and of no other kind
    const [[id, elliptic] = ['', null]] = authoritiesObject([root])
    if (!(elliptic instanceof Map)) throw new Error('no authority')
    const keyval = jsonObject({ certificate: root.pem, public: toHex(root.certificate.spki.subarray(-32)) })
    const rootcas = new Map([[id, new Map([...elliptic, ['keyval', keyval]] as const)]])
    expect(complaints(layout({}, { rootcas }))).toHaveLength(1)
  })

  test('an authority that is called otherwise, or whose key is not that of its certificate', () => {
    const [[keyid, authority] = ['', null]] = authoritiesObject([root])
    const [[, stranger] = ['', null]] = authoritiesObject([other])
    if (!(authority instanceof Map) || !(stranger instanceof Map)) throw new Error('no authorities')
    const [own, strange] = [authority.get('keyval'), stranger.get('keyval')]
    if (!(own instanceof Map) || !(strange instanceof Map)) throw new Error('no key values')
    const listed = (name: string, members: JsonObject) => layout({}, { [name]: members })
    expect(complaints(listed('rootcas', new Map([[keyid, authority]])))).toEqual([])
    const called = `The authority listed under abababab calls itself ${keyid.slice(0, 8)}; both must be the same.`
    for (const list of ['rootcas', 'intermediatecas']) {
      const place = `${list}["${'ab'.repeat(32)}"]`
      expect(complaints(listed(list, new Map([['ab'.repeat(32), authority]])))).toEqual([{ place, message: called }])
    }
    const of = (publicKey: JsonObject | string) => {
      const keyval = new Map([...own, ['public', publicKey]] as const)
      return complaints(listed('rootcas', new Map([[keyid, new Map([...authority, ['keyval', keyval]] as const)]])))
    }
    const wrong = {
      place: `rootcas[${JSON.stringify(keyid)}]`,
      message: `The public key of the authority ${keyid.slice(0, 8)} is not that of its certificate.`,
    }
    expect(of(String(strange.get('public')))).toEqual([wrong])
    expect(of('no key')).toEqual([wrong])
    expect(of('')).toEqual([])
    // it does not say
    const silent = new Map([
      [keyid, jsonObject({ keyval: jsonObject({ certificate: own.get('certificate') ?? null }) })],
    ])
    expect(complaints(listed('rootcas', silent))).toEqual([])
  })

  test.each(['dns_names', 'emails', 'organizations', 'roots', 'uris'])('a wildcard among other %s', (list) => {
    const message = 'A "*" beside other values is no wildcard; it must stand alone.'
    const found = (values: readonly string[]) =>
      complaints(layout({ steps: [step({ cert_constraints: [constraint(), constraint({ [list]: values })] })] }))
    expect(found(['a', '*'])).toEqual([{ place: 'steps[0].cert_constraints[1]', message }])
    expect(found(['*'])).toEqual([])
    expect(found(['a', 'b'])).toEqual([])
  })

  test('a constraint that demands nothing', () => {
    const empty = { common_name: '', dns_names: [], emails: [''], organizations: [], uris: [] }
    const found = (more: object) =>
      complaints(
        layout({ steps: [step(), step({ name: 'b', cert_constraints: [constraint({ ...empty, ...more })] })] }),
      )
    const message = 'The constraint is empty: it fits every certificate that names nobody.'
    expect(found({})).toEqual([{ place: 'steps[1].cert_constraints[0]', message }])
    for (const more of [
      { common_name: '*' },
      { dns_names: ['a'] },
      { emails: ['a'] },
      { organizations: ['*'] },
      { uris: ['u'] },
    ])
      expect(found(more)).toEqual([])
  })
})
