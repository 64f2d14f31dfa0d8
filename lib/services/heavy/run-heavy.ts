import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { Tinypool } from 'tinypool'
import { AppError } from '#lib/errors.ts'
import { currentRequestId } from '../audit/request-id.ts'
import type { TaskAnswer, TaskInput, TaskName } from './tasks.ts'
import type { Call, Outcome } from './thread.ts'

// A link of 20 MB takes a second to read, and a server has one thread for everybody's requests: what is large is done in
// another one, with connections of its own. Threads start when there is work and end a minute after the last.

/** Bytes of documents from which they are read elsewhere: so many take some milliseconds. */
export const HEAVY_BYTES = 512 * 1024

const threads = 2
const waitingLimit = 64
const idleMs = 60_000

/** One per process: a bundler may load this module several times. Safe: the name is written nowhere else. */
const kept = globalThis as { waybillThreads?: Tinypool }

/**
 * Does a task in another thread and answers what it answers.
 * @throws AppError what the task throws of that kind, and RATE_LIMITED where too many wait already
 */
export async function runHeavy<N extends TaskName>(name: N, input: TaskInput<N>): Promise<TaskAnswer<N>> {
  kept.waybillThreads ??= openPool()
  if (kept.waybillThreads.queueSize >= waitingLimit) {
    const message = `${waitingLimit} large documents are waiting already. Nothing of this one was done; try again later.`
    throw new AppError('RATE_LIMITED', message, { retryAfter: 10 })
  }
  const call: Call<N> = { name, input, requestId: currentRequestId() }
  const outcome: Outcome = await kept.waybillThreads.run(call)
  if ('answer' in outcome) return outcome.answer as TaskAnswer<N> // safe: what this very task answered
  const { code, message, ...more } = outcome.refused
  throw new AppError(code, message, withoutUndefined(more))
}

/** Whether work of this size goes to another thread: never from there. */
export function isHeavy(size: number, limit: number): boolean {
  return isMainThread && size >= limit
}

function openPool(): Tinypool {
  return new Tinypool({
    filename: threadFile(),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    // a thread that waits with Atomics could not notice that the database closed a connection
    useAtomics: false,
    execArgv: [],
  })
}

/** The source itself: beside this file, or below the folder that the bundled server runs in. */
function threadFile(): string {
  const beside = join(import.meta.dirname ?? '', 'thread.ts')
  const file = existsSync(beside) ? beside : join(process.cwd(), 'lib', 'services', 'heavy', 'thread.ts')
  return pathToFileURL(file).href
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}
