import type { Actor } from '#lib/auth/actor.ts'
import type { Import, ImportFile } from '#lib/contract/evidence.ts'
import type { DeliveryRequest } from './delivery.ts'
import type { IncomingFile, Item } from './finding.ts'

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

/** A whole file of one act, before it is known what is in it. */
export interface FileAct extends Omit<Act, 'items'> {
  readonly file: IncomingFile
  /** it was sent as metadata */
  readonly meant: boolean
}

export interface BatchAnswer {
  readonly files: ImportFile[]
  /** ids of the software that will be judged again */
  readonly software: string[]
  /** the run under which this was pushed had closed */
  readonly closed: boolean
}
