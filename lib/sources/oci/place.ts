import { z } from 'zod'
import { type Cursor, SourceError } from '../connector.ts'
import { FIRST_PAGE } from './tags.ts'

const placeSchema = z.strictObject({
  v: z.literal(1),
  /** our clock when the pass began */
  startedAt: z.iso.datetime(),
  /** the repository that is being read; those before it in the order of names are done */
  repository: z.string(),
  /** its tags, and then the images that no tag names any more */
  stage: z.enum(['tags', 'remembered']),
  /** the query of the page of tags that is being read */
  query: z.string().max(4_000),
  /** the last tag of that page, or the last remembered image, that was looked at; empty: none */
  after: z.string(),
  /** tags of this repository that were looked at */
  tags: z.number().int(),
})

/** Where a pass over a registry has got to: the meaning of its cursor. */
export type Place = z.infer<typeof placeSchema>

/** Throws SETTINGS for a cursor that is none of ours. */
export function placeOf(cursor: Cursor, now: Date): Place {
  if (cursor === null) return startOf('', now.toISOString())
  const parsed = placeSchema.safeParse(cursor)
  if (parsed.success) return parsed.data
  throw new SourceError('SETTINGS', 'The place that was kept for this registry cannot be read. Sweep the source anew.')
}

export function startOf(repository: string, startedAt: string): Place {
  return { v: 1, startedAt, repository, stage: 'tags', query: FIRST_PAGE, after: '', tags: 0 }
}
