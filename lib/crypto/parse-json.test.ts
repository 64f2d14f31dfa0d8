import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import {
  encodeCanonicalJson,
  FormatError,
  JSON_LIMITS,
  JsonFloat,
  type JsonValue,
  parseJson,
  parseJsonValue,
  printJson,
  utf8,
} from './index.ts'

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof FormatError) return error.code
    throw error
  }
  return 'accepted'
}

const read = (text: string): JsonValue => parseJson(utf8(text))

const suiteSchema = z.object({
  tests: z.array(z.object({ name: z.string(), waybill: z.enum(['accept', 'reject']), base64: z.string() })),
})
const transformSchema = z.object({ tests: z.array(z.object({ name: z.string(), base64: z.string() })) })

/** Numbers that the suite leaves to the implementation: read exactly; fractional ones fall at canonicalisation. */
const bigIntegers = new Set([
  'i_number_too_big_neg_int.json',
  'i_number_too_big_pos_int.json',
  'i_number_very_big_negative_int.json',
])

/** Grammatical, but a strict reader refuses members that occur twice. */
const repeated = new Set(['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'])

function withoutMinusZero(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => (value === 0 ? 0 : value))
}

describeShared('JSONTestSuite', 'corpus/json/jsontestsuite.json', (bytes) => {
  const { tests } = suiteSchema.parse(JSON.parse(bytes.toString()))

  test('has all its 318 cases', () => {
    expect(tests.length).toBe(318)
  })

  test.each(tests)('$name is read as it should be ($waybill)', ({ name, waybill, base64 }) => {
    const document = Buffer.from(base64, 'base64')
    if (name.startsWith('i_number_')) {
      const value = parseJson(document)
      expect(codeOf(() => encodeCanonicalJson(value))).toBe(bigIntegers.has(name) ? 'accepted' : 'CANONICAL_FLOAT')
      return
    }
    if (repeated.has(name)) {
      expect(codeOf(() => parseJson(document))).toBe('DUPLICATE_KEY')
      return
    }
    const code = codeOf(() => parseJson(document))
    expect(code === 'accepted' ? 'accept' : 'reject').toBe(waybill)
    // an integer -0 is 0, in the reference too
    if (waybill === 'accept') expect(toPlain(parseJson(document))).toEqual(withoutMinusZero(document.toString()))
  })
})

function toPlain(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof JsonFloat) return Number(value.text)
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [name, toPlain(member)]))
  return value
}

describeShared('JSONTestSuite transformations', 'corpus/json/transform.json', (bytes) => {
  const { tests } = transformSchema.parse(JSON.parse(bytes.toString()))

  test('has all its 22 cases', () => {
    expect(tests.length).toBe(22)
  })

  test.each(tests)('$name never changes silently', ({ name, base64 }) => {
    const document = Buffer.from(base64, 'base64')
    if (name.startsWith('object_same_key')) expect(codeOf(() => parseJson(document))).toBe('DUPLICATE_KEY')
    else if (name.includes('invalid_codepoint'))
      expect(codeOf(() => parseJson(document))).toMatch(/JSON_SURROGATE|UTF8/)
    else if (name.startsWith('number_')) expect(printJson(parseJson(document))).toBe(document.toString().trim())
    else expect(codeOf(() => parseJson(document))).toBe('accepted')
  })
})

describe('strict JSON', () => {
  test.each([
    ['a repeated member', '{"a":1,"a":2}', 'DUPLICATE_KEY'],
    ['a member repeated in escapes', '{"\\u0061":1,"a":2}', 'DUPLICATE_KEY'],
    ['a repeated __proto__', '{"__proto__":1,"__proto__":2}', 'DUPLICATE_KEY'],
    ['a byte order mark', '\ufeff{}', 'JSON_SYNTAX'],
    ['a lone surrogate', '"\\ud800"', 'JSON_SURROGATE'],
    ['surrogates in the wrong order', '"\\udc00\\ud800"', 'JSON_SURROGATE'],
    ['a trailing comma', '[1,]', 'JSON_SYNTAX'],
    ['a leading zero', '01', 'JSON_SYNTAX'],
    ['a plus sign', '+1', 'JSON_SYNTAX'],
    ['a fraction without digits', '1.', 'JSON_SYNTAX'],
    ['a fraction without integer', '.5', 'JSON_SYNTAX'],
    ['an exponent without digits', '1e', 'JSON_SYNTAX'],
    ['NaN', 'NaN', 'JSON_SYNTAX'],
    ['a raw line break in a string', '"\n"', 'JSON_SYNTAX'],
    ['an unknown escape', '"\\x"', 'JSON_SYNTAX'],
    ['a string without end', '"abc', 'JSON_SYNTAX'],
    ['an escape without end', '"abc\\', 'JSON_SYNTAX'],
    ['two documents', '{} {}', 'JSON_SYNTAX'],
    ['nothing', '', 'JSON_SYNTAX'],
    ['4,301 digits', '9'.repeat(4_301), 'LIMIT'],
    ['65 levels', '['.repeat(65) + ']'.repeat(65), 'DEPTH'],
    ['a million levels', '['.repeat(1_000_000), 'DEPTH'],
    ['64 levels', '['.repeat(64) + ']'.repeat(64), 'accepted'],
  ])('%s', (_, text, code) => {
    expect(codeOf(() => read(text))).toBe(code)
  })

  test('says where the fault is', () => {
    expect(() => read('{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}')).toThrowError(expect.objectContaining({ place: '4:3' }))
  })

  test('keeps integers of any size and the text of fractions', () => {
    expect(read('123456789012345678901234567890')).toBe(123456789012345678901234567890n)
    expect(printJson(read('[1.0,1e2,-0.10,1E+5]'))).toBe('[1.0,1e2,-0.10,1E+5]')
  })

  test('has no prototype to poison', () => {
    const value = read('{"__proto__":{"isAdmin":true},"constructor":1}')
    expect(value).toEqual(
      new Map<string, JsonValue>([
        ['__proto__', new Map([['isAdmin', true]])],
        ['constructor', 1n],
      ]),
    )
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
  })

  test('counts members and items against the limit', () => {
    expect(codeOf(() => parseJson(utf8('[1,2,{"a":3}]'), { members: 4 }))).toBe('accepted')
    expect(codeOf(() => parseJson(utf8('[1,2,{"a":3}]'), { members: 3 }))).toBe('LIMIT')
  })
})

const jsonValue = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.string({ unit: 'binary' }),
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((n) => new JsonFloat(n.toExponential())),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), tie('value')), { selector: ([name]) => name, maxLength: 5 })
      .map((members) => new Map(members)),
  ),
})).value

describe('printing', () => {
  test('is undone by parsing, whatever the indent', () => {
    fc.assert(
      fc.property(jsonValue, fc.integer({ min: 0, max: 4 }), (value, indent) => {
        expect(parseJson(utf8(printJson(value, indent)))).toEqual(value)
      }),
    )
  })

  test('writes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 1, 2), (plain, indent) => {
        const text = JSON.stringify(plain, null, indent)
        // JSON.stringify orders integer-like names first, the reader keeps the order it finds
        if (!text.isWellFormed()) return
        expect(printJson(read(text), indent)).toBe(text)
      }),
    )
  })
})

describe('one value within a text', () => {
  test('is read as it is by itself, and its end is where it ends', () => {
    fc.assert(
      fc.property(
        jsonValue,
        fc.constantFrom('', ' \n', '{"a": ', '[1,'),
        fc.constantFrom('', ' ', ', "b": 1}', ']', '"', '\u0000'),
        (value, before, after) => {
          const text = printJson(value, 1)
          // a number goes on with digits only, and none of these begins with one
          const found = parseJsonValue(before + text + after, before.length, JSON_LIMITS, null)
          expect(found).toEqual({ value, end: before.length + text.length })
        },
      ),
    )
  })

  test('blanks before it are passed, and what is no value, too deep or too long is refused with its place', () => {
    expect(parseJsonValue('x \n 7]', 1, JSON_LIMITS, null)).toEqual({ value: 7n, end: 5 })
    const codes = [
      ['x ]', JSON_LIMITS],
      ['x [[1]]', { ...JSON_LIMITS, depth: 1 }],
      ['x [1,2]', { ...JSON_LIMITS, members: 1 }],
      ['x 123', { ...JSON_LIMITS, digits: 2 }],
    ] as const
    expect(codes.map(([text, limits]) => codeOf(() => parseJsonValue(text, 1, limits, null)))).toEqual([
      'JSON_SYNTAX',
      'DEPTH',
      'LIMIT',
      'LIMIT',
    ])
    expect(() => parseJsonValue('ab\n x', 2, JSON_LIMITS, null)).toThrow(expect.objectContaining({ place: '2:2' }))
  })

  test('long strings are cut by whoever can copy them', () => {
    const text = '["short", "longer than twelve characters"]'
    const cuts: string[] = []
    const cut = (start: number, end: number) => {
      cuts.push(text.slice(start, end))
      return 'cut'
    }
    expect(parseJsonValue(text, 0, JSON_LIMITS, cut).value).toEqual(['short', 'cut'])
    expect(cuts).toEqual(['longer than twelve characters'])
  })
})

test('arrays within arrays keep their items, whatever is read in between', () => {
  expect(read('[[], [1, [2, {"a": [3, [4]], "b": []}, 5], [6]], 7, []]')).toEqual([
    [],
    [
      1n,
      [
        2n,
        new Map<string, JsonValue>([
          ['a', [3n, [4n]]],
          ['b', []],
        ]),
        5n,
      ],
      [6n],
    ],
    7n,
    [],
  ])
})
