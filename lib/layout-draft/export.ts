import {
  compareCodePoints,
  encodeCanonicalJson,
  type JsonObject,
  type JsonValue,
  jsonObject,
  pae,
  printJson,
  toBase64,
  utf8,
} from '#lib/crypto/index.ts'

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** The bytes that a Metablock signature covers: canonical JSON. */
export function metablockBytes(document: JsonObject): Uint8Array<ArrayBuffer> {
  return encodeCanonicalJson(document)
}

/** The payload of the DSSE envelope: ordinary JSON (canonical JSON is none), members sorted as in-toto's tools do. */
export function dssePayload(document: JsonObject): Uint8Array<ArrayBuffer> {
  return utf8(printJson(sorted(document)))
}

/** The bytes that a DSSE signature over the payload covers. */
export function dsseBytes(payload: Uint8Array): Uint8Array {
  return pae(PAYLOAD_TYPE, payload)
}

export interface MetablockSignature {
  readonly keyid: string
  /** hex */
  readonly sig: string
}

/** A Metablock file as in-toto 1.3.1 writes it: members sorted, one space of indent. */
export function metablockText(document: JsonObject, signatures: readonly MetablockSignature[]): string {
  const list = signatures.map(({ keyid, sig }) => jsonObject({ keyid, sig }))
  return printJson(jsonObject({ signatures: list, signed: sorted(document) }), 1)
}

/** A DSSE file; `sig` in base64. */
export function dsseText(payload: Uint8Array, signatures: readonly MetablockSignature[]): string {
  const list = signatures.map(({ keyid, sig }) => jsonObject({ keyid, sig }))
  return printJson(jsonObject({ payload: toBase64(payload), payloadType: PAYLOAD_TYPE, signatures: list }), 1)
}

function sorted(value: JsonObject): JsonObject {
  return new Map(
    [...value].sort(([a], [b]) => compareCodePoints(a, b)).map(([name, member]) => [name, sortedValue(member)]),
  )
}

function sortedValue(value: JsonValue): JsonValue {
  if (value instanceof Map) return sorted(value)
  return Array.isArray(value) ? value.map(sortedValue) : value
}
