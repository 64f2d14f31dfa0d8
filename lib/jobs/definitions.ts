import { z } from 'zod'

/** Every job by name, with its payload: ids only. A job may run twice; handlers are in `lib/worker/handlers.ts`. */
export const jobs = {
  /** finds and judges the builds of a software after new evidence, keys or layouts */
  'judge-software': z.strictObject({ softwareId: z.uuid() }),
  /** judges one build again */
  'judge-build': z.strictObject({ buildId: z.uuid() }),
  /** judges again what time has changed: layouts that expired, waiting times that passed */
  'sweep-expired': z.strictObject({}),
} as const

export type JobName = keyof typeof jobs
export type JobPayload<N extends JobName> = z.infer<(typeof jobs)[N]>

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name)
}
