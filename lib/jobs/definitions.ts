import { z } from 'zod'

/** Every job by name, with its payload: ids only. A job may run twice; handlers are in `lib/worker/handlers.ts`. */
export const jobs = {
  /** finds and judges the builds of a software after new evidence, keys or layouts */
  'judge-software': z.strictObject({ softwareId: z.uuid() }),
  /** judges one build again */
  'judge-build': z.strictObject({ buildId: z.uuid() }),
  /** judges again what time has changed: layouts that expired, waiting times that passed */
  'sweep-expired': z.strictObject({}),
  /** says again whose signatures are on verifications made elsewhere, after keys became known or were declared */
  'check-verifications': z.strictObject({
    of: z.union([
      z.strictObject({ verifier: z.string() }),
      z.strictObject({ keyids: z.array(z.string()) }),
      z.strictObject({ all: z.literal(true) }),
    ]),
  }),
  /** reads again what an older version of Waybill could not read */
  'reread-quarantine': z.strictObject({}),
  /** lists what a source has and brings it in */
  'sync-source': z.strictObject({ sourceId: z.uuid() }),
} as const

export type JobName = keyof typeof jobs
export type JobPayload<N extends JobName> = z.infer<(typeof jobs)[N]>

/** Jobs that wait for other machines. They are done beside the others, so that a slow source holds up no verdict. */
export const outsideJobs: readonly JobName[] = ['sync-source']

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name)
}
