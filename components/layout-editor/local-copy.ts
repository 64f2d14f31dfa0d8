import { z } from 'zod'
import { positionsSchema } from '#lib/contract/layouts.ts'

const schema = z.object({
  revision: z.number().int(),
  name: z.string(),
  document: z.string(),
  positions: positionsSchema,
  /** text of the JSON pane that is no layout yet */
  broken: z.string().nullable(),
  at: z.number(),
})
/** What is drawn and not saved yet, kept in this browser: a reload or a crash in the middle loses nothing. */
export type LocalCopy = z.infer<typeof schema>

const keyOf = (draftId: string): string => `waybill.layout-draft.${draftId}`

/** The copy of a draft, or null; also where the browser lets nothing be kept or the copy cannot be read. */
export function readLocalCopy(draftId: string): LocalCopy | null {
  try {
    const text = localStorage.getItem(keyOf(draftId))
    if (text === null) return null
    const copy = schema.safeParse(JSON.parse(text))
    return copy.success ? copy.data : null
  } catch {
    return null
  }
}

/** False where the browser does not keep it (private window, full). */
export function writeLocalCopy(draftId: string, copy: LocalCopy): boolean {
  try {
    localStorage.setItem(keyOf(draftId), JSON.stringify(copy))
    return true
  } catch {
    return false
  }
}

export function removeLocalCopy(draftId: string): void {
  try {
    localStorage.removeItem(keyOf(draftId))
  } catch {
    // nothing could be kept, so there is nothing to remove
  }
}
