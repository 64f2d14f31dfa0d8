import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reason } from '../index.ts'
import { type Finding, Findings, orderReasons, rootOf, verdictOf } from './findings.ts'

type Severity = Reason['severity']
const SEVERITIES: readonly Severity[] = ['deny', 'cannot-tell', 'warning']

const said = (severity: Severity, message: string = severity, because: Finding | null = null) => ({
  code: 'STEP_MISSING' as const,
  severity,
  message,
  strictOnly: false,
  because,
})
const messages = (reasons: readonly Reason[]) =>
  reasons.map(({ message, follows }) => (follows === undefined ? message : `${message} of ${follows}`))
/** What the reasons of these findings make of the verdict. */
const verdict = (findings: Findings) => verdictOf(orderReasons(findings.all))

describe('the verdict', () => {
  test('is what the heaviest root cause says, and allow without any', () => {
    expect(verdictOf([])).toBe('allow')
    for (const one of SEVERITIES) {
      for (const other of SEVERITIES) {
        const findings = new Findings()
        findings.add(said(one))
        findings.add(said(other))
        const heaviest = SEVERITIES.find((severity) => [one, other].includes(severity))
        expect(verdict(findings)).toBe(heaviest === 'warning' ? 'allow' : heaviest)
      }
    }
  })

  test('a consequence weighs no more than its cause', () => {
    const findings = new Findings()
    const cause = findings.add(said('cannot-tell', 'cause'))
    findings.add(said('deny', 'consequence', cause))
    expect(verdict(findings)).toBe('cannot-tell')
  })

  test('but a mere warning hides nothing that follows from it', () => {
    for (const severity of ['deny', 'cannot-tell'] as const) {
      const findings = new Findings()
      const warning = findings.add(said('warning', 'cause'))
      const first = findings.add(said(severity, 'consequence', warning))
      findings.add(said('warning', 'consequence of that', first))
      expect(verdict(findings)).toBe(severity)
    }
  })

  test('is never allow where anything but a warning was found, whatever follows from what', () => {
    const entry = fc.record({ severity: fc.constantFrom(...SEVERITIES), after: fc.option(fc.nat(), { nil: null }) })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const findings = new Findings()
        for (const { severity, after } of entries) {
          const because = after === null ? null : (findings.all[after % (findings.all.length || 1)] ?? null)
          findings.add(said(severity, severity, because))
        }
        expect(verdict(findings) === 'allow').toBe(findings.clean)
        expect(orderReasons(findings.all)).toHaveLength(entries.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('reasons', () => {
  test('are root causes by weight and in the order found, each before what follows from it', () => {
    const findings = new Findings()
    const warning = findings.add(said('warning', 'w'))
    const unknown = findings.add(said('cannot-tell', 'c'))
    const first = findings.add(said('deny', 'd1'))
    const after = findings.add(said('deny', 'after d1', first))
    findings.add(said('deny', 'd2'))
    findings.add(said('deny', 'in the end after d1', after))
    findings.add(said('warning', 'after c', unknown))
    findings.add(said('deny', 'after w', warning))
    const reasons = orderReasons(findings.all)
    const order = ['d1', 'after d1 of 0', 'in the end after d1 of 0', 'd2', 'c', 'after c of 4', 'w', 'after w of 6']
    expect(messages(reasons)).toEqual(order)
    expect(reasons.every((reason) => !('because' in reason))).toBe(true)
    expect(rootOf(after)).toBe(first)
    expect(rootOf(first)).toBe(first)
  })

  test('of a sublayout are seen from outside, with the way there and with what follows from what', () => {
    const inner = new Findings()
    const cause = inner.add({ ...said('deny', 'cause'), path: ['deeper'], step: 'compile' })
    inner.add(said('deny', 'consequence', cause))
    inner.add(said('warning', 'remark'))
    const outer = new Findings()
    outer.add(said('warning', 'before'))
    const found = outer.adopt(orderReasons(inner.all), 'build')
    expect(found).toMatchObject({ message: 'cause', path: ['build', 'deeper'], step: 'compile', because: null })
    expect(outer.all.map(({ message, path }) => [message, path])).toEqual([
      ['before', undefined],
      ['cause', ['build', 'deeper']],
      ['consequence', ['build']],
      ['remark', ['build']],
    ])
    expect(outer.all[2]?.because).toBe(found)
    expect(messages(orderReasons(outer.all))).toEqual(['cause', 'consequence of 0', 'before', 'remark'])
    expect(outer.all.some((finding) => 'follows' in finding)).toBe(false)
  })

  test('of a sublayout that is warned of lead nowhere', () => {
    const outer = new Findings()
    expect(outer.adopt([said('warning')], 'build')).toBeNull()
    expect(outer.adopt([], 'build')).toBeNull()
    expect(outer.adopt([said('warning'), said('cannot-tell')], 'build')).toMatchObject({ severity: 'cannot-tell' })
  })
})

test('nothing speaks against an allow as long as there are warnings alone', () => {
  const findings = new Findings()
  expect(findings.clean).toBe(true)
  findings.add(said('warning'))
  expect(findings.clean).toBe(true)
  findings.add(said('cannot-tell'))
  expect(findings.clean).toBe(false)
  const other = new Findings()
  other.add(said('deny'))
  expect(other.clean).toBe(false)
})

test('a check says by itself whether it is ours alone and what it rests on; else it is not, and nothing', () => {
  const findings = new Findings()
  const check = { id: 'x', title: 'X', outcome: 'passed' as const, detail: 'Fine.' }
  findings.check(check)
  findings.check({ ...check, strictOnly: true, evidence: ['a'] })
  expect(findings.checks).toEqual([
    { ...check, strictOnly: false, evidence: [] },
    { ...check, strictOnly: true, evidence: ['a'] },
  ])
})
