import type { JobName, JobPayload } from '#lib/jobs/definitions.ts'

/** Every job name with what does it. Each may be run twice; what it throws is tried again later. */
export type Handlers = { readonly [N in JobName]: (payload: JobPayload<N>) => Promise<void> }

/** Loaded at the first job of each kind, so that the worker starts quickly. */
export const handlers: Handlers = {
  'judge-software': async (payload) => {
    const { judgeSoftwareJob } = await import('#lib/services/verdicts/judge-software.ts')
    await judgeSoftwareJob(payload)
  },
  'judge-build': async (payload) => {
    const { judgeBuildJob } = await import('#lib/services/verdicts/judge-build.ts')
    await judgeBuildJob(payload)
  },
  'sweep-expired': async () => {
    const { sweepExpired } = await import('#lib/services/verdicts/sweep-expired.ts')
    await sweepExpired()
  },
  'check-verifications': async (payload) => {
    const { checkVerifications } = await import('#lib/services/verifications/check.ts')
    await checkVerifications(payload)
  },
  'reread-quarantine': async () => {
    const { rereadQuarantine } = await import('#lib/services/imports/reread-quarantine.ts')
    await rereadQuarantine()
  },
  'sync-source': async ({ sourceId }) => {
    const { syncSource } = await import('#lib/services/sources/sync/sync-source.ts')
    await syncSource(sourceId)
  },
}
