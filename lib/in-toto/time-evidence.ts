import {
  checkTimestampToken,
  FormatError,
  fromBase64,
  parseTimestampToken,
  sha256,
  type TimestampFault,
  type TimestampTrust,
  toHex,
} from '#lib/crypto/index.ts'
import type { EnvelopeSignature, Signed } from './envelope.ts'
import { formatTimestamp } from './time.ts'
import type { TimeProof } from './verify/input.ts'

/**
 * What is known of when a signature was made, the strongest first:
 * `timestamped`: a trusted authority stamped these signature bytes; `witnessed`: somebody trusted received them;
 * `expired`: a stamp that is good but for its authority, whose certificates were not valid at the stamp's time;
 * `unproven`: nothing, with the reason where something was there.
 */
export type TimeEvidence =
  | {
      readonly evidence: 'timestamped'
      /** milliseconds */
      readonly at: number
      /** the authority's name */
      readonly by: string
      /** milliseconds by which the authority may be wrong; null: it does not say */
      readonly accuracy: number | null
      /** of the signature bytes, lower-case hex */
      readonly signature: string
    }
  | { readonly evidence: 'witnessed'; readonly at: number; readonly by: string; readonly signature: string }
  | { readonly evidence: 'expired' | 'unproven'; readonly code: TimeFault; readonly message: string }

export type TimeFault =
  | TimestampFault
  | 'NOTHING' // no token, no receipt
  | 'MALFORMED' // a token that cannot be read
  | 'FUTURE' // it is about a time after the one that is judged for

/** The stamps of a signature, each by itself: nothing that is wrong with one is lost, and none hurts another. */
export function judgeTimestamps(signature: EnvelopeSignature, trust: TimestampTrust, at: number): TimeEvidence[] {
  const { bytes, timestamps = [] } = signature
  if (bytes === null) return []
  return timestamps.map((text) => judgeOne(text, bytes, trust, at))
}

function judgeOne(text: string, bytes: Uint8Array, trust: TimestampTrust, at: number): TimeEvidence {
  try {
    const token = parseTimestampToken(fromBase64(text))
    const answer = checkTimestampToken(token, bytes, trust)
    if (!answer.valid) {
      const evidence = answer.code === 'EXPIRED' ? 'expired' : 'unproven'
      return { evidence, code: answer.code, message: `A time stamp does not count: ${answer.why}.` }
    }
    const { genTime, accuracy } = token
    if (genTime > at) return future('time stamp', genTime, at)
    const by = answer.authority.subject
    return { evidence: 'timestamped', at: genTime, by, accuracy, signature: toHex(sha256(bytes)) }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { evidence: 'unproven', code: 'MALFORMED', message: `A time stamp does not count: ${error.message}` }
  }
}

function future(what: string, then: number, at: number): TimeEvidence {
  const message = `A ${what} does not count: it is of ${formatTimestamp(then)}, after ${formatTimestamp(at)}.`
  return { evidence: 'unproven', code: 'FUTURE', message }
}

/**
 * The strongest evidence of when a signature was made; of equals the earliest.
 * @param receipts proofs by others about the document; of a time stamp kind too, where somebody checked it before
 * @param at the time to judge for, in milliseconds
 */
export function timeEvidence(
  signature: EnvelopeSignature,
  receipts: readonly TimeProof[],
  trust: TimestampTrust,
  at: number,
): TimeEvidence {
  const judged = judgeTimestamps(signature, trust, at)
  const mark = toHex(sha256(signature.bytes ?? new Uint8Array()))
  const own = signature.bytes === null ? [] : receipts.filter((one) => one.signature === null || one.signature === mark)
  const all = [...judged, ...own.map((one) => received(one, mark, at))]
  const nothing = 'Nothing proves when the signature was made: it carries no time stamp, and nobody witnessed it.'
  return all.toSorted(strongestFirst)[0] ?? { evidence: 'unproven', code: 'NOTHING', message: nothing }
}

function received({ kind, at: then, by }: TimeProof, signature: string, at: number): TimeEvidence {
  if (then > at) return future(kind === 'timestamped' ? 'time stamp' : 'receipt', then, at)
  const base = { at: then, by, signature }
  return kind === 'timestamped' ? { evidence: kind, ...base, accuracy: null } : { evidence: kind, ...base }
}

const ORDER = { timestamped: 0, witnessed: 1, expired: 2, unproven: 3 } as const

function strongestFirst(a: TimeEvidence, b: TimeEvidence): number {
  const rank = ORDER[a.evidence] - ORDER[b.evidence]
  if (rank !== 0) return rank
  return 'at' in a && 'at' in b ? a.at - b.at || compareText(a.by, b.by) : compareText(messageOf(a), messageOf(b))
}

function messageOf(evidence: TimeEvidence): string {
  return 'message' in evidence ? evidence.message : ''
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** The stamps of a document's signatures as proofs for the verifier (`Candidate.proofs`): those that count. */
export function timestampProofs(envelope: Pick<Signed, 'signatures'>, trust: TimestampTrust, at: number): TimeProof[] {
  return envelope.signatures.flatMap((signature) =>
    judgeTimestamps(signature, trust, at).flatMap((found) =>
      found.evidence === 'timestamped'
        ? [{ kind: found.evidence, at: found.at, by: found.by, signature: found.signature }]
        : [],
    ),
  )
}
