import type { Reason } from '../report.ts'
import type { FinalGroup } from './builds.ts'
import type { SelectInput, StoredDocument, TakenOut } from './input.ts'

/** A document that is out of consideration, with who took it out. */
export interface Excluded extends TakenOut {
  readonly stored: StoredDocument
  /** the step that it names; the document's kind where it names none */
  readonly step: string
}

/** The documents that may be considered, and those that somebody took out. */
export function withoutTakenOut(input: SelectInput): { readonly kept: SelectInput; readonly excluded: Excluded[] } {
  const taken = new Map((input.takenOut ?? []).map((one) => [one.signedSha256, one]))
  if (taken.size === 0) return { kept: input, excluded: [] }
  const whyOut = (stored: StoredDocument) => taken.get(stored.signedSha256 ?? stored.document.sha256)
  const excluded = input.documents.flatMap((stored) => {
    const why = whyOut(stored)
    return why === undefined ? [] : [{ ...why, stored, step: stepOf(stored) }]
  })
  return { kept: { ...input, documents: input.documents.filter((stored) => whyOut(stored) === undefined) }, excluded }
}

function stepOf({ document }: StoredDocument): string {
  const envelope = 'envelope' in document ? document.envelope : null
  if (envelope?.kind === 'link') return envelope.document.name
  return (envelope?.kind === 'statement' ? envelope.document.step : null) ?? envelope?.kind ?? 'unknown'
}

/** Those that a build would have looked at: of its own delivery, and of none. */
export function excludedFrom(excluded: readonly Excluded[], { deliveryId }: FinalGroup, attempts: ReadonlySet<string>) {
  return excluded.filter(({ stored }) =>
    stored.sightings.some(
      (sighting) =>
        sighting.deliveryId === null || sighting.deliveryId === deliveryId || attempts.has(sighting.deliveryId),
    ),
  )
}

/** A verdict that is given without some evidence says so. */
export function takenOutReasons(excluded: readonly Excluded[]): Reason[] {
  return excluded.slice(0, 20).map(({ stored, step, by, reason }) => ({
    code: 'TAKEN_OUT',
    severity: 'warning',
    message: `${stored.document.source || stored.document.sha256.slice(0, 12)} (${step}) was taken out of consideration by ${by}: ${reason}`,
    strictOnly: true,
  }))
}
