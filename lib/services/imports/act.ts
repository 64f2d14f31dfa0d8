import type { Actor } from '#lib/auth/actor.ts'
import type { Import, ImportFile } from '#lib/contract/evidence.ts'
import type { DeliveryRequest } from './delivery.ts'
import type { Item } from './finding.ts'

/** What all batches of one act of bringing in have in common. */
export interface ImportHead {
  readonly id: string
  readonly at: Date
  readonly demo: boolean
  readonly via: Import['via']
  readonly title: string
  readonly delivery: DeliveryRequest
  /** the source in which it was found */
  readonly sourceId: string | null
}

/** A batch of one act, as it is written. */
export interface Act {
  readonly actor: Actor
  readonly head: ImportHead
  readonly items: readonly Item[]
  /** index of the first file within its import */
  readonly first: number
  /** of the request by which it came */
  readonly requestId: string | null
}

export interface BatchAnswer {
  readonly files: ImportFile[]
  /** ids of the software that will be judged again */
  readonly software: string[]
  /** the run under which this was pushed had closed */
  readonly closed: boolean
}
