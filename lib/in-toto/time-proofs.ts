import { FormatError, type JsonValue } from '#lib/crypto/index.ts'
import { member, readArray, readObject, readString } from './reader.ts'
import { parseTimestamp } from './time.ts'
import type { TimeProof } from './verify/input.ts'

const CODE = 'TIME_PROOFS'

/**
 * Proofs of time as data, by the sha256 of the document that they are about:
 * `{"<sha256>": [{"kind": "witnessed", "at": "2026-11-22T23:30:00Z", "by": "Waybill", "signature": null}]}`;
 * `signature` (sha256 of the raw signature bytes) may be absent: the proof is about all that the document carries.
 * Whoever writes such a list vouches for it; nothing in it is checked here.
 * @throws FormatError TIME_PROOFS with the place
 */
export function parseTimeProofs(value: JsonValue): Map<string, TimeProof[]> {
  const proofs = new Map<string, TimeProof[]>()
  for (const [sha256, list] of readObject(value, 'the top', CODE)) {
    const place = member('', sha256)
    if (!isDigest(sha256)) throw wrong('the sha256 of a document', place)
    proofs.set(
      sha256,
      readArray(list, place, CODE).map((item, index) => readProof(item, `${place}[${index}]`)),
    )
  }
  return proofs
}

function readProof(item: JsonValue, place: string): TimeProof {
  const value = readObject(item, place, CODE)
  const kind = readString(value.get('kind'), `${place}.kind`, CODE)
  if (kind !== 'timestamped' && kind !== 'witnessed') throw wrong('timestamped or witnessed', `${place}.kind`)
  const at = parseTimestamp(readString(value.get('at'), `${place}.at`, CODE))
  if (at === null) throw wrong('a time like 2030-01-31T12:00:00Z', `${place}.at`)
  const signature = value.get('signature') ?? null
  if (signature !== null && (typeof signature !== 'string' || !isDigest(signature))) {
    throw wrong('the sha256 of a signature', `${place}.signature`)
  }
  return { kind, at, by: readString(value.get('by'), `${place}.by`, CODE), signature }
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function wrong(expected: string, place: string): FormatError {
  return new FormatError(CODE, `Expected ${expected} at ${place}.`, place)
}
