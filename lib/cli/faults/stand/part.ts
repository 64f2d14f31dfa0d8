import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'

/** A process of Waybill, to be killed and frozen. */
export class Part {
  readonly #script: string
  readonly #args: readonly string[]
  readonly #env: NodeJS.ProcessEnv
  readonly #log: string
  #child: ChildProcess | null = null

  /** @param log file to which goes what it says */
  constructor(script: string, args: readonly string[], env: NodeJS.ProcessEnv, log: string) {
    this.#script = script
    this.#args = args
    this.#env = env
    this.#log = log
  }

  get running(): boolean {
    return this.#child !== null
  }

  /** Begins it; resolves once it says that it is ready. One that ends before that is an error. */
  async start(): Promise<void> {
    const child = this.begin()
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message) => {
        if (message === 'ready') resolve()
      })
      child.on('exit', (status, signal) => reject(new Error(`${this.#script} ended: ${signal ?? status}`)))
    })
  }

  /** Begins it without waiting. */
  begin(): ChildProcess {
    if (this.#child !== null) throw new Error(`${this.#script} runs already`)
    const child = fork(this.#script, [...this.#args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => appendFileSync(this.#log, text))
    child.on('exit', () => {
      if (this.#child === child) this.#child = null
    })
    this.#child = child
    return child
  }

  /** SIGKILL: it has no chance to do anything. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === null) return
    const ended = once(child, 'exit')
    child.send('stop', () => undefined)
    const limit = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(limit)
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }
}
