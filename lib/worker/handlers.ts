import type { JobName, JobPayload } from '#lib/jobs/definitions.ts'

/** Every job name with what does it. Each may be run twice; what it throws is tried again later. */
export type Handlers = { readonly [N in JobName]: (payload: JobPayload<N>) => Promise<void> }

/** Loaded at the first job of each kind, so that the worker starts quickly. */
export const handlers: Handlers = {
  'judge-software': async ({ softwareId }) => {
    throw new Error(`judging is not here yet (software ${softwareId})`)
  },
  'judge-build': async ({ buildId }) => {
    throw new Error(`judging is not here yet (build ${buildId})`)
  },
  'sweep-expired': async () => {
    throw new Error('judging is not here yet')
  },
}
