import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { parseSpiffeId } from './spiffe-id.ts'

const schema = z.object({
  cases: z.array(
    z.object({ in: z.string(), ok: z.boolean(), path: z.string().optional(), why: z.string().optional() }),
  ),
})

describeShared('SPIFFE IDs of go-spiffe and ours', 'corpus/spiffe/spiffeid.json', (bytes) => {
  const { cases } = schema.parse(JSON.parse(bytes.toString()))

  test('are 545, 108 of them good', () => {
    expect(cases.length).toBe(545)
    expect(cases.filter(({ ok }) => ok).length).toBe(108)
  })

  test.each(cases)('$in', ({ in: text, ok, path }) => {
    const answer = parseSpiffeId(text)
    expect(answer.valid).toBe(ok)
    if (answer.valid) expect(answer.spiffeId.path).toBe(path)
    else expect(answer.why.length).toBeGreaterThan(10)
  })
})

describe('a SPIFFE ID', () => {
  test('is taken apart without being changed', () => {
    expect(parseSpiffeId('spiffe://example.org/ci/build')).toEqual({
      valid: true,
      spiffeId: { id: 'spiffe://example.org/ci/build', trustDomain: 'example.org', path: '/ci/build' },
    })
  })

  test.each([
    'SPIFFE://example.org/ci',
    'spiffe://Example.org/ci',
    'spiffe://example.org:443/ci',
    'spiffe://ci@example.org/ci',
    'spiffe://example.org/ci?x',
    'spiffe://example.org/%63i',
    'spiffe://example.org/a/../ci',
    'spiffe://example.org/ci/',
    'spiffe://ex\u0430mple.org/ci',
    `spiffe://${'a'.repeat(256)}/ci`,
    `spiffe://example.org/${'a'.repeat(2048)}`,
    'spiffe://example.org/*',
  ])('%s is none', (text) => {
    expect(parseSpiffeId(text).valid).toBe(false)
  })
})
