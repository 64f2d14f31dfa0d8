import { compareCodePoints, type Key, sha256, toHex } from '#lib/crypto/index.ts'
import type { EnvelopeSignature } from '../envelope.ts'
import { formatTimestamp } from '../time.ts'
import type { RevokedKey, TimeProof } from './input.ts'
import { allKeyids } from './keyids.ts'

/** What a revocation means for one signature. */
export type Standing =
  /** nobody revoked its key */
  | { readonly standing: 'unrevoked' }
  /** it counts: proven, or judged for a time, before its key was revoked */
  | { readonly standing: 'earlier'; readonly revokedAt: string; readonly told: string }
  | {
      readonly standing: 'revoked'
      readonly code: 'KEY_REVOKED' | 'KEY_REVOKED_NO_TIMESTAMP'
      readonly why: string
    }

const UNREVOKED: Standing = { standing: 'unrevoked' }

/**
 * Keys that are not their owners' alone any more, each from a moment on: what they signed before stays, where something
 * proves that it is from before; what they signed since counts for nothing. A signature says itself when it was made, and
 * whoever stole the key can write there what he likes, so that nothing but a time stamp or a receipt is asked.
 */
export class RevokedKeys {
  readonly #revoked: readonly RevokedKey[]
  readonly #at: number

  /** @param at the time to judge for, in milliseconds */
  constructor(revoked: readonly RevokedKey[], at: number) {
    this.#revoked = revoked
    this.#at = at
  }

  /**
   * @param keys by which the signature is allowed and by which it was made: a gpg key goes with all that its subkeys
   *   sign, a subkey alone
   * @param proofs of the document that carries the signature
   */
  judge(keys: readonly Key[], signature: EnvelopeSignature, proofs: readonly TimeProof[]): Standing {
    const at = this.#since(keys)
    if (at === null) return UNREVOKED
    const revokedAt = formatTimestamp(at)
    const mark = toHex(sha256(signature.bytes ?? new Uint8Array()))
    const own = proofs
      .filter((proof) => (proof.signature === null || proof.signature === mark) && proof.at <= this.#at)
      // of one moment a time stamp first, then by name: the same sentence each time
      .toSorted((a, b) => a.at - b.at || compareCodePoints(`${a.kind} ${a.by}`, `${b.kind} ${b.by}`))
    const [first] = own
    if (first !== undefined && first.at < at) return { standing: 'earlier', revokedAt, told: `it was ${told(first)}` }
    if (this.#at < at)
      return { standing: 'earlier', revokedAt, told: `this verdict is for ${formatTimestamp(this.#at)}` }
    if (first !== undefined)
      return { standing: 'revoked', code: 'KEY_REVOKED', why: `${revokedAt}; it was ${told(first)} only` }
    const why = `${revokedAt}, and nothing proves that it signed before`
    return { standing: 'revoked', code: 'KEY_REVOKED_NO_TIMESTAMP', why }
  }

  /** The earliest moment from which one of the keys, by whatever name, is revoked. */
  #since(keys: readonly Key[]): number | null {
    if (this.#revoked.length === 0) return null
    const names = new Set(keys.flatMap(ownNames))
    const times = this.#revoked.filter((one) => one.keys.some((key) => names.has(key))).map(({ at }) => at)
    return times.length === 0 ? null : Math.min(...times)
  }
}

/** Those of its subkeys are theirs. */
function ownNames(key: Key): string[] {
  return [key.fingerprint, ...allKeyids(key).filter((keyid) => !key.subkeys.has(keyid))]
}

function told({ kind, at, by }: TimeProof): string {
  return `${kind === 'timestamped' ? 'time-stamped' : 'received'} at ${formatTimestamp(at)} by ${by}`
}
