import {
  encodeCanonicalJson,
  type JsonObject,
  jsonObject,
  pae,
  printJson,
  toBase64,
  toHex,
  utf8,
} from '#lib/crypto/index.ts'
import type { TestKey } from './keys.ts'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** A Metablock file as in-toto 1.3.1 writes it: one space of indent, every key signs the canonical JSON. */
export function metablock(document: JsonObject, signers: readonly TestKey[]): Uint8Array<ArrayBuffer> {
  const message = encodeCanonicalJson(document)
  const signatures = signers.map((signer) => jsonObject({ keyid: signer.keyid, sig: toHex(signer.sign(message)) }))
  return utf8(printJson(jsonObject({ signatures, signed: document }), 1))
}

/** A DSSE file: the payload is ordinary JSON, never canonical JSON (which is not JSON). */
export function dsse(
  document: JsonObject,
  signers: readonly TestKey[],
  payloadType: string = PAYLOAD_TYPE,
): Uint8Array<ArrayBuffer> {
  const payload = utf8(printJson(document))
  const message = pae(payloadType, payload)
  const signatures = signers.map((signer) => jsonObject({ keyid: signer.keyid, sig: toBase64(signer.sign(message)) }))
  return utf8(printJson(jsonObject({ payload: toBase64(payload), payloadType, signatures })))
}

/** The name under which in-toto-run stores a link and in-toto-verify looks for it. */
export function linkFileName(step: string, signer: TestKey): string {
  return `${step}.${signer.keyid.slice(0, 8)}.link`
}
