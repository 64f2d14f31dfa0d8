import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import {
  artifactDetailSchema,
  artifactOriginsSchema,
  envelopeContentSchema,
  envelopeDetailSchema,
  envelopePageSchema,
  importPageSchema,
  importSchema,
} from '#lib/contract/evidence.ts'
import { apiGet } from './api.ts'
import { firstPage } from './first-page.ts'

export const IMPORTS_PER_PAGE = 50

export const importsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['imports'],
    queryFn: ({ pageParam, signal }) =>
      apiGet(
        `/api/v1/imports?limit=${IMPORTS_PER_PAGE}${pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`}`,
        importPageSchema,
        signal,
      ),
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
  })

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => apiGet(`/api/v1/imports/${encodeURIComponent(id)}`, importSchema, signal),
  })

export const QUARANTINE_PER_PAGE = 50

export const quarantineQuery = () =>
  infiniteQueryOptions({
    queryKey: ['envelopes', 'quarantined'],
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`
      return apiGet(
        `/api/v1/envelopes?status=quarantined&limit=${QUARANTINE_PER_PAGE}${after}`,
        envelopePageSchema,
        signal,
      )
    },
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
  })

export const envelopeQuery = (sha256: string) =>
  queryOptions({
    queryKey: ['envelopes', sha256],
    queryFn: ({ signal }) => apiGet(`/api/v1/envelopes/${encodeURIComponent(sha256)}`, envelopeDetailSchema, signal),
  })

export const envelopeContentQuery = (sha256: string) =>
  queryOptions({
    queryKey: ['envelopes', sha256, 'content'],
    queryFn: ({ signal }) =>
      apiGet(`/api/v1/envelopes/${encodeURIComponent(sha256)}/content`, envelopeContentSchema, signal),
  })

export const payloadUrl = (sha256: string): string => `/api/v1/envelopes/${sha256}/payload`

export const artifactQuery = (digest: string) =>
  queryOptions({
    queryKey: ['artifacts', digest],
    queryFn: ({ signal }) => apiGet(`/api/v1/artifacts/${encodeURIComponent(digest)}`, artifactDetailSchema, signal),
  })

/** Levels of origins that are asked for at first, and at most. */
export const FIRST_LEVELS = 6
export const MOST_LEVELS = 20

export const originsQuery = (digest: string, levels: number) =>
  queryOptions({
    queryKey: ['artifacts', digest, 'origins', levels],
    queryFn: ({ signal }) =>
      apiGet(`/api/v1/artifacts/${encodeURIComponent(digest)}/origins?levels=${levels}`, artifactOriginsSchema, signal),
  })
