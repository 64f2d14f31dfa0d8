import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { type SuiteResult, skipReason } from './skip-reason.ts'

/** Writes what `npm test` counts to the file that WAYBILL_TEST_RESULT names. */
export default class ResultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = process.env.WAYBILL_TEST_RESULT
    if (file === undefined) return
    const result: SuiteResult = { passed: 0, failed: unhandled.length, skipped: [] }
    for (const module of modules) count(module, result)
    writeFileSync(file, JSON.stringify(result))
  }
}

function count(module: TestModule, result: SuiteResult): void {
  const before = result.failed
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'passed') result.passed++
    else if (state === 'skipped') {
      const outcome = test.result()
      const note = outcome.state === 'skipped' ? outcome.note : undefined
      result.skipped.push({
        name: `${module.relativeModuleId} > ${test.fullName}`,
        reason: skipReason(test.fullName, note),
      })
    } else result.failed++
  }
  // a file that fails outside of its tests, or that could not be loaded
  if (result.failed === before && module.state() === 'failed') result.failed++
}
