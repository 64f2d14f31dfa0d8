import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { constraintFault } from './index.ts'

const schema = z.object({
  cases: z.array(z.object({ constraints: z.array(z.string()), values: z.array(z.string()), pass: z.boolean() })),
})

describeShared(
  'constraints as in-toto-golang compares them',
  'vectors/functions/cert-constraint-matching.json',
  (bytes) => {
    const { cases } = schema.parse(JSON.parse(bytes.toString()))

    test('are 12 at least, of both answers', () => {
      expect(cases.length).toBeGreaterThanOrEqual(12)
      expect(new Set(cases.map(({ pass }) => pass)).size).toBe(2)
    })

    test.each(cases)('$constraints against $values: $pass', ({ constraints, values, pass }) => {
      const fault = constraintFault('name', constraints, values)
      expect(fault === null).toBe(pass)
    })
  },
)

describe('a fault', () => {
  test('says what was expected and what was found', () => {
    expect(constraintFault('URI', ['spiffe://a/x'], ['spiffe://a/y'])).toBe(
      'expected URI "spiffe://a/x", it has "spiffe://a/y"',
    )
    expect(constraintFault('DNS name', [''], ['a.example.org'])).toBe('no DNS name is allowed, it has "a.example.org"')
    expect(constraintFault('DNS name', ['a.example.org'], [])).toBe('expected DNS name "a.example.org", it has none')
  })

  test('is found where one value is expected twice, and not where it is listed twice', () => {
    expect(constraintFault('x', ['x'], ['x', 'x'])).not.toBeNull()
    expect(constraintFault('x', ['x', 'x'], ['x'])).toBeNull()
  })
})
