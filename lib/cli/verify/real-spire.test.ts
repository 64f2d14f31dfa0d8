import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { VerifyArguments } from './arguments.ts'
import { verifyFolder } from './command.ts'

const schema = z.object({
  expect: z.array(
    z.object({
      layout: z.string(),
      intermediates: z.string().nullable(),
      at: z.iso.datetime(),
      verdict: z.enum(['pass', 'fail']),
    }),
  ),
  files: z.record(z.string(), z.string()),
})
const { expect: expectations, files } = schema.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../in-toto/vectors/real-spire.json'), 'utf8')),
)
const dir = mkdtempSync(join(tmpdir(), 'waybill-spire-'))
for (const [path, content] of Object.entries(files)) {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), content)
}
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const judge = (
  { layout, intermediates, at }: Omit<(typeof expectations)[number], 'verdict'>,
  more: Partial<VerifyArguments> = {},
) =>
  verifyFolder({
    layout: join(dir, layout),
    layoutKeys: [join(dir, 'layout-keys.json')],
    linkDir: join(dir, 'links'),
    at: Date.parse(at),
    params: null,
    intermediates: intermediates === null ? [] : [join(dir, intermediates)],
    trustBundles: null,
    timeProofs: null,
    runInspections: null,
    profile: 'strict',
    json: true,
    ...more,
  })

describe('a chain that in-toto-golang signed with SVIDs of a running SPIRE', () => {
  test('has four expectations', () => expect(expectations.length).toBe(4))

  test.each(expectations)('$layout with $intermediates at $at: $verdict', (one) => {
    const report = judge(one)
    expect(report.verdict === 'allow' ? 'pass' : 'fail').toBe(one.verdict)
    expect(report.referenceVerdict).toBe('deny')
  })

  test('is refused each time for its own reason', () => {
    expect(expectations.map((one) => judge(one).reasons[0]?.code)).toEqual([
      undefined,
      'CERT_UNTRUSTED',
      'CERT_CONSTRAINT',
      'CERT_EXPIRED_NO_TIMESTAMP',
    ])
  })

  test('is allowed long after by proofs of time, and by bundles only as long as they list its root', () => {
    const [, , , late] = expectations
    if (late === undefined) throw new Error('no such expectation')
    const hex = (path: string) =>
      createHash('sha256')
        .update(files[path] ?? '')
        .digest('hex')
    const links = Object.keys(files).filter((path) => path.endsWith('.link'))
    const proof = { kind: 'witnessed', at: '2026-11-22T23:30:00Z', by: 'the collector' }
    const timeProofs = join(dir, 'time-proofs.json')
    writeFileSync(timeProofs, JSON.stringify(Object.fromEntries(links.map((path) => [hex(path), [proof]]))))
    expect(judge(late, { timeProofs }).verdict).toBe('allow')
    const bundle = JSON.parse(files['bundle.spiffe.json'] ?? '')
    const trustBundles = join(dir, 'trust-bundles.json')
    const state = (until: string | null) =>
      writeFileSync(
        trustBundles,
        JSON.stringify([{ trust_domain: 'example.org', from: '2026-11-22T23:16:00Z', until, bundle }]),
      )
    state(null)
    expect(judge(late, { timeProofs, trustBundles }).verdict).toBe('allow')
    state('2026-11-22T23:29:00Z')
    const report = judge(late, { timeProofs, trustBundles })
    expect(report.verdict).not.toBe('allow')
    expect(report.reasons[0]?.code).toBe('CERT_EXPIRED_NO_TIMESTAMP')
  })

  test('is signed by workloads, not by keys', () => {
    const [first] = expectations
    const report = first === undefined ? null : judge(first)
    const ids = report?.steps.flatMap(({ counted }) => counted.map(({ signer }) => signer.certificate?.spiffeId))
    expect(ids).toEqual(['clone', 'build', 'test'].map((step) => `spiffe://example.org/ci/${step}`))
  })
})
