import { cbc } from '@noble/ciphers/aes.js'
import { md5 } from '@noble/hashes/legacy.js'
import { fromHex, utf8 } from '../bytes.ts'
import type { PemBlock } from '../pem.ts'
import { OPENSSL_COMMAND, PrivateKeyError } from './private-key-error.ts'

const DEK = /^DEK-Info:[ \t]*([A-Za-z0-9-]{1,40}),([0-9A-Fa-f]{1,64})[ \t]*$/m
const keyBytes: ReadonlyMap<string, number> = new Map([
  ['AES-128-CBC', 16],
  ['AES-192-CBC', 24],
  ['AES-256-CBC', 32],
])

/**
 * Opens a PEM block that OpenSSL's old form encrypts (RFC 1421 headers, AES in CBC mode): what `in-toto-keygen -p`
 * writes for RSA keys. Gives the DER of the key. The key comes from one round of MD5, which protects the file badly,
 * but who has it and its passphrase may sign with it. `isKey` tells a key from the noise that a wrong passphrase
 * leaves now and then.
 */
export function decryptPem(block: PemBlock, passphrase: string, isKey: (der: Uint8Array) => boolean): Uint8Array {
  const [, cipher = '', ivHex = ''] = DEK.exec(block.headers) ?? []
  const length = keyBytes.get(cipher.toUpperCase())
  if (length === undefined || ivHex.length !== 32) {
    throw new PrivateKeyError(
      'UNSUPPORTED',
      `The key is encrypted with ${cipher === '' ? 'an unknown method' : cipher}. Encrypt it again with the command and choose the new file.`,
      OPENSSL_COMMAND,
    )
  }
  const iv = fromHex(ivHex)
  const clear = decrypt(block.bytes, bytesToKey(passphrase, iv.subarray(0, 8), length), iv)
  if (clear === null || !isKey(clear)) {
    throw new PrivateKeyError('WRONG_PASSPHRASE', 'The passphrase does not open this key. Try again.')
  }
  return clear
}

function decrypt(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array | null {
  try {
    return cbc(key, iv).decrypt(data)
  } catch {
    return null
  }
}

/** OpenSSL's EVP_BytesToKey with MD5 and one round: D(i) = MD5(D(i-1) + passphrase + salt), in a row. */
function bytesToKey(passphrase: string, salt: Uint8Array, length: number): Uint8Array {
  const secret = utf8(passphrase)
  const key = new Uint8Array(48)
  let last = new Uint8Array(0)
  for (let filled = 0; filled < length; filled += 16) {
    last = Uint8Array.from(md5(Uint8Array.from([...last, ...secret, ...salt])))
    key.set(last, filled)
  }
  return key.subarray(0, length)
}
