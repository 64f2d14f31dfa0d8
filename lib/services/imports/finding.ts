import { type Certificate, FormatError, type Key, type SpiffeBundle } from '#lib/crypto/index.ts'
import type { Envelope, SignedWitnessPolicy } from '#lib/in-toto/index.ts'

/** Why a file is what it is said to be: a stable code, a sentence, and where in the file. */
export interface Reason {
  readonly code: string
  readonly message: string
  readonly place: string | null
}

/** What a file is, by its content alone. */
export type Finding =
  | { readonly is: 'envelope'; readonly envelope: Envelope; readonly reason: Reason | null }
  /** a signed Witness policy: kept and shown, never judged with */
  | { readonly is: 'policy'; readonly policy: SignedWitnessPolicy; readonly reason: Reason | null }
  /** meant as metadata, but not readable: kept as it is */
  | { readonly is: 'quarantined'; readonly reason: Reason }
  | { readonly is: 'keys'; readonly keys: readonly Key[] }
  | { readonly is: 'certificates'; readonly certificates: readonly Certificate[] }
  /** whose roots speak for a trust domain; kept, and trusted only once an administrator says so */
  | { readonly is: 'trust-bundle'; readonly bundle: SpiffeBundle; readonly reason: Reason }
  /** nothing of it is kept, not even its digest where it is a secret */
  | { readonly is: 'refused'; readonly kind: 'private-key' | 'unknown' | 'archive'; readonly reason: Reason }
  | { readonly is: 'listed'; readonly kind: 'not-metadata' | 'archive'; readonly reason: Reason | null }

/** One file on its way in. */
export interface IncomingFile {
  /** as the sender named it, folders with / */
  readonly path: string
  readonly bytes: Uint8Array
  /** larger than is read: `bytes` is only its beginning */
  readonly oversize?: { readonly size: number; readonly sha256: string }
}

/** A file, or a document in one, with what became of it so far. */
export interface Item {
  readonly path: string
  readonly size: number
  /** lower-case hex; null where it is not told (private keys) or was not read */
  readonly sha256: string | null
  readonly finding: Finding
  /** only where they will be stored */
  readonly bytes: Uint8Array | null
}

export function quarantined(code: string, message: string, place: string | null = null): Finding {
  return { is: 'quarantined', reason: { code, message, place } }
}

/** A FormatError as a reason; any other error is a fault of ours and goes on. */
export function reasonOf(error: unknown): Reason {
  if (!(error instanceof FormatError)) throw error
  return { code: error.code, message: error.message, place: error.place === '' ? null : error.place }
}
