import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { stepFilesQuerySchema, stepFilesSchema } from '#lib/contract/builds.ts'
import { compareCodePoints } from '#lib/crypto/index.ts'
import { notFound } from '#lib/errors.ts'
import type { Artifacts, Report } from '#lib/in-toto/index.ts'
import { judgedBuild, stepLink } from './judged-build.ts'

type Query = z.output<typeof stepFilesQuerySchema>
type StepFiles = z.input<typeof stepFilesSchema>

/** What the link of a step recorded, a page of each list; `q` is a part of a path or the beginning of a digest. */
export async function stepFiles(actor: Actor, id: string, name: string, query: Query): Promise<StepFiles> {
  requireRight(actor, 'read')
  const { report } = await judgedBuild(id)
  const step = report === null ? undefined : within(report, query.path).steps.find((one) => one.name === name)
  if (step === undefined) throw notFound(`step ${name.slice(0, 200)} in this build`)
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

function within(report: Report, path: readonly string[]): Report {
  let inner = report
  for (const name of path) {
    const next = inner.steps.find((step) => step.name === name)?.sublayout
    if (next === undefined) throw notFound(`sublayout ${name.slice(0, 200)} in this build`)
    inner = next
  }
  return inner
}

function page(files: Artifacts, query: Query, from: number) {
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
