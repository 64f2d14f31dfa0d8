// Adding up what the suites of `npm test` counted. Pure.

/**
 * Totals over all suites. A suite that ran no test counts as one failure, and so does a test that was skipped without
 * anybody saying why: neither may pass for success.
 */
export function sumUp(results) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { passed, failed, skipped } of results) {
    const unexplained = skipped.filter((s) => !s.reason).length
    total.passed += passed
    total.failed += failed + unexplained + (passed + failed === 0 ? 1 : 0)
    total.skipped += skipped.length - unexplained
  }
  return total
}

/** What is printed at the end: each suite, each skipped test with its reason, and one line of totals. */
export function closingLines(results, total) {
  const lines = results.map(({ suite, passed, failed, skipped }) => {
    const empty = passed + failed === 0 ? ': RAN NO TEST, which counts as a failure' : ''
    return `${suite}: ${passed} ok, ${failed} not ok, ${skipped.length} left out${empty}`
  })
  for (const { suite, skipped } of results)
    for (const { name, reason } of skipped)
      lines.push(`left out: ${suite}: ${name}: ${reason ?? 'NO REASON GIVEN, which counts as a failure'}`)
  return [...lines, '', `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`]
}
