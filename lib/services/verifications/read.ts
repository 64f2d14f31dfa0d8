import { sha256Hex } from '#lib/crypto/node/index.ts'
import { type Envelope, type Verification, verificationsIn } from '#lib/in-toto/index.ts'
import { bytesOf } from '../imports/store/envelopes.ts'
import { storedText, storedTextOrNull } from '../imports/store/stored-text.ts'
import { joinedSubjects, type VerifiedSubject } from './joined-subjects.ts'

/** A verification as it is kept: what it states, without who signed it. */
export interface StatedVerification {
  readonly index: number
  readonly kind: string
  /** as written, whole */
  readonly verifier: string | null
  readonly policyUri: string | null
  readonly policyDigest: string | null
  readonly resource: string | null
  /** null: it states no policy, so no other can be about the same */
  readonly scope: Uint8Array<ArrayBuffer> | null
  readonly statedAt: Date | null
  readonly result: Verification['result']
  readonly levels: readonly string[]
  readonly gaps: readonly string[]
}

export interface StatedVerifications {
  readonly stated: readonly StatedVerification[]
  readonly subjects: readonly VerifiedSubject[]
}

/** Verifications of one document: nobody writes so many, but somebody could. */
const mostStated = 1_000

/** Lists in one row are cut here; the document keeps them whole. */
const most = 50

/** Everything that a document says others decided, and about which artifacts. */
export function readVerifications(envelope: Envelope): StatedVerifications {
  const found = verificationsIn(envelope)
  const [first] = found
  if (first === undefined) return { stated: [], subjects: [] }
  const subjects = joinedSubjects(envelope, first)
  const stated = found.map((one, index) => statedOf(one, index, subjects.length === 0))
  if (stated.length <= mostStated) return { stated, subjects }
  // none that fails is left out for one that does not
  const kept = stated.toSorted((a, b) => weight(a) - weight(b) || a.index - b.index).slice(0, mostStated)
  const gap = `The document holds ${stated.length} verifications; ${mostStated} are listed, those that failed first.`
  return { stated: kept.map((one) => ({ ...one, gaps: [...one.gaps, gap] })), subjects }
}

const weight = ({ result }: StatedVerification): number => (result === 'failed' ? 0 : result === 'unknown' ? 1 : 2)

function statedOf(one: Verification, index: number, aboutNothing: boolean): StatedVerification {
  const nothing = 'None of its subjects has a digest that tells which artifact it is about.'
  return {
    index,
    kind: one.kind,
    verifier: one.verifier,
    policyUri: storedTextOrNull(one.policy?.uri ?? one.policy?.name ?? null),
    policyDigest: digestText(one),
    resource: storedTextOrNull(one.resource),
    scope: scopeOf(one),
    statedAt: one.at === null ? null : new Date(one.at),
    result: one.result,
    levels: one.levels.slice(0, most).map((level) => storedText(level)),
    gaps: [...one.gaps, ...(aboutNothing ? [nothing] : [])].slice(0, most).map((gap) => storedText(gap)),
  }
}

function digestText({ policy }: Verification): string | null {
  const digests = Object.entries(policy?.digests ?? {})
  const [algo, digest] = digests.find(([name]) => name === 'sha256') ?? digests[0] ?? []
  return digest === undefined ? null : storedText(`${algo}:${digest.toLowerCase()}`)
}

/**
 * The same policy is the same address with the same contents, as far as both are stated: Witness gives every policy the
 * same address, and a policy that was changed is another. The resource belongs to it: an artifact may pass for one
 * place and fail for another.
 */
function scopeOf({ policy, resource }: Verification): Uint8Array<ArrayBuffer> | null {
  const digests = Object.entries(policy?.digests ?? {}).map(([algo, digest]) => `${algo}:${digest.toLowerCase()}`)
  const uri = policy?.uri ?? policy?.name ?? null
  if (uri === null && digests.length === 0) return null
  return bytesOf(sha256Hex(Buffer.from(JSON.stringify([uri, digests.sort(), resource]))))
}
