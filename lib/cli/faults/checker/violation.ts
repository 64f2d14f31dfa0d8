/** What may never happen, whatever fails. The numbers are those that the report of `npm run faults` explains. */
export type Invariant = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8' | 'R9' | 'R10'

/** An invariant that does not hold, with the rows that show it. */
export interface Violation {
  readonly invariant: Invariant
  readonly message: string
  readonly rows: readonly string[]
}

/** One violation for all rows that show the same, or none. */
export function violationOf(invariant: Invariant, message: string, rows: readonly string[]): Violation[] {
  return rows.length === 0 ? [] : [{ invariant, message, rows }]
}
