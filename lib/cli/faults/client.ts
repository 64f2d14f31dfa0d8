import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { verdictSchema } from '#lib/contract/verdict.ts'
import type { Acknowledged, Answered, ExpectedRun, Witnessed } from './checker/witnessed.ts'
import { type Link, makeRun, type RunOfLinks, type World } from './world.ts'

const answerSchema = z.object({ sha256: z.string() })
const verdictAnswerSchema = z.object({ verdict: verdictSchema })

/** What a request came to: a status, or no answer at all. */
export type Outcome = { readonly status: number; readonly retryAfter: string | null } | { readonly status: null }

/**
 * A CI that pushes the links of runs, and notes what it was told. It sends again what was not acknowledged, as long as
 * it is told to.
 */
export class Client {
  readonly acknowledged: Acknowledged[] = []
  readonly answered: Answered[] = []
  /** how often each status was answered; `none`: the connection broke */
  readonly statuses = new Map<string, number>()
  readonly world: World
  readonly origin: string
  readonly #runs = new Map<string, RunOfLinks>()
  #number = 0

  constructor(origin: string, world: World) {
    this.origin = origin
    this.world = world
  }

  /** The next run; every fourth one is tampered with. */
  nextRun(): RunOfLinks {
    const run = makeRun(`run-${++this.#number}`, this.#number % 4 === 0)
    this.#runs.set(run.run, run)
    return run
  }

  /** Sends one document once. */
  async send({ path, bytes, sha256 }: Link, run: string | null, timeoutMs = 20_000): Promise<Outcome> {
    try {
      const response = await fetch(`${this.origin}/api/v1/attestations?path=${encodeURIComponent(path)}`, {
        method: 'POST',
        headers: {
          ...this.world.headers,
          'content-type': 'application/json',
          ...(run === null ? {} : { 'waybill-run': run }),
        },
        body: bytes,
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = await response.text()
      this.#count(String(response.status))
      const { status } = response
      if (status >= 200 && status < 300) {
        const answered = answerSchema.parse(JSON.parse(text)).sha256
        this.acknowledged.push({ sha256, answered, status, path, run })
      }
      return { status, retryAfter: response.headers.get('retry-after') }
    } catch {
      this.#count('none')
      return { status: null }
    }
  }

  /** Sends the links of a run, each until it is acknowledged or there is no more time. Answers whether all are. */
  async push(run: RunOfLinks, untilMs = 60_000): Promise<boolean> {
    const until = Date.now() + untilMs
    for (const link of run.links) {
      for (;;) {
        const { status } = await this.send(link, run.run)
        if (status !== null && status < 300) break
        if (Date.now() > until) return false
        await sleep(100 + Math.random() * 100)
      }
    }
    return true
  }

  /** Asks for a verdict once; null where there was no answer. */
  async ask({ digest, verdict }: RunOfLinks, mayAllow = verdict === 'allow'): Promise<number | null> {
    try {
      const response = await fetch(`${this.origin}/api/v1/verdicts?digest=${digest}`, {
        headers: { ...this.world.headers },
        signal: AbortSignal.timeout(20_000),
      })
      const text = await response.text()
      if (response.status === 200)
        this.answered.push({ digest, verdict: verdictAnswerSchema.parse(JSON.parse(text)).verdict, mayAllow })
      return response.status
    } catch {
      return null
    }
  }

  /** Pushes runs until stopped, several at a time; resolves when the last answer came. */
  load(clients: number): () => Promise<void> {
    let stopped = false
    const one = async (): Promise<void> => {
      while (!stopped) {
        const run = this.nextRun()
        await this.push(run)
        await this.ask(run)
      }
    }
    const all = Promise.all(Array.from({ length: clients }, one))
    return async () => {
      stopped = true
      await all
    }
  }

  /** Runs of which every link was acknowledged, with the verdict that they must have in the end. */
  get runs(): ExpectedRun[] {
    const known = new Set(this.acknowledged.map(({ sha256, run }) => `${run} ${sha256}`))
    return [...this.#runs.values()].flatMap(({ run, links, verdict }) =>
      links.every(({ sha256 }) => known.has(`${run} ${sha256}`))
        ? [{ softwareId: this.world.softwareId, run, verdict }]
        : [],
    )
  }

  witnessed(inSources: readonly string[] = []): Witnessed {
    const { acknowledged, answered, runs } = this
    return { acknowledged, answered, runs, inSources }
  }

  #count(status: string): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }
}
