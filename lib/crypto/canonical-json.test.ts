import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { compareCodePoints, encodeCanonicalJson, type JsonValue, parseJson, toHex, utf8 } from './index.ts'

const canonicalHex = (text: string): string => toHex(encodeCanonicalJson(parseJson(utf8(text))))

const olpcSchema = z.object({
  vectors: z.array(
    z.object({ input: z.string(), canonical_utf8_hex: z.string().optional(), error: z.string().optional() }),
  ),
})
const functionSchema = z.object({
  cases: z.array(
    z.object({ json: z.string(), python_hex: z.string().optional(), python_error: z.string().optional() }),
  ),
})

describeShared('OLPC canonical JSON', 'corpus/canonical-json/olpc.json', (bytes) => {
  const { vectors } = olpcSchema.parse(JSON.parse(bytes.toString()))

  test('has all its 21 cases', () => {
    expect(vectors.length).toBe(21)
  })

  test.each(vectors)('$input', ({ input, canonical_utf8_hex: hex, error }) => {
    if (hex === undefined) expect(() => canonicalHex(input), error).toThrowError(/fractional|surrogate/)
    else expect(canonicalHex(input)).toBe(hex)
  })
})

describeShared('canonical JSON as securesystemslib writes it', 'vectors/functions/canonical-json.json', (bytes) => {
  const { cases } = functionSchema.parse(JSON.parse(bytes.toString()))

  test('has all its 25 cases', () => {
    expect(cases.length).toBe(25)
  })

  test.each(cases)('$json', ({ json, python_hex: hex, python_error: error }) => {
    // Python takes the last of two equal names; here a document with both is refused
    if (json === '{"a":1,"a":2}') expect(() => canonicalHex(json)).toThrowError(/twice/)
    else if (hex === undefined) expect(() => canonicalHex(json), error).toThrowError(/fractional/)
    else expect(canonicalHex(json)).toBe(hex)
  })
})

describe('canonical order', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 12 })

  test('is the order of the UTF-8 bytes of the names', () => {
    fc.assert(
      fc.property(names, (list) => {
        const byBytes = list.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        expect(list.toSorted(compareCodePoints)).toEqual(byBytes)
      }),
    )
  })

  test('does not depend on the order in which members were written', () => {
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.nat()), (list, ranks) => {
        const shuffled = list.map((name) => ({ name, rank: ranks.next().value })).toSorted((a, b) => a.rank - b.rank)
        const members = (order: readonly string[]): JsonValue => new Map(order.map((name) => [name, name]))
        expect(encodeCanonicalJson(members(shuffled.map((entry) => entry.name)))).toEqual(
          encodeCanonicalJson(members(list)),
        )
      }),
    )
  })

  test('puts emoji after U+FFFD, as Python does and JavaScript does not', () => {
    expect(canonicalHex('{"😀":1,"\ufffd":2}')).toBe(toHex(utf8('{"\ufffd":2,"😀":1}')))
  })

  test('is the same for strings as escaping quote and backslash only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeCanonicalJson(text)).toEqual(utf8(`"${text.replace(/["\\]/g, '\\$&')}"`))
      }),
    )
  })
})
