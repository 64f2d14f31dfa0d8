import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import {
  type DeclareVerifier,
  removedVerifierSchema,
  type Verifier,
  verificationPageSchema,
  verifierListSchema,
  verifierSchema,
} from '#lib/contract/verifications.ts'
import { apiGet, apiSend } from './api.ts'
import { firstPage } from './first-page.ts'

export const VERIFICATIONS_PER_PAGE = 50

export interface VerificationsAsked {
  readonly show: 'standing' | 'failed' | 'passed' | 'all'
  readonly signature: 'declared' | 'unverified' | null
}

/** The last received first, page after page. */
export const verificationsQuery = (asked: VerificationsAsked) =>
  infiniteQueryOptions({
    queryKey: ['verifications', asked.show, asked.signature],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ show: asked.show, limit: String(VERIFICATIONS_PER_PAGE) })
      if (asked.signature !== null) query.set('signature', asked.signature)
      if (pageParam !== null) query.set('after', pageParam)
      return apiGet(`/api/v1/verifications?${query}`, verificationPageSchema, signal)
    },
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
  })

export const verifiersQuery = () =>
  queryOptions({
    queryKey: ['verifiers'],
    queryFn: async ({ signal }) => (await apiGet('/api/v1/verifiers', verifierListSchema, signal)).rows,
  })

export const declareVerifier = (input: DeclareVerifier): Promise<Verifier> =>
  apiSend('POST', '/api/v1/verifiers', input, verifierSchema)

export const removeVerifier = (id: string): Promise<unknown> =>
  apiSend('DELETE', `/api/v1/verifiers/${encodeURIComponent(id)}`, undefined, removedVerifierSchema)
