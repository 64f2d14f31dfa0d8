import { z } from 'zod'
import type { Report } from '#lib/in-toto/index.ts'

const shape = z.looseObject({
  version: z.literal(1),
  verdict: z.enum(['allow', 'deny', 'cannot-tell']),
  reasons: z.array(z.looseObject({ code: z.string(), severity: z.string(), message: z.string() })),
  checks: z.array(z.looseObject({ id: z.string() })),
  layout: z.looseObject({ sha256: z.string() }),
  steps: z.array(z.looseObject({ name: z.string() })),
  inspections: z.array(z.looseObject({ name: z.string() })),
})

/** A stored report. The cast is safe: only our engine writes them, and version and outline are checked here. */
export function parseReport(text: string): Report {
  return shape.parse(JSON.parse(text)) as unknown as Report
}
