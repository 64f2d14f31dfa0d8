import {
  decodeUtf8,
  detectPrivateKey,
  parseCertificate,
  parseCertificates,
  parsePublicKeyFile,
} from '#lib/crypto/index.ts'
import { classifyJson } from './classify-json.ts'
import type { Finding } from './finding.ts'
import { quarantined, reasonOf } from './finding.ts'

const keyName = /\.(pem|pub|crt|cer|der)$/i
const metadataName = /\.(link|layout|jsonl|ndjson|att|attestation|dsse|intoto)$/i

export interface ClassifyOptions {
  /** sent as metadata, so what cannot be read as such is quarantined whatever it looks like */
  readonly meant: boolean
}

/** What the bytes are. The name only decides whether something unreadable was meant as metadata. */
export function classify(path: string, bytes: Uint8Array, sha256: string, options: ClassifyOptions): Finding {
  const secret = detectPrivateKey(bytes)
  if (secret !== null) return privateKey(secret)
  const meant = options.meant || metadataName.test(path)
  if (bytes.length === 0) return meant ? quarantined('EMPTY', 'Expected a signed document; the file is empty.') : plain
  const start = firstCharacter(bytes)
  if (start === '{' || start === '[') return classifyJson(path, bytes, sha256, meant)
  if (holds(bytes, '-----BEGIN ')) return pem(bytes, meant || start === '-' || keyName.test(path))
  if (holds(bytes, 'ssh-') && /^(ssh|ecdsa-sha2)-\S+ AAAA/.test(text(bytes))) return openSsh
  if (bytes[0] === 0x30) return der(bytes)
  if (meant) return notJson(start)
  return plain
}

const plain: Finding = { is: 'listed', kind: 'not-metadata', reason: null }

const openSsh: Finding = {
  is: 'listed',
  kind: 'not-metadata',
  reason: {
    code: 'OPENSSH_KEY',
    message: 'Expected a public key in PEM; found one of OpenSSH. Convert it: ssh-keygen -e -m PKCS8 -f FILE',
    place: null,
  },
}

function privateKey(kind: string): Finding {
  const message =
    `This file holds a private key (${kind}). Nothing of it was stored. Keep it where it is, bring in the public key ` +
    'only, and replace the key if others could have read it on its way.'
  return { is: 'refused', kind: 'private-key', reason: { code: 'PRIVATE_KEY', message, place: null } }
}

function pem(bytes: Uint8Array, meant: boolean): Finding {
  try {
    const content = decodeUtf8(bytes)
    if (/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(content))
      return { is: 'certificates', certificates: parseCertificates(content) }
    return { is: 'keys', keys: parsePublicKeyFile(bytes) }
  } catch (error) {
    const reason = reasonOf(error)
    return meant ? { is: 'quarantined', reason } : { is: 'listed', kind: 'not-metadata', reason: null }
  }
}

/** A certificate in DER; anything else that begins alike is some other file. */
function der(bytes: Uint8Array): Finding {
  try {
    return { is: 'certificates', certificates: [parseCertificate(bytes)] }
  } catch (error) {
    reasonOf(error)
    return plain
  }
}

function notJson(start: string): Finding {
  return quarantined(
    'MALFORMED',
    `Expected a JSON document that begins with "{"; found ${JSON.stringify(start)}.`,
    '1:1',
  )
}

function firstCharacter(bytes: Uint8Array): string {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at++
  return String.fromCharCode(bytes[at] ?? 0)
}

function holds(bytes: Uint8Array, mark: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(mark, 0, 'latin1')
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 4_096))
}
