import { ctr } from '@noble/ciphers/aes.js'
import { fromHex, utf8 } from '../bytes.ts'
import { PrivateKeyError } from './private-key-error.ts'

/** securesystemslib writes 100,000; a file may ask for any number. */
const MOST_ITERATIONS = 20_000_000

/**
 * Opens a key file as `in-toto-keygen -p` writes it for Ed25519 and ECDSA keys (securesystemslib.rsa_keys._encrypt):
 * `salt@@@@iterations@@@@hmac@@@@iv@@@@ciphertext`, PBKDF2 with SHA-256 to 32 bytes, HMAC-SHA-256 over the ciphertext
 * and AES-256 in counter mode, both under that one key. Gives the clear text of the file: JSON or PEM.
 */
export async function decryptSecuresystemslib(text: string, passphrase: string): Promise<string> {
  const [salt = '', count = '', mac = '', iv = '', data = ''] = text.split('@@@@')
  const iterations = Number(count)
  if (iterations < 1 || iterations > MOST_ITERATIONS) {
    throw new PrivateKeyError('UNSUPPORTED', `The key is encrypted with ${count} rounds of key derivation.`)
  }
  const key = await deriveKey(Uint8Array.from(fromHex(salt)), iterations, passphrase)
  const ciphertext = Uint8Array.from(fromHex(data))
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  if (!(await crypto.subtle.verify('HMAC', hmac, Uint8Array.from(fromHex(mac)), ciphertext))) {
    throw new PrivateKeyError('WRONG_PASSPHRASE', 'The passphrase does not open this key. Try again.')
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(ctr(key, fromHex(iv)).decrypt(ciphertext))
}

async function deriveKey(
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
  passphrase: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey('raw', utf8(passphrase), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', salt, iterations, hash: 'SHA-256' }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 256))
}
