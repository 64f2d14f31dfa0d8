import type { InspectionRun, RunInspection } from './input.ts'

/** Runs each inspection at most once and remembers what it gave. */
export class InspectionBook {
  private readonly known = new Map<string, InspectionRun>()
  /** null where the caller runs nothing */
  readonly run: RunInspection | null

  constructor(run: RunInspection | null) {
    if (run === null) {
      this.run = null
      return
    }
    this.run = (inspection, path) => {
      const result = run(inspection, path)
      this.known.set(JSON.stringify([path, inspection.name]), result)
      return result
    }
  }

  /** The remembered result. One that our own verification never came to run is not run for the reference's sake. */
  readonly recall: RunInspection = (inspection, path) =>
    this.known.get(JSON.stringify([path, inspection.name])) ?? {
      returnValue: null,
      materials: new Map(),
      products: new Map(),
      problem: 'it was not performed',
    }
}
