import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether the program is there to be run. */
export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}

/**
 * Starts a server that others wrote, as a process of its own, and waits until it answers.
 * @param answers asked until it says yes
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  answers: () => Promise<boolean>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChildProcess> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'ignore', 'pipe'], env })
  let said = ''
  child.stderr?.on('data', (part: Buffer) => {
    said = `${said}${part}`.slice(-2_000)
  })
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await answers().catch(() => false)) return child
    if (child.exitCode !== null) break
    await sleep(50)
  }
  await stopProgram(child)
  throw new Error(`${program} did not start: ${said}`)
}

export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
