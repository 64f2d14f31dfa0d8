import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  type putInForceSchema,
  type setOwnerKeysSchema,
  softwareDetailSchema,
  softwareRowSchema,
} from '#lib/contract/software.ts'
import { apiGet, apiSend } from './api.ts'

export const softwareListQuery = () =>
  queryOptions({
    queryKey: ['software'],
    queryFn: ({ signal }) => apiGet('/api/v1/software', z.array(softwareRowSchema), signal),
  })

const place = (slug: string) => `/api/v1/software/${encodeURIComponent(slug)}`

export const softwareQuery = (slug: string) =>
  queryOptions({
    queryKey: ['software', slug],
    queryFn: ({ signal }) => apiGet(place(slug), softwareDetailSchema, signal),
  })

const createdSchema = z.object({ slug: z.string() })

export const createSoftware = (name: string) => apiSend('POST', '/api/v1/software', { name }, createdSchema)

export const setOwnerKeys = (slug: string, keys: z.input<typeof setOwnerKeysSchema>['keys']) =>
  apiSend('PUT', `${place(slug)}/owner-keys`, { keys }, z.unknown())

export type Binding = Omit<z.input<typeof putInForceSchema>, 'versionId'>

export const putInForce = (slug: string, versionId: string, binding: Binding) =>
  apiSend('POST', `${place(slug)}/in-force`, { versionId, ...binding }, z.unknown())

export interface SoftwareSettings {
  readonly waitingMinutes: number
  readonly finalFiles: readonly { step: string; pattern: string }[]
  readonly runIdPaths: readonly string[]
}

export const changeSettings = (slug: string, settings: SoftwareSettings) =>
  apiSend('PATCH', place(slug), { settings }, z.unknown())
