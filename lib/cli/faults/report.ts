import type { Invariant } from './checker/violation.ts'
import type { Result } from './fault.ts'

const meaning: Record<Invariant, string> = {
  R1: 'every acknowledged upload exists, with its bytes',
  R2: 'what was not acknowledged is absent or whole',
  R3: 'nothing is stored twice',
  R4: 'everything stored is read or quarantined',
  R5: 'a verdict computed again is the same, byte for byte',
  R6: 'the audit chain holds, with a record for each act',
  R7: 'every job took effect once',
  R8: 'nothing waits once the fault is gone',
  R9: 'nothing was allowed that could not be read or must not be',
  R10: 'pg_amcheck finds tables and indexes whole',
}

export function printResult({ number, name, injected, violations, missing }: Result): void {
  console.log(`${String(number).padStart(3)}  ${name}: ${injected}`)
  for (const { invariant, message, rows } of violations) {
    console.log(`     ${invariant} violated (${meaning[invariant]}): ${message}, ${rows.length} rows`)
    for (const row of rows.slice(0, 10)) console.log(`       ${row}`)
  }
  for (const one of missing) console.log(`     not shown: ${one}`)
}

const columns: readonly (readonly [string, (result: Result) => string])[] = [
  ['fault', ({ number, name }) => `${number} ${name}`],
  ['acknowledged', ({ acknowledged }) => String(acknowledged)],
  ['stored', ({ stored }) => String(stored)],
  ['lost', ({ lost }) => String(lost)],
  ['doubled', ({ duplicates }) => String(duplicates)],
  ['recovered in', ({ recoveryMs }) => `${(recoveryMs / 1000).toFixed(1)} s`],
  ['violated', ({ violations }) => [...new Set(violations.map(({ invariant }) => invariant))].join(' ') || 'none'],
]

export function printTable(results: readonly Result[]): void {
  const cells = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, of]) => of(result)))]
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  console.log()
  for (const row of cells)
    console.log(
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
}
