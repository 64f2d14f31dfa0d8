import type { z } from 'zod'

// What a source of evidence is to Waybill: something that lists entries and gives their bytes. A connector knows no
// database, no clock of its own and no way out but the ones it is given; whoever syncs decides what to do with what it
// lists. Each kind is a folder beside this file and passes `lib/testing/sources/connector-contract.ts`.

/** What a source can be asked. */
export interface Capabilities {
  /**
   * `changes`: after it has caught up, a cursor gives what came later. `sweep`: each pass from a caught-up cursor lists
   * all that is there again. `none`: it is asked by digest only.
   */
  readonly follows: 'changes' | 'sweep' | 'none'
  /** `byDigest` finds what speaks of a digest */
  readonly byDigest: boolean
  /** a whole pass from the cursor null lists all that is there: what it lacks is gone from the source */
  readonly vanishes: boolean
  /** every entry was stored as metadata, so what cannot be read of it is quarantined whatever it looks like */
  readonly metadataOnly: boolean
}

/** One thing that lies in the source. */
export interface Entry {
  /** its name at the source: stable, unique there, at most 1,024 characters */
  readonly key: string
  /** where it lies, folders with /: what is shown, and what its kind is guessed from */
  readonly path: string
  /** changes when the bytes of this key may have changed; null where a key always means the same bytes */
  readonly version: string | null
  /** sha256 of the bytes as `fetch` gives them, lower-case hex, where the source tells */
  readonly sha256: string | null
  /** when the source says that it came, ISO 8601 in UTC; nobody vouches for it */
  readonly seenAt: string | null
}

/** Where a connector was: plain JSON, written down after each batch and given back later, after any interruption. */
export type Cursor = null | boolean | number | string | readonly Cursor[] | { readonly [name: string]: Cursor }

/** Entries that are written down together with the cursor that comes after them. */
export interface Batch {
  readonly entries: readonly Entry[]
  readonly cursor: Cursor
  /** this is the last batch: nothing more is there for now. A pass that ends without it was cut short. */
  readonly caughtUp: boolean
  /** entries that are passed over for now or for good, such as a file that is still being written */
  readonly skipped?: readonly Skipped[]
  /** something is about to come, such as a file that is being written: look again after so many milliseconds */
  readonly lookAgainMs?: number
  /** how many entries there are in all, where the source tells it without being asked again */
  readonly total?: number
}

export interface Skipped {
  readonly key: string
  readonly code: string
  /** what was expected, what was found, what to do */
  readonly message: string
}

export interface PassLimits {
  /** most entries of one batch */
  readonly batchEntries: number
  /** stops the pass between and inside of requests */
  readonly signal: AbortSignal
}

export interface Fetched {
  /** as the source keeps them; a digest that the source gave was checked */
  readonly bytes: Uint8Array
}

/** What trying the connection showed. A "no" is a value with a sentence, never an exception. */
export type Probe =
  | {
      readonly reached: true
      /** what answered, such as `Archivista` or `folder` */
      readonly what: string
      readonly version: string | null
      /** how many entries lie there, where it can be known at once; `least` where counting was cut short */
      readonly entries: { readonly count: number; readonly exact: boolean } | null
      readonly latencyMs: number
      /** what whoever runs it should know, such as a missing index */
      readonly notes: readonly string[]
    }
  | { readonly reached: false; readonly code: SourceErrorCode; readonly message: string; readonly latencyMs: number }

export interface Connector {
  readonly capabilities: Capabilities
  probe(signal: AbortSignal): Promise<Probe>
  /**
   * What there is after the cursor; null begins with the first entry there is. Entries may come more than once, never
   * not at all. Ends after the batch that has caught up. Throws SourceError.
   */
  since(cursor: Cursor, limits: PassLimits): AsyncIterable<Batch>
  /** What speaks of an artifact's digest (lower-case hex). Throws SourceError; nothing found is an empty list. */
  byDigest(algo: string, digest: string, limits: PassLimits): Promise<readonly Entry[]>
  /** The original bytes of a key. Throws SourceError, `GONE` where the key is not there any more. */
  fetch(key: string, signal: AbortSignal): Promise<Fetched>
  /**
   * Sends a document there, to lie beside what others sent; absent where the source takes none. `there`: it had it already.
   * Throws SourceError, `REFUSED` where this document is not taken but others may be.
   */
  send?(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<'taken' | 'there'>
  /** Tells when something may have come, until the signal is raised. Only a hint: whoever hears it asks `since`. */
  watch?(changed: () => void, signal: AbortSignal): void
}

/** What a connector is opened with. */
export interface Ports {
  /** the one way out: refuses what the operator has not allowed, and everything too large or too slow */
  readonly fetch: GuardedFetch
  /** the secrets that the operator keeps for the host of this source */
  readonly credentials: Credentials
  /** folders that the operator lets sources read, absolute and without symbolic links */
  readonly folders: readonly string[]
  readonly now: () => Date
  /** what the connector wrote down in earlier passes; absent where nothing lasts, as in a test of the connection */
  readonly memory?: Memory
}

/**
 * What a connector knows of things that never change, such as what a digest names, so that no pass asks for them again.
 * It may be lost at any time: then it is found out anew. Keys are unique within a source, at most 1,024 characters.
 */
export interface Memory {
  recall(keys: readonly string[]): Promise<ReadonlyMap<string, Cursor>>
  /** writes down, or writes down anew with the time `at` */
  remember(facts: ReadonlyMap<string, Cursor>, at: Date): Promise<void>
  /** keys with this beginning that were remembered before a time only, in their order, from the one after `after` */
  older(beginning: string, before: Date, after: string, limit: number): Promise<readonly string[]>
  forget(keys: readonly string[]): Promise<void>
}

/**
 * Secrets never lie in the database: they are files `source-secrets/HOST/NAME` of the data folder. A source names NAME only and
 * HOST is that of its own address, so nobody who may change a source can send a secret elsewhere.
 */
export interface Credentials {
  /**
   * The text of a secret (without the line break at its end), or null where there is none of that name.
   * @param server another server that it will be sent to, and to no other: it is the one that the operator keeps for that
   *   host
   */
  secret(name: string, server?: URL): Promise<string | null>
}

/** A kind of source: its settings (a schema of lib/contract/sources.ts), and how one is opened. Opening reaches for nothing yet. */
export interface ConnectorKind<Settings> {
  readonly kind: string
  readonly settings: z.ZodType<Settings>
  open(settings: Settings, ports: Ports): Connector
}

// ---- the way out ------------------------------------------------------------------------------------

export interface GuardedRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** the answer's body is read up to this many bytes; more is `LIMIT` */
  readonly limitBytes: number
  /** for the whole exchange; the guard has one of its own where it is left out */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** PEM: certificates that this source's server may chain to, besides the system's */
  readonly ca?: string
  /** PEM: mutual TLS */
  readonly client?: { readonly certificate: string; readonly key: string }
}

export interface GuardedResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

/** Never follows a redirect by itself: 3xx is an answer like others. Throws SourceError. */
export type GuardedFetch = (url: string, request: GuardedRequest) => Promise<GuardedResponse>

// ---- errors -----------------------------------------------------------------------------------------

/** Whether trying again later may help, by code. */
const retryable = {
  /** no connection, broken off, 5xx */
  UNREACHABLE: true,
  TIMEOUT: true,
  /** it asks to be left alone for a while */
  BUSY: true,
  /** address, host or folder that the operator has not allowed */
  NOT_ALLOWED: false,
  /** credentials are missing or refused */
  UNAUTHORIZED: false,
  /** the answer is none of the protocol's: HTML, broken JSON, a page without progress */
  BAD_ANSWER: true,
  /** the bytes are not those that their digest names */
  INTEGRITY: true,
  /** more than is read; names the limit and the value */
  LIMIT: false,
  /** it is not there, or not any more */
  GONE: false,
  /** what was sent was not taken */
  REFUSED: false,
  /** the settings do not fit what is there */
  SETTINGS: false,
  /** the signal was raised */
  ABORTED: true,
} as const

export type SourceErrorCode = keyof typeof retryable

/** A source does not do what is asked of it. The sentence is for people and holds no secret and no foreign error text. */
export class SourceError extends Error {
  readonly code: SourceErrorCode
  readonly retryable: boolean
  /** it said when to come again, milliseconds from then */
  readonly retryAfterMs: number | null

  constructor(code: SourceErrorCode, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SourceError'
    this.code = code
    this.retryable = retryable[code]
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}
