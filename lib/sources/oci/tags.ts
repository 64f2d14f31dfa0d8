import { z } from 'zod'
import { nextQuery, PAGE_BYTES, readPage } from './read-list.ts'
import { errorCodeOf, pullScope, type Registry, refused } from './registry.ts'

export interface TagPage {
  readonly tags: readonly string[]
  /** the query of the next page, or null */
  readonly next: string | null
}

const tagsSchema = z.object({ tags: z.array(z.string()).nullish() })
export const FIRST_PAGE = 'n=500'

/** One page of a repository's tags; null where there is no such repository. Throws SourceError. */
export async function readTags(
  registry: Registry,
  repository: string,
  query: string,
  signal: AbortSignal,
): Promise<TagPage | null> {
  const path = `${repository}/tags/list`
  const wanted = `the tags of ${repository}`
  const response = await registry.ask(`${path}?${query}`, {
    scope: pullScope(repository),
    accept: 'application/json',
    limitBytes: PAGE_BYTES,
    signal,
  })
  if (response.status === 404 && isUnknownName(errorCodeOf(response))) return null
  if (response.status !== 200) throw refused(registry, response, wanted)
  const { tags } = readPage(registry, response, tagsSchema, wanted)
  return { tags: tags ?? [], next: nextQuery(registry, response, path) }
}

/** `NOT_FOUND` is Harbor's. */
function isUnknownName(code: string | null): boolean {
  return code === 'NAME_UNKNOWN' || code === 'NOT_FOUND'
}
