import { cbc, gcm } from '@noble/ciphers/aes.js'
import { utf8 } from '../bytes.ts'
import { DER, type Der, derChildren, derInteger, derOid, expectTag, readDer } from '../der.ts'
import { FormatError } from '../format-error.ts'
import { OPENSSL_COMMAND, PrivateKeyError } from './private-key-error.ts'

const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'

const hashes: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', 'SHA-1'],
  ['1.2.840.113549.2.9', 'SHA-256'],
  ['1.2.840.113549.2.10', 'SHA-384'],
  ['1.2.840.113549.2.11', 'SHA-512'],
])

interface Cipher {
  readonly name: 'AES-CBC' | 'AES-GCM'
  readonly bits: 128 | 192 | 256
}
const ciphers: ReadonlyMap<string, Cipher> = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'AES-CBC', bits: 128 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'AES-CBC', bits: 192 }],
  ['2.16.840.1.101.3.4.1.42', { name: 'AES-CBC', bits: 256 }],
  ['2.16.840.1.101.3.4.1.6', { name: 'AES-GCM', bits: 128 }],
  ['2.16.840.1.101.3.4.1.26', { name: 'AES-GCM', bits: 192 }],
  ['2.16.840.1.101.3.4.1.46', { name: 'AES-GCM', bits: 256 }],
])

/** A file may ask for any number of rounds; this many take a browser about five seconds. */
const MOST_ITERATIONS = 20_000_000n

interface Encryption {
  readonly hash: string
  readonly salt: Uint8Array<ArrayBuffer>
  readonly iterations: number
  readonly cipher: Cipher
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: Uint8Array<ArrayBuffer>
}

/** Opens an EncryptedPrivateKeyInfo: PBES2 with PBKDF2 and AES (RFC 8018). Gives the PrivateKeyInfo. */
export async function decryptPkcs8(encrypted: Uint8Array, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  const encryption = readEncryption(encrypted)
  const key = await deriveKey(encryption, passphrase)
  const clear = decrypt(encryption, key)
  // a wrong passphrase leaves well-padded noise once in 256 times
  if (clear === null || !isPrivateKeyInfo(clear)) {
    throw new PrivateKeyError('WRONG_PASSPHRASE', 'The passphrase does not open this key. Try again.')
  }
  return clear
}

async function deriveKey(encryption: Encryption, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  const { salt, iterations, hash, cipher } = encryption
  const material = await crypto.subtle.importKey('raw', utf8(passphrase), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', salt, iterations, hash }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, cipher.bits))
}

/** Null where the padding or the tag is wrong. Not by WebCrypto: Chromium has no AES with 192 bits. */
function decrypt({ cipher, iv, data }: Encryption, key: Uint8Array): Uint8Array<ArrayBuffer> | null {
  try {
    const aes = cipher.name === 'AES-CBC' ? cbc(key, iv) : gcm(key, iv)
    return Uint8Array.from(aes.decrypt(data))
  } catch {
    return null
  }
}

function isPrivateKeyInfo(bytes: Uint8Array): boolean {
  try {
    return derChildren(readDer(bytes, DER.sequence)).length >= 3
  } catch (cause) {
    if (cause instanceof FormatError) return false
    throw cause
  }
}

function readEncryption(encrypted: Uint8Array): Encryption {
  const [algorithm, data] = derChildren(readDer(encrypted, DER.sequence))
  const [scheme, parameters] = derChildren(expectTag(algorithm, DER.sequence))
  if (derOid(scheme) !== PBES2) throw unsupported(`the old scheme ${derOid(scheme)}`)
  const [kdf, encryption] = derChildren(expectTag(parameters, DER.sequence))
  const [cipherOid, cipherParameters] = derChildren(expectTag(encryption, DER.sequence))
  const cipher = ciphers.get(derOid(cipherOid))
  if (cipher === undefined) throw unsupported(`the cipher ${derOid(cipherOid)}`)
  return {
    ...readKdf(kdf),
    cipher,
    iv: readIv(cipher, cipherParameters),
    data: Uint8Array.from(expectTag(data, DER.octetString).content),
  }
}

function readIv(cipher: Cipher, parameters: Der | undefined): Uint8Array<ArrayBuffer> {
  if (cipher.name === 'AES-CBC') return Uint8Array.from(expectTag(parameters, DER.octetString).content)
  const [nonce, tagLength] = derChildren(expectTag(parameters, DER.sequence))
  // RFC 5084: 12 where absent; WebCrypto's own default is 16
  if (tagLength === undefined || derInteger(tagLength) !== 16n) throw unsupported('AES-GCM with a short tag')
  return Uint8Array.from(expectTag(nonce, DER.octetString).content)
}

function readKdf(kdf: Der | undefined): Pick<Encryption, 'hash' | 'salt' | 'iterations'> {
  const [oid, parameters] = derChildren(expectTag(kdf, DER.sequence))
  if (derOid(oid) !== PBKDF2) throw unsupported(`the key derivation ${derOid(oid)}`)
  const [salt, iterations, ...optional] = derChildren(expectTag(parameters, DER.sequence))
  const count = derInteger(iterations)
  if (count < 1n || count > MOST_ITERATIONS) throw unsupported(`${count} rounds of key derivation`)
  const prf = optional.find((part) => part.tag === DER.sequence)
  const name = prf === undefined ? '1.2.840.113549.2.7' : derOid(derChildren(prf)[0])
  const hash = hashes.get(name)
  if (hash === undefined) throw unsupported(`the key derivation hash ${name}`)
  return { hash, salt: Uint8Array.from(expectTag(salt, DER.octetString).content), iterations: Number(count) }
}

function unsupported(what: string): PrivateKeyError {
  return new PrivateKeyError(
    'UNSUPPORTED',
    `The key is encrypted with ${what}. Encrypt it again with a current method, then choose the new file.`,
    OPENSSL_COMMAND,
  )
}
