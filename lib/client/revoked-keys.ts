import { queryOptions } from '@tanstack/react-query'
import { type RevokedKey, restoredKeySchema, revokedKeyListSchema } from '#lib/contract/revoked-keys.ts'
import { apiGet, apiSend } from './api.ts'

export const revokedKeysQuery = () =>
  queryOptions({
    queryKey: ['revoked-keys'],
    queryFn: async ({ signal }) => (await apiGet('/api/v1/revoked-keys', revokedKeyListSchema, signal)).rows,
  })

/** @param input keys as the API takes them, and from when on (null: now) */
export const revokeKeys = async (input: {
  keys: ({ fingerprint: string } | { text: string; name: string })[]
  at: string | null
  reason: string
}): Promise<RevokedKey[]> => {
  const { keys, at, reason } = input
  const body = { keys, reason, ...(at === null ? {} : { at }) }
  return (await apiSend('POST', '/api/v1/revoked-keys', body, revokedKeyListSchema)).rows
}

export const restoreKey = (id: string): Promise<unknown> =>
  apiSend('DELETE', `/api/v1/revoked-keys/${encodeURIComponent(id)}`, undefined, restoredKeySchema)
