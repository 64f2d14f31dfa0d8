import type { Actor } from '#lib/auth/actor.ts'
import { FormatError, fromBase64, type JsonObject, parseJson } from '#lib/crypto/index.ts'
import { AppError } from '#lib/errors.ts'
import { rawEnvelope } from './raw.ts'

/** What a DSSE envelope carries, decoded, whole, as a file. @throws AppError NOT_FOUND, or BAD_REQUEST where it is none */
export async function envelopePayload(
  actor: Actor,
  sha256: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  const { bytes } = await rawEnvelope(actor, sha256)
  const opened = openPayload(bytes)
  if (opened === null)
    throw new AppError('BAD_REQUEST', 'This document is no DSSE envelope: it has no payload. Download the document.')
  return { bytes: Uint8Array.from(opened.payload), name: `${sha256.slice(0, 12)}.payload.json` }
}

export interface OpenedPayload {
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly root: JsonObject
}

/** The payload of a DSSE envelope whatever is in it; null where the bytes are none. Nothing of it is checked. */
export function openPayload(bytes: Uint8Array): OpenedPayload | null {
  try {
    const root = parseJson(bytes)
    if (!(root instanceof Map)) return null
    const [payload, payloadType] = [root.get('payload'), root.get('payloadType')]
    if (typeof payload !== 'string' || typeof payloadType !== 'string') return null
    return { payloadType, payload: fromBase64(payload), root }
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
