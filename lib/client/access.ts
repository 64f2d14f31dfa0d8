import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { auditPageSchema, meSchema, sessionSchema, tokenSchema, userSchema } from '#lib/contract/access.ts'
import { apiGet } from './api.ts'
import { firstPage } from './first-page.ts'

export const meQuery = () =>
  queryOptions({ queryKey: ['users', 'me'], queryFn: () => apiGet('/api/v1/users/me', meSchema) })

export const usersQuery = () =>
  queryOptions({ queryKey: ['users'], queryFn: () => apiGet('/api/v1/users', z.array(userSchema)) })

export const tokensQuery = () =>
  queryOptions({ queryKey: ['tokens'], queryFn: () => apiGet('/api/v1/tokens', z.array(tokenSchema)) })

export const sessionsQuery = () =>
  queryOptions({ queryKey: ['sessions'], queryFn: () => apiGet('/api/v1/sessions', z.array(sessionSchema)) })

export interface AuditAsked {
  readonly act: string
  readonly objectType: string
}

export const auditQuery = (asked: AuditAsked) =>
  infiniteQueryOptions({
    queryKey: ['audit', asked.act, asked.objectType],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: '100' })
      if (asked.act !== '') query.set('act', asked.act)
      if (asked.objectType !== '') query.set('objectType', asked.objectType)
      if (pageParam !== null) query.set('after', pageParam)
      return apiGet(`/api/v1/audit?${query}`, auditPageSchema, signal)
    },
    initialPageParam: firstPage(),
    getNextPageParam: (last) => last.next,
  })
