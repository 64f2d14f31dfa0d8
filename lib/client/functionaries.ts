import { queryOptions } from '@tanstack/react-query'
import {
  type DeclareFunctionary,
  type Functionary,
  functionaryListSchema,
  functionarySchema,
  removedFunctionarySchema,
} from '#lib/contract/functionaries.ts'
import { apiGet, apiSend } from './api.ts'

export const functionariesQuery = () =>
  queryOptions({
    queryKey: ['functionaries'],
    queryFn: async ({ signal }) => (await apiGet('/api/v1/functionaries', functionaryListSchema, signal)).rows,
  })

export const declareFunctionary = (input: DeclareFunctionary): Promise<Functionary> =>
  apiSend('POST', '/api/v1/functionaries', input, functionarySchema)

export const removeFunctionary = (id: string): Promise<unknown> =>
  apiSend('DELETE', `/api/v1/functionaries/${encodeURIComponent(id)}`, undefined, removedFunctionarySchema)
