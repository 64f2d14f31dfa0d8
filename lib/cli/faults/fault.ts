import type { Violation } from './checker/violation.ts'
import type { Client } from './client.ts'
import type { Random } from './random.ts'
import type { Archivista } from './stand/archivista.ts'
import type { Stand } from './stand/stand.ts'

/** What a fault is injected into. */
export interface Scene {
  readonly stand: Stand
  readonly client: Client
  readonly archivista: Archivista
  readonly random: Random
  /** how often something is killed, where it is killed again and again */
  readonly kills: number
  /** sha256 of the documents that were put into sources */
  readonly inSources: string[]
  say(text: string): void
}

/** What injecting it showed beyond the state that is left. */
export interface Observed {
  /** in a few words, with counts */
  readonly injected: string
  /** what must have been seen and was not: the fault was not injected, or was not answered as it should be */
  readonly missing?: readonly string[]
}

export interface Fault {
  /** as in the list of faults that the invariants are held against */
  readonly number: number
  readonly name: string
  /** part of the short run */
  readonly short: boolean
  /** needs to be root */
  readonly needsRoot?: boolean
  /** makes the file system on which PostgreSQL's files lie, in the folder of the stand */
  readonly dataFolder?: (folder: string) => string
  /** Injects it while clients push, and takes it away again; what it left is then checked. */
  inject(scene: Scene): Promise<Observed>
}

export interface Result {
  readonly number: number
  readonly name: string
  readonly injected: string
  readonly acknowledged: number
  readonly stored: number
  readonly lost: number
  readonly duplicates: number
  /** until nothing waits, once the fault is gone */
  readonly recoveryMs: number
  readonly violations: readonly Violation[]
  readonly missing: readonly string[]
}
