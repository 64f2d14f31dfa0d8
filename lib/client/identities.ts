import { queryOptions } from '@tanstack/react-query'
import { identitiesSchema } from '#lib/contract/identities.ts'
import { apiGet } from './api.ts'

export const identitiesQuery = () =>
  queryOptions({
    queryKey: ['identities'],
    queryFn: ({ signal }) => apiGet('/api/v1/identities', identitiesSchema, signal),
  })
