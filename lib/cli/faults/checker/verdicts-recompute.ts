import { db } from '#lib/db/client.ts'
import { judgeAgain } from '#lib/services/verdicts/judge-build.ts'
import { stateOf } from '#lib/services/verdicts/state.ts'
import { DocumentCache } from '#lib/services/verdicts/stored-documents.ts'
import { type Violation, violationOf } from './violation.ts'

/** R5: the verdict of every build, computed twice from what is stored, is the stored one byte for byte. */
export async function verdictsRecompute(): Promise<Violation[]> {
  const builds = await db.build.findMany({ include: { current: true }, orderBy: { id: 'asc' } })
  const rows: string[] = []
  for (const { id, short, state, current } of builds) {
    if (current === null) continue
    const reports: string[] = []
    for (let round = 0; round < 2; round++) {
      const again = await judgeAgain(id, current.at, new DocumentCache())
      if (again === null) continue
      reports.push(JSON.stringify(again.judged.report))
      const expected = stateOf(again.judged.report)
      if (round === 0 && state !== expected) rows.push(`build ${short}: shown as ${state}, its verdict is ${expected}`)
    }
    if (reports.some((report) => report !== current.report))
      rows.push(`build ${short}: ${difference(current.report, reports)}`)
  }
  return violationOf('R5', 'a verdict that is computed again is another one', rows)
}

function difference(stored: string, again: readonly string[]): string {
  const other = again.find((report) => report !== stored) ?? ''
  let at = 0
  while (stored[at] !== undefined && stored[at] === other[at]) at++
  const from = Math.max(0, at - 60)
  return `stored ...${stored.slice(from, at + 100)}, computed ...${other.slice(from, at + 100)}`
}
