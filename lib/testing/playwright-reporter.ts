import { writeFileSync } from 'node:fs'
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { type SuiteResult, skipReason } from './skip-reason.ts'

/** Writes what `npm test` counts to the file that WAYBILL_TEST_RESULT names. */
export default class ResultReporter implements Reporter {
  private readonly tests = new Map<string, TestCase>()
  private errors = 0

  onTestEnd(test: TestCase, _result: TestResult): void {
    this.tests.set(test.id, test)
  }

  onError(): void {
    this.errors++
  }

  onEnd(end: FullResult): void {
    const file = process.env.WAYBILL_TEST_RESULT
    if (file === undefined) return
    const result: SuiteResult = { passed: 0, failed: this.errors, skipped: [] }
    for (const test of this.tests.values()) {
      const outcome = test.outcome()
      if (outcome === 'skipped') result.skipped.push(skipped(test))
      // a test that passes only when repeated is not one to rely on
      else if (outcome === 'expected') result.passed++
      else result.failed++
    }
    if (end.status !== 'passed' && result.failed === 0) result.failed = 1
    writeFileSync(file, JSON.stringify(result))
  }
}

function skipped(test: TestCase): { name: string; reason: string | null } {
  const note = test.annotations.find((a) => a.type === 'skip' || a.type === 'fixme')?.description
  const name = test.titlePath().filter(Boolean).join(' > ')
  return { name, reason: skipReason(name, note) }
}
