import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { identitiesSchema } from '#lib/contract/identities.ts'
import {
  type Arrangement,
  arrangementSchema,
  draftSchema,
  layoutListSchema,
  sampleRunListSchema,
  sampleRunSchema,
  versionSchema,
} from '#lib/contract/layouts.ts'
import { apiGet, apiSend } from './api.ts'

export const layoutsQuery = () =>
  queryOptions({
    queryKey: ['layouts'],
    queryFn: ({ signal }) => apiGet('/api/v1/layouts', layoutListSchema, signal),
  })

export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: ['layout-drafts', id],
    queryFn: ({ signal }) => apiGet(`/api/v1/layout-drafts/${id}`, draftSchema, signal),
  })

export const versionQuery = (id: string) =>
  queryOptions({
    queryKey: ['layout-versions', id],
    queryFn: ({ signal }) => apiGet(`/api/v1/layout-versions/${id}`, versionSchema, signal),
  })

export const sampleRunsQuery = (draftId: string) =>
  queryOptions({
    queryKey: ['layout-drafts', draftId, 'sample-runs'],
    queryFn: ({ signal }) => apiGet(`/api/v1/layout-drafts/${draftId}/sample-runs`, sampleRunListSchema, signal),
  })

export const sampleRunQuery = (id: string | null) =>
  queryOptions({
    queryKey: ['sample-runs', id],
    enabled: id !== null,
    // what a run recorded does not change
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => apiGet(`/api/v1/sample-runs/${id}`, sampleRunSchema, signal),
  })

/** Public keys that Waybill has seen, for choosing who may sign. */
export const knownKeysQuery = () =>
  queryOptions({
    queryKey: ['identities'],
    queryFn: ({ signal }) => apiGet('/api/v1/identities', identitiesSchema, signal),
  })

export interface ArrangeRequest {
  readonly nodes: readonly { id: string; width: number; height: number }[]
  readonly edges: readonly {
    id: string
    source: string
    target: string
    label: { width: number; height: number } | null
  }[]
  readonly aspectRatio: number
}

/** Where nodes go; the same drawing is asked for once. */
export const arrangementQuery = (request: ArrangeRequest) =>
  queryOptions({
    queryKey: ['arrange', request],
    enabled: request.nodes.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (previous: Arrangement | undefined) => previous,
    queryFn: () => apiSend('POST', '/api/v1/arrange', request, arrangementSchema),
  })

export function createDraft(input: { name: string; software: string | null; document?: string }) {
  return apiSend('POST', '/api/v1/layout-drafts', input, draftSchema)
}

export interface DraftChange {
  readonly revision: number
  readonly name?: string
  readonly document?: string
  readonly positions?: Readonly<Record<string, { x: number; y: number }>>
}

export function saveDraft(id: string, change: DraftChange) {
  return apiSend('PATCH', `/api/v1/layout-drafts/${id}`, change, draftSchema)
}

export function deleteDraft(id: string) {
  return apiSend('DELETE', `/api/v1/layout-drafts/${id}`, undefined, z.null())
}

export function createVersion(draftId: string, revision: number) {
  return apiSend('POST', '/api/v1/layout-versions', { draftId, revision }, versionSchema)
}

export interface SigningAct {
  readonly publicKey: string
  readonly sha256: string
  readonly metablockSig: string
  readonly dsseSig: string
}

export function addSignature(versionId: string, act: SigningAct) {
  return apiSend('POST', `/api/v1/layout-versions/${versionId}/signatures`, act, versionSchema)
}

export function exportUrl(versionId: string, form: 'metablock' | 'dsse'): string {
  return `/api/v1/layout-versions/${versionId}/export?form=${form}`
}

export function signerKeyUrl(versionId: string, fingerprint: string): string {
  return `/api/v1/layout-versions/${versionId}/keys?fingerprint=${fingerprint}`
}
