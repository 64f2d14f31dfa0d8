import { queryOptions } from '@tanstack/react-query'
import { graphSchema, stepFilesSchema } from '#lib/contract/builds.ts'
import { setOutJson } from '#lib/crypto/index.ts'
import { apiGet } from './api.ts'

export const graphQuery = (id: string) =>
  queryOptions({
    queryKey: ['builds', id, 'graph'],
    queryFn: () => apiGet(`/api/v1/builds/${encodeURIComponent(id)}/graph`, graphSchema),
  })

export interface StepFilesAsked {
  readonly step: string
  readonly path: readonly string[]
  readonly q: string
  readonly limit: number
}

export const stepFilesQuery = (id: string, asked: StepFilesAsked) =>
  queryOptions({
    queryKey: ['builds', id, 'steps', asked.step, asked.path, asked.q, asked.limit],
    queryFn: () => {
      const query = new URLSearchParams({ q: asked.q, limit: String(asked.limit) })
      for (const name of asked.path) query.append('path', name)
      const place = `/api/v1/builds/${encodeURIComponent(id)}/steps/${encodeURIComponent(asked.step)}`
      return apiGet(`${place}?${query}`, stepFilesSchema)
    },
  })

const RAW_SHOWN = 65_536

export const rawUrl = (sha256: string): string => `/api/v1/envelopes/${sha256}/raw`

/** The beginning of a document as text; JSON is set out in lines where all of it is there. */
export const rawQuery = (sha256: string) =>
  queryOptions({
    queryKey: ['envelopes', sha256, 'raw'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const response = await fetch(rawUrl(sha256), { signal })
      if (!response.ok || response.body === null) throw new Error('The document could not be loaded. Try the download.')
      const { bytes, cut } = await firstBytes(response.body, RAW_SHOWN)
      const text = new TextDecoder().decode(bytes)
      return { text: cut ? text : setOutJson(text, text.length * 4).text, cut }
    },
  })

async function firstBytes(body: ReadableStream<Uint8Array>, limit: number) {
  const reader = body.getReader()
  const bytes = new Uint8Array(limit)
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { bytes: bytes.subarray(0, length), cut: false }
    const room = limit - length
    bytes.set(value.subarray(0, room), length)
    length += Math.min(value.length, room)
    if (value.length <= room) continue
    await reader.cancel()
    return { bytes, cut: true }
  }
}
