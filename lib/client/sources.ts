import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import {
  acceptedSchema,
  askAnswerSchema,
  probeSchema,
  replayedSchema,
  type SourceChange,
  type SourceEntryQuery,
  type SourceRow,
  type SourceSettings,
  sourceEntryPageSchema,
  sourceListSchema,
  sourceRowSchema,
} from '#lib/contract/sources.ts'
import { apiGet, apiSend } from './api.ts'
import { firstPage } from './first-page.ts'

const place = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`

/** Milliseconds until a source is asked for again: only one that is up to date, or paused, stays for a while as it is. */
const restless = (rows: readonly SourceRow[]): number =>
  rows.every(({ state }) => state === 'up-to-date' || state === 'paused') ? 10_000 : 2_000

export const sourcesQuery = () =>
  queryOptions({
    queryKey: ['sources'],
    queryFn: ({ signal }) => apiGet('/api/v1/sources', sourceListSchema, signal),
    refetchInterval: (query) => restless(query.state.data?.rows ?? []),
  })

export const sourceQuery = (id: string) =>
  queryOptions({
    queryKey: ['sources', id],
    queryFn: ({ signal }) => apiGet(place(id), sourceRowSchema, signal),
    refetchInterval: (query) => restless(query.state.data === undefined ? [] : [query.state.data]),
  })

export const ENTRIES_PER_PAGE = 50

export const sourceEntriesQuery = (id: string, show: SourceEntryQuery['show']) =>
  infiniteQueryOptions({
    queryKey: ['sources', id, 'entries', show],
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`
      return apiGet(
        `${place(id)}/entries?limit=${ENTRIES_PER_PAGE}&show=${show}${after}`,
        sourceEntryPageSchema,
        signal,
      )
    },
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
  })

export const testSettings = (settings: SourceSettings) =>
  apiSend('POST', '/api/v1/sources/test', { settings }, probeSchema)

export const addSource = (body: { name: string; settings: SourceSettings }) =>
  apiSend('POST', '/api/v1/sources', body, sourceRowSchema)

export const changeSource = (id: string, change: SourceChange) => apiSend('PATCH', place(id), change, sourceRowSchema)

export const testSource = (id: string) => apiSend('POST', `${place(id)}/test`, undefined, probeSchema)
export const syncSource = (id: string) => apiSend('POST', `${place(id)}/sync`, undefined, acceptedSchema)
export const replaySource = (id: string) => apiSend('POST', `${place(id)}/replay`, undefined, replayedSchema)
export const removeSource = (id: string) => apiSend('DELETE', place(id), undefined, acceptedSchema)

/** Asks every connected source what it has about a digest, and brings that in. Takes up to half a minute. */
export const askSources = (digest: string) => apiSend('POST', '/api/v1/sources/ask', { digest }, askAnswerSchema)
