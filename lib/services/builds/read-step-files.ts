import type { z } from 'zod'
import type { stepFilesQuerySchema, stepFilesSchema } from '#lib/contract/builds.ts'
import { compareCodePoints } from '#lib/crypto/index.ts'
import type { Artifacts, StepReport } from '#lib/in-toto/index.ts'
import { stepLink } from './judged-build.ts'

export type StepFilesQuery = z.output<typeof stepFilesQuerySchema>
export type StepFiles = z.input<typeof stepFilesSchema>

export interface StepFilesRequest {
  readonly step: StepReport
  readonly query: StepFilesQuery
}

/** A page of what the link of a step recorded. Reads all of the link: see `stepFiles`. */
export async function readStepFiles({ step, query }: StepFilesRequest): Promise<StepFiles> {
  const link = await stepLink(step)
  const materials = page(link?.materials ?? new Map(), query, query.materialsFrom)
  const products = page(link?.products ?? new Map(), query, query.productsFrom)
  return {
    materials: materials.rows,
    products: products.rows,
    materialsTotal: materials.total,
    productsTotal: products.total,
  }
}

function page(files: Artifacts, query: StepFilesQuery, from: number) {
  const q = query.q.toLowerCase()
  const found = [...files].filter(
    ([path, digests]) =>
      q === '' ||
      path.toLowerCase().includes(q) ||
      Object.values(digests).some((hex) => hex.toLowerCase().startsWith(q)),
  )
  const sorted = found.sort(([a], [b]) => compareCodePoints(a, b))
  const rows = sorted.slice(from, from + query.limit).map(([path, digests]) => ({ path, digests: { ...digests } }))
  return { rows, total: found.length }
}
