import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import {
  type addTrustSchema,
  type sayOfRootSchema,
  trustDomainRowSchema,
  trustListSchema,
} from '#lib/contract/trust.ts'
import { apiGet, apiSend } from './api.ts'

export const trustQuery = () =>
  queryOptions({
    queryKey: ['trust-domains'],
    queryFn: ({ signal }) => apiGet('/api/v1/trust-domains', trustListSchema, signal),
  })

export const addTrust = (body: z.input<typeof addTrustSchema>) =>
  apiSend('POST', '/api/v1/trust-domains', body, trustDomainRowSchema)

export const sayOfRoot = (trustDomain: string, sha256: string, body: z.input<typeof sayOfRootSchema>) =>
  apiSend(
    'POST',
    `/api/v1/trust-domains/${encodeURIComponent(trustDomain)}/roots/${sha256}`,
    body,
    trustDomainRowSchema,
  )
