import { describe, expect, test } from 'vitest'
import { type VerificationRow, verificationSignerSchema } from '#lib/contract/verifications.ts'
import { verificationWords } from './verification-words.ts'

const key = { name: 'gate.pem', fingerprint: 'a'.repeat(64) }
const row: VerificationRow = {
  envelope: 'b'.repeat(64),
  index: 0,
  kind: 'slsa',
  result: 'failed',
  standing: true,
  supersededBy: null,
  verifier: 'https://gate',
  policy: { uri: 'https://policy', digest: null },
  resource: null,
  levels: [],
  statedAt: '2026-06-01T12:00:00.000Z',
  receivedAt: '2026-06-01T12:00:00.000Z',
  signature: { signer: 'declared', verifier: 'Release gate', key, keyids: [] },
  gaps: [],
  subjects: [],
  subjectsTotal: 1,
  builds: [],
}
const claim = (signer: VerificationRow['signature']['signer'], change: Partial<VerificationRow> = {}) =>
  verificationWords({ ...row, ...change, signature: { ...row.signature, signer, verifier: null } })

describe('a verification made elsewhere in words', () => {
  test('a declared verifier decided; what would take it back is said', () => {
    const words = verificationWords(row)
    expect(words.heading).toBe('Release gate decided FAILED')
    expect(words.signature).toBe('The signature verifies, with the key gate.pem that is declared for this verifier.')
    expect(words.advice).toMatch(
      /Ask Release gate what failed.*a later PASSED of the same verifier under the same policy/,
    )
  })

  test.each(verificationSignerSchema.options.filter((signer) => signer !== 'declared'))(
    'whatever else the signature is, it is a claim and nobody decided: %s',
    (signer) => {
      for (const result of ['failed', 'passed', 'unknown'] as const) {
        const { heading, signature, advice } = claim(signer, { result })
        expect(heading).toMatch(/^https:\/\/gate is said to have decided/)
        expect(signature).toMatch(/^Unverified claim: /)
        expect(advice).not.toBe('')
      }
    },
  )

  test('a pass never sounds like ours', () => {
    for (const words of [verificationWords({ ...row, result: 'passed' }), claim('unsigned', { result: 'passed' })])
      expect(words.advice).toBe('It allows nothing here: only the layout in force decides.')
  })

  test('what was taken back, what says nothing, what is about nothing', () => {
    const supersededBy = { envelope: 'c'.repeat(64), statedAt: row.receivedAt }
    expect(verificationWords({ ...row, standing: false, supersededBy }).advice).toMatch(/stands no more/)
    expect(verificationWords({ ...row, result: 'unknown' }).heading).toMatch(/neither PASSED nor FAILED$/)
    expect(verificationWords({ ...row, standing: false, subjectsTotal: 0 }).advice).toMatch(/about no artifact/)
    for (const gap of [{ statedAt: null }, { policy: null }])
      expect(verificationWords({ ...row, ...gap }).advice).toMatch(/no later PASSED can be known to take it back/)
    expect(claim('unsigned', { verifier: null }).heading).toMatch(/^Somebody unnamed/)
  })
})
