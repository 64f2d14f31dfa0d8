import type { SigningAct } from '#lib/client/layouts.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { fromBase64, type JsonObject, parseJson, sha256, toBase64, toHex } from '#lib/crypto/index.ts'
import { openPrivateKey, signWith } from '#lib/crypto/web/index.ts'
import { dsseBytes, metablockBytes, readLayoutText } from '#lib/layout-draft/index.ts'

/** What is about to be signed is not what is shown. */
export class NotWhatIsShown extends Error {
  override readonly name = 'NotWhatIsShown'
}

interface BytesToSign {
  readonly metablock: Uint8Array
  readonly dsse: Uint8Array
}

/**
 * The bytes that both signatures cover, worked out here from the document that is shown; refused where the server's
 * digest or payload say something else.
 */
export function bytesToSign(version: LayoutVersion): BytesToSign {
  const document = readLayoutText(version.signedJson)
  const metablock = metablockBytes(document)
  if (toHex(sha256(metablock)) !== version.sha256) {
    throw new NotWhatIsShown(
      'The digest of this version is not that of the layout shown. Do not sign; tell whoever runs Waybill.',
    )
  }
  const payload = fromBase64(version.dssePayload)
  const inPayload = parseJson(payload)
  if (!(inPayload instanceof Map) || !sameLayout(inPayload, metablock)) {
    throw new NotWhatIsShown('The DSSE payload is not the layout shown. Do not sign; tell whoever runs Waybill.')
  }
  return { metablock, dsse: dsseBytes(payload) }
}

function sameLayout(document: JsonObject, metablock: Uint8Array): boolean {
  return toHex(sha256(metablockBytes(document))) === toHex(sha256(metablock))
}

/**
 * Opens a private key and signs both forms with it, all in this browser. Only what comes back may leave it: public key,
 * digest and signatures.
 */
export async function signInBrowser(version: LayoutVersion, keyText: string, passphrase?: string): Promise<SigningAct> {
  const bytes = bytesToSign(version)
  const key = await openPrivateKey(keyText, passphrase)
  const [metablock, dsse] = [await signWith(key, bytes.metablock), await signWith(key, bytes.dsse)]
  return {
    publicKey: key.publicKey.pem ?? '',
    sha256: version.sha256,
    metablockSig: toHex(metablock),
    dsseSig: toBase64(dsse),
  }
}
