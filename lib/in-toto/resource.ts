import type { Digests } from './report.ts'

/** A resource descriptor: what it is called, where it is, what it hashes to. */
export interface Resource {
  readonly name: string | null
  readonly uri: string | null
  readonly digests: Digests
}
