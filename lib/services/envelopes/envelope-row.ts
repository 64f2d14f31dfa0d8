import type { EnvelopeRow } from '#lib/contract/evidence.ts'
import { AppError, notFound } from '#lib/errors.ts'
import { hex } from '../imports/store/envelopes.ts'

type Facts = Omit<EnvelopeRow, 'sha256' | 'firstSeenAt' | 'status'> & {
  sha256: Uint8Array
  firstSeenAt: Date
  status: string
}

/** An envelope's facts as the contract says them. */
export function envelopeRow(row: Facts): EnvelopeRow {
  const { size, form, kind, predicateType, name, code, message, place, demo } = row
  return {
    sha256: hex(row.sha256),
    size,
    form,
    kind,
    predicateType,
    name,
    status: row.status === 'parsed' ? 'parsed' : 'quarantined',
    code,
    message,
    place,
    demo,
    firstSeenAt: row.firstSeenAt.toISOString(),
  }
}

/** The digest of an address, as the database keeps it. */
export function digestOf(sha256: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new AppError(
      'BAD_REQUEST',
      `Expected a sha256 in 64 lower-case hex digits; found ${JSON.stringify(sha256.slice(0, 100))}.`,
    )
  return Uint8Array.from(Buffer.from(sha256, 'hex'))
}

export function noEnvelope(sha256: string): AppError {
  return notFound(`document ${sha256.slice(0, 12)}`)
}
