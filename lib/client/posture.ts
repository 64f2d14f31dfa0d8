import { queryOptions } from '@tanstack/react-query'
import { postureSchema } from '#lib/contract/posture.ts'
import { apiGet } from './api.ts'

export const postureQuery = () =>
  queryOptions({
    queryKey: ['posture'],
    queryFn: ({ signal }) => apiGet('/api/v1/posture', postureSchema, signal),
    refetchInterval: 60_000,
  })
