import { z } from 'zod'
import { type Cursor, SourceError } from '../connector.ts'

// Archivista has no change feed: `orderBy` is ignored, its order is that of random ids, `createdAt` is its own clock at
// the time an object was made and not when it was committed, and older rows have none. So a pass lists everything once, by
// id, and from then on windows of `createdAt` that overlap what was listed before.

/** Listed again each time before the newest time seen: the longest upload (120 s) and clocks that disagree. */
export const OVERLAP_MS = 15 * 60_000
/** A window ends this far ahead of our clock, for servers whose clock is ahead of it. */
export const AHEAD_MS = 15 * 60_000

const timeSchema = z.iso.datetime()

const runSchema = z.strictObject({
  /** null: everything there is; otherwise `createdAt` from (where there is a from) and up to, not including */
  window: z.strictObject({ from: timeSchema.nullable(), to: timeSchema }).nullable(),
  /** our clock when it began */
  startedAt: timeSchema,
  /** the last entry that was listed, as Archivista names the place */
  after: z.string().nullable(),
  listed: z.number().int(),
  /** how many there were when it began */
  total: z.number().int().nullable(),
  /** the latest `createdAt` among them */
  newest: timeSchema.nullable(),
})

const placeSchema = z.strictObject({
  v: z.literal(1),
  /** everything was listed once */
  swept: z.boolean(),
  /** in Archivista's time: what was made before it less the overlap was listed */
  at: timeSchema.nullable(),
  run: runSchema.nullable(),
})

/** Where following an Archivista has got to: the meaning of its cursor. */
export type Place = z.infer<typeof placeSchema>
/** One list that is being read page by page, so that it can go on after any of them. */
export type Listing = z.infer<typeof runSchema>

/** Throws SETTINGS for a cursor that is none of ours. */
export function placeOf(cursor: Cursor): Place {
  if (cursor === null) return { v: 1, swept: false, at: null, run: null }
  const parsed = placeSchema.safeParse(cursor)
  if (parsed.success) return parsed.data
  throw new SourceError(
    'SETTINGS',
    'The place that was kept for this Archivista cannot be read. Sweep the source anew.',
  )
}

/** The list that is read from a place: the one under way, everything, or the next window. */
export function listingAt(place: Place, now: Date): Listing {
  if (place.run !== null) return place.run
  const from = place.at === null ? null : new Date(Date.parse(place.at) - OVERLAP_MS).toISOString()
  const to = new Date(now.getTime() + AHEAD_MS).toISOString()
  const window = place.swept ? { from, to } : null
  return { window, startedAt: now.toISOString(), after: null, listed: 0, total: null, newest: null }
}

/**
 * The place after a list has been read to its end. It goes by the latest `createdAt` seen, so that a server whose clock is
 * behind loses nothing; never beyond our own clock at the start, so that one entry from the future hides none.
 */
export function placeAfter(place: Place, { newest, startedAt }: Listing): Place {
  const latest = later(place.at, newest)
  return { v: 1, swept: true, at: latest === null ? null : earlier(latest, startedAt), run: null }
}

/** Times are all ISO 8601 in UTC to the millisecond, which order as texts. */
export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a < b ? b : a
}

function earlier(a: string, b: string): string {
  return a < b ? a : b
}
