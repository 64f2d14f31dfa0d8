import type { BuildRequest } from '../builds/read-build.ts'
import type { StepFilesRequest } from '../builds/read-step-files.ts'
import type { FileAct } from '../imports/act.ts'

/**
 * What is done in a thread of its own where it would hold the server for long. What goes in and comes out is copied
 * between threads: plain values, no functions.
 */
export const tasks = {
  'bring-in-file': async (input: FileAct) => (await import('../imports/bring-in-file.ts')).bringInFile(input),
  'read-build': async (input: BuildRequest) => (await import('../builds/read-build.ts')).readBuild(input),
  'read-step-files': async (input: StepFilesRequest) =>
    (await import('../builds/read-step-files.ts')).readStepFiles(input),
} as const

type Tasks = typeof tasks
export type TaskName = keyof Tasks
export type TaskInput<N extends TaskName> = Parameters<Tasks[N]>[0]
export type TaskAnswer<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>
