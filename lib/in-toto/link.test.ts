import { describe, expect, test } from 'vitest'
import { FormatError, type JsonObject, type JsonValue, jsonObject } from '#lib/crypto/index.ts'
import { LIMITS } from './limits.ts'
import { equalArtifacts, equalDigests, limitArtifacts, parseLinkDocument, readDigests } from './link.ts'
import type { Digests } from './report.ts'
import { parseStatementDocument } from './statement.ts'

const hex = (text: string): JsonObject => jsonObject({ sha256: text })
const link = (more: Record<string, JsonValue> = {}): JsonObject =>
  jsonObject({
    _type: 'link',
    name: 'build',
    materials: jsonObject({ src: hex('aa') }),
    products: jsonObject({ app: hex('bb'), 'a b': jsonObject({ sha256: 'CC', sha512: '00' }) }),
    byproducts: jsonObject({ 'return-value': 0n }),
    environment: jsonObject({}),
    command: ['make', 'all'],
    ...more,
  })
const fault = (read: () => unknown): string => {
  try {
    read()
    return 'read'
  } catch (error) {
    return error instanceof FormatError ? `${error.code} ${error.place}` : `escaped: ${String(error)}`
  }
}
const faultOf = (more: Record<string, JsonValue>) => fault(() => parseLinkDocument(link(more)))

describe('a link', () => {
  test('is read whole, letter case and all', () => {
    expect(parseLinkDocument(link())).toEqual({
      name: 'build',
      materials: new Map([['src', { sha256: 'aa' }]]),
      products: new Map<string, Digests>([
        ['app', { sha256: 'bb' }],
        ['a b', { sha256: 'CC', sha512: '00' }],
      ]),
      command: ['make', 'all'],
      commandWasNull: false,
      returnValue: 0,
    })
  })

  test('may have no command and no return value, and says so', () => {
    expect(parseLinkDocument(link({ command: null }))).toMatchObject({ command: [], commandWasNull: true })
    const returned = (value: JsonValue) =>
      parseLinkDocument(link({ byproducts: jsonObject({ 'return-value': value }) })).returnValue
    expect([returned(3n), returned(-1n), returned(null), returned('0'), returned(true)]).toEqual([
      3,
      -1,
      null,
      null,
      null,
    ])
    expect(parseLinkDocument(link({ byproducts: jsonObject({}) })).returnValue).toBeNull()
  })

  test.each<[string, Record<string, JsonValue>, string]>([
    ['a name that is none', { name: 7n }, 'MALFORMED name'],
    ['materials that are a list', { materials: [] }, 'MALFORMED materials'],
    ['products that are nothing', { products: null }, 'MALFORMED products'],
    ['a file without digests', { products: jsonObject({ app: 'aa' }) }, 'MALFORMED products.app'],
    ['a file that is null', { products: jsonObject({ app: null }) }, 'MALFORMED products.app'],
    [
      'a digest that is no text',
      { products: jsonObject({ app: jsonObject({ sha256: 7n }) }) },
      'MALFORMED products.app.sha256',
    ],
    ['a digest that is empty', { materials: jsonObject({ 'a b': hex('') }) }, 'MALFORMED materials["a b"].sha256'],
    ['byproducts that are a list', { byproducts: [] }, 'MALFORMED byproducts'],
    ['an environment that is a text', { environment: 'x' }, 'MALFORMED environment'],
    ['a command that is a text', { command: 'make' }, 'MALFORMED command'],
    ['a command with a number', { command: ['make', 1n] }, 'MALFORMED command[1]'],
  ])('with %s is refused with the place', (_, more, expected) => {
    expect(faultOf(more)).toBe(expected)
  })

  test('has at most so many files, those of both lists together', () => {
    expect(fault(() => limitArtifacts(LIMITS.artifacts))).toBe('read')
    expect(fault(() => limitArtifacts(LIMITS.artifacts + 1))).toBe('LIMIT materials')
    const one = hex('aa')
    const files = (count: number): JsonObject => new Map(Array.from({ length: count }, (_, i) => [`f${i}`, one]))
    const half = files(LIMITS.artifacts / 2)
    expect(faultOf({ materials: half, products: half })).toBe('read')
    expect(faultOf({ materials: half, products: files(LIMITS.artifacts / 2 + 1) })).toBe('LIMIT materials')
  })
})

describe('a digest set', () => {
  const read = (value: JsonValue | undefined) => fault(() => readDigests(value, () => 'here'))

  test('holds hex and nothing beside it', () => {
    for (const digit of '0189abefABEF') expect(read(hex(`a${digit}`))).toBe('read')
    // what stands before and behind the digits and letters, and first or last in the text
    for (const other of '/:@G`g xZ-+\u0660é') {
      for (const text of [`${other}a`, `a${other}`, `a${other}a`]) expect(read(hex(text))).toBe('MALFORMED here.sha256')
    }
  })

  test('has names of algorithms, and is an object', () => {
    for (const name of ['sha256', 'SHA-512/256', 'gitoid:blob', 'x_1.y+z']) {
      expect(read(jsonObject({ [name]: 'aa' }))).toBe('read')
    }
    for (const name of ['__proto__', '', ' sha256', '-x']) expect(read(new Map([[name, 'aa']]))).toContain('MALFORMED')
    for (const none of ['aa', [], null, undefined, 7n]) expect(read(none)).toBe('MALFORMED here')
    expect(read(jsonObject({}))).toBe('read')
  })
})

describe('equal to the letter', () => {
  test('are digest sets of the same algorithms and values', () => {
    const one = { sha256: 'aa', sha512: 'bb' }
    expect(equalDigests(one, one)).toBe(true)
    expect(equalDigests(one, { sha512: 'bb', sha256: 'aa' })).toBe(true)
    expect(equalDigests({}, {})).toBe(true)
    const others: readonly Digests[] = [
      {},
      { sha256: 'aa' },
      { ...one, md5: 'cc' },
      { ...one, sha256: 'AA' },
      { sha256: 'aa', x: 'bb' },
    ]
    for (const other of others) {
      expect(equalDigests(one, other)).toBe(false)
      expect(equalDigests(other, one)).toBe(false)
    }
    // names of prototypes are ordinary names
    expect(equalDigests({ toString: 'aa' }, { sha256: 'aa' })).toBe(false)
  })

  test('are file lists with the same paths and digests, in any order', () => {
    const list = (entries: Record<string, string>) =>
      new Map(Object.entries(entries).map(([path, sha256]) => [path, { sha256 }]))
    const one = list({ a: '1', b: '2' })
    expect(equalArtifacts(one, one)).toBe(true)
    expect(equalArtifacts(one, list({ b: '2', a: '1' }))).toBe(true)
    expect(equalArtifacts(list({}), list({}))).toBe(true)
    const others: readonly Record<string, string>[] = [
      {},
      { a: '1' },
      { a: '1', b: '3' },
      { a: '1', c: '2' },
      { a: '1', b: '2', c: '3' },
    ]
    for (const other of others) {
      expect(equalArtifacts(one, list(other))).toBe(false)
      expect(equalArtifacts(list(other), one)).toBe(false)
    }
  })
})

describe('a statement', () => {
  const app = jsonObject({ name: 'app', digest: hex('aa') })
  const statement = (subject: JsonValue) =>
    parseStatementDocument(jsonObject({ subject, predicateType: 'https://example.org/x', predicate: jsonObject({}) }))

  test('has subjects with a digest each', () => {
    expect(statement([app]).subjects).toEqual([{ name: 'app', uri: null, digests: { sha256: 'aa' } }])
    for (const digest of [{}, { digest: jsonObject({}) }, { digest: null }] as Record<string, JsonValue>[]) {
      const subject = jsonObject({ name: 'app', ...digest })
      expect(fault(() => statement([app, subject]))).toBe('MALFORMED subject[1].digest')
    }
  })

  test('has at most so many of them', () => {
    const many = (count: number) => fault(() => statement(Array.from({ length: count }, () => app)))
    expect(many(LIMITS.subjects)).toBe('read')
    expect(many(LIMITS.subjects + 1)).toBe('LIMIT subject')
  })
})
