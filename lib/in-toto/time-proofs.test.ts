import { expect, test } from 'vitest'
import { parseJson } from '#lib/crypto/index.ts'
import { parseTimeProofs } from './index.ts'

const parse = (value: unknown) => parseTimeProofs(parseJson(new TextEncoder().encode(JSON.stringify(value))))
const digest = 'ab'.repeat(32)
const good = { kind: 'witnessed', at: '2026-11-22T23:30:00Z', by: 'Waybill' }

test('proofs of time are read by document', () => {
  expect(parse({ [digest]: [good, { ...good, kind: 'timestamped', signature: digest }] })).toEqual(
    new Map([
      [
        digest,
        [
          { kind: 'witnessed', at: Date.parse('2026-11-22T23:30:00Z'), by: 'Waybill', signature: null },
          { kind: 'timestamped', at: Date.parse('2026-11-22T23:30:00Z'), by: 'Waybill', signature: digest },
        ],
      ],
    ]),
  )
})

test.each<[string, unknown]>([
  ['no object', []],
  ['no digest', { ab: [good] }],
  ['no list', { [digest]: good }],
  ['another kind', { [digest]: [{ ...good, kind: 'claimed' }] }],
  ['no time', { [digest]: [{ ...good, at: 'yesterday' }] }],
  ['nobody', { [digest]: [{ ...good, by: undefined }] }],
  ['a signature that is no digest', { [digest]: [{ ...good, signature: 'x' }] }],
  ['a signature that is a list', { [digest]: [{ ...good, signature: [digest] }] }],
  ['a digest with more before it', { [`x${digest}`]: [good] }],
  ['a digest with more behind it', { [`${digest}x`]: [good] }],
])('%s is refused', (_, value) => {
  expect(() => parse(value)).toThrowError(expect.objectContaining({ code: 'TIME_PROOFS' }))
})
