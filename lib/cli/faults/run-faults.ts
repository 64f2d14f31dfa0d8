import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Fault, Result } from './fault.ts'
import type { RunOptions } from './run-fault.ts'

/** What the process of one fault says. It is our own program: its messages are what one-fault.ts sends. */
type Message = { readonly text: string } | { readonly result: Result }

/** Runs faults one after the other, each in a process of its own, and answers what came of each. */
export async function runFaults(
  faults: readonly Fault[],
  options: RunOptions,
  tell: { say(text: string): void; done(result: Result): void },
): Promise<Result[]> {
  const results: Result[] = []
  for (const fault of faults) {
    const result = await inProcess(fault, options, tell.say)
    results.push(result)
    tell.done(result)
  }
  return results
}

function inProcess(fault: Fault, options: RunOptions, say: (text: string) => void): Promise<Result> {
  const child = fork(join(import.meta.dirname, 'one-fault.ts'), [String(fault.number), JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DeprecationWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let result: Result | null = null
  child.on('message', (message: Message) => {
    if ('result' in message) result = message.result
    else say(message.text)
  })
  return new Promise((resolve) => child.on('exit', (status) => resolve(result ?? failed(fault, status))))
}

function failed({ number, name }: Fault, status: number | null): Result {
  const nothing = { acknowledged: 0, stored: 0, lost: 0, duplicates: 0, recoveryMs: 0, violations: [] }
  return { number, name, injected: '', ...nothing, missing: [`the run ended by itself (${status}), see above`] }
}
