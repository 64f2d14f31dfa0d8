import type { z } from 'zod'
import type { GuardedResponse } from '../connector.ts'
import { jsonOf } from './authorization.ts'
import { bad, type Registry } from './registry.ts'

/** A page of a list may have so many bytes. */
export const PAGE_BYTES = 16 * 1024 * 1024

/** What a page holds, checked. Throws BAD_ANSWER, also for a proxy's page that comes with 200. */
export function readPage<T>(registry: Registry, { body }: GuardedResponse, schema: z.ZodType<T>, wanted: string): T {
  const value = jsonOf(body)
  if (value === undefined)
    throw bad(
      registry,
      `answered with something that is no JSON, such as the page of a proxy, when asked for ${wanted}`,
    )
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw bad(registry, `answered, but not with what a registry answers when asked for ${wanted}`)
}

/**
 * The query of the next page, or null where this was the last. Of a Link header (RFC 8288) only the query is used, on our
 * own address; one to another host or another list is refused.
 */
export function nextQuery(registry: Registry, { headers }: GuardedResponse, path: string): string | null {
  const link = /<([^<>]{1,4000})>\s*;[^,<]*\brel\s*=\s*"?next"?/i.exec(headers.get('link') ?? '')?.[1]
  if (link === undefined) return null
  const base = new URL(`${registry.settings.url.replace(/\/+$/, '')}/v2/${path}`)
  const next = URL.parse(link, base)
  const same = next !== null && next.host === base.host && next.pathname.endsWith(`/${path}`)
  if (!same) throw bad(registry, 'names a next page that lies at another address')
  return next.search.slice(1)
}

/** Stops a list that goes in circles; one that makes up new pages for ever is stopped by how much it may list. */
export class Circles {
  readonly #queries = new Set<string>()
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  check(query: string): void {
    if (this.#queries.has(query)) throw bad(this.#registry, 'sends the same page of a list again and again')
    this.#queries.add(query)
  }
}
