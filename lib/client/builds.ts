import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { buildDetailSchema, buildPageSchema } from '#lib/contract/builds.ts'
import type { State } from '#lib/contract/verdict.ts'
import { apiGet, apiSend } from './api.ts'
import { firstPage } from './first-page.ts'

const nothing = z.unknown()

export const buildQuery = (id: string) =>
  queryOptions({
    queryKey: ['builds', id],
    queryFn: ({ signal }) => apiGet(`/api/v1/builds/${encodeURIComponent(id)}`, buildDetailSchema, signal),
  })

export interface BuildsAsked {
  readonly state: readonly State[]
  readonly software: string | null
  readonly elsewhere: 'any' | 'failed' | 'claimed' | null
  readonly q: string
}

export const BUILDS_PER_PAGE = 200

/** The address of one page of builds, also for links to the API. */
export function buildsPath(asked: BuildsAsked, limit: number, after: string | null): string {
  const query = new URLSearchParams({ limit: String(limit) })
  for (const state of asked.state) query.append('state', state)
  if (asked.software !== null) query.set('software', asked.software)
  if (asked.elsewhere !== null) query.set('elsewhere', asked.elsewhere)
  if (asked.q !== '') query.set('q', asked.q)
  if (after !== null) query.set('after', after)
  return `/api/v1/builds?${query}`
}

/** Newest first, page after page: the list asks for more as it is scrolled. */
export const buildsQuery = (asked: BuildsAsked) =>
  infiniteQueryOptions({
    queryKey: ['builds', 'list', asked.state, asked.software, asked.elsewhere, asked.q],
    queryFn: ({ pageParam, signal }) => apiGet(buildsPath(asked, BUILDS_PER_PAGE, pageParam), buildPageSchema, signal),
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
  })

/** Judges the build again with what is known now. */
export const recheckBuild = (id: string): Promise<unknown> =>
  apiSend('POST', `/api/v1/builds/${encodeURIComponent(id)}/recheck`, undefined, nothing)
