import { fromHex } from '../bytes.ts'
import { DER, derChildren, derInteger, readDer } from '../der.ts'
import { encryptedSecuresystemslib } from '../detect-private-key.ts'
import { FormatError } from '../format-error.ts'
import type { JsonObject, JsonValue } from '../json-value.ts'
import type { Key } from '../key.ts'
import { parseJsonText } from '../parse-json.ts'
import { parseKeyObject } from '../parse-key-object.ts'
import { type PemBlock, readPem } from '../pem.ts'
import { decryptPem } from './decrypt-pem.ts'
import { decryptPkcs8 } from './decrypt-pkcs8.ts'
import { decryptSecuresystemslib } from './decrypt-securesystemslib.ts'
import { importPrivateKey, type PrivateKey } from './import-private-key.ts'
import { pkcs8FromEd25519, pkcs8FromPkcs1, pkcs8FromSec1 } from './pkcs8.ts'
import { PrivateKeyError } from './private-key-error.ts'

const SSH_COMMAND = 'cp KEY KEY.pem && ssh-keygen -p -m PKCS8 -f KEY.pem'
const SSH_ED25519_COMMAND =
  `python3 -c "from getpass import getpass; from cryptography.hazmat.primitives.serialization import *; ` +
  `k = load_ssh_private_key(open('KEY','rb').read(), getpass('Passphrase: ').encode() or None); ` +
  `print(k.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(getpass('New passphrase: ').encode())).decode(), end='')" > KEY.pem`

/**
 * Opens the text of a private-key file for signing, plain or encrypted: PKCS#8 (PBES2 with PBKDF2 and AES), PKCS#1 RSA
 * and SEC 1 elliptic curve (OpenSSL's old form with AES), securesystemslib JSON. All that `in-toto-keygen` writes is
 * among them. Throws PrivateKeyError, which names the case; PASSPHRASE_NEEDED where the file is encrypted and no
 * passphrase was given.
 */
export async function openPrivateKey(text: string, passphrase?: string): Promise<PrivateKey> {
  if (!canSign()) {
    throw new PrivateKeyError(
      'UNSUPPORTED',
      'Browsers sign only on pages that come over https or from localhost. Open Waybill under such an address, or ' +
        'sign the exported layout with in-toto-sign.',
    )
  }
  try {
    return await open(text.trim(), passphrase)
  } catch (cause) {
    if (cause instanceof PrivateKeyError) throw cause
    // a FormatError's message may quote what stands in the file: nothing of it is passed on
    const weak = cause instanceof FormatError && cause.code === 'WEAK_KEY'
    if (weak) throw new PrivateKeyError('WEAK_KEY', 'The key is too weak: RSA keys need at least 2048 bits.')
    throw new PrivateKeyError('DAMAGED', 'The file looks like a private key, but it is damaged.')
  }
}

/** WebCrypto is absent on plain http pages of other machines. */
function canSign(): boolean {
  return 'crypto' in globalThis && 'subtle' in globalThis.crypto && globalThis.crypto.subtle !== undefined
}

async function open(text: string, passphrase: string | undefined): Promise<PrivateKey> {
  if (encryptedSecuresystemslib.test(text)) {
    const clear = await decryptSecuresystemslib(text, needed(passphrase))
    return clear.startsWith('{') ? openJson(clear) : importPrivateKey(await pkcs8OfPem(clear, undefined))
  }
  if (text.startsWith('{')) return openJson(text)
  if (!text.includes('-----BEGIN ')) {
    throw new PrivateKeyError('NOT_A_KEY', 'This file is no private key: expected PEM or securesystemslib JSON.')
  }
  return importPrivateKey(await pkcs8OfPem(text, passphrase))
}

async function pkcs8OfPem(text: string, passphrase: string | undefined): Promise<Uint8Array> {
  const blocks = readPem(text)
  const block = blocks.find(({ label }) => label.includes('PRIVATE KEY'))
  if (block === undefined) throw notPrivate(blocks, text)
  switch (block.label) {
    case 'PRIVATE KEY':
      return block.bytes
    case 'RSA PRIVATE KEY':
      return pkcs8FromPkcs1(clearBytes(block, passphrase))
    case 'EC PRIVATE KEY':
      return pkcs8FromSec1(clearBytes(block, passphrase))
    case 'ENCRYPTED PRIVATE KEY':
      return decryptPkcs8(block.bytes, needed(passphrase))
    default:
      throw unsupportedBlock(block)
  }
}

function needed(passphrase: string | undefined): string {
  if (passphrase !== undefined && passphrase !== '') return passphrase
  throw new PrivateKeyError('PASSPHRASE_NEEDED', 'The key is encrypted. Enter its passphrase.')
}

/** The DER of a PKCS#1 or SEC 1 key, which headers of the old form may say to be encrypted. */
function clearBytes(block: PemBlock, passphrase: string | undefined): Uint8Array {
  return /ENCRYPTED/.test(block.headers) ? decryptPem(block, needed(passphrase), isKeyStructure) : block.bytes
}

/** RSAPrivateKey and ECPrivateKey are both a sequence that begins with a small version (RFC 8017, RFC 5915). */
function isKeyStructure(der: Uint8Array): boolean {
  try {
    const [version, ...rest] = derChildren(readDer(der, DER.sequence))
    return derInteger(version) <= 1n && rest.length > 0
  } catch (cause) {
    if (cause instanceof FormatError) return false
    throw cause
  }
}

function unsupportedBlock(block: PemBlock): PrivateKeyError {
  if (block.label !== 'OPENSSH PRIVATE KEY') {
    return new PrivateKeyError('UNSUPPORTED', `Keys of the form "${block.label}" cannot sign here.`)
  }
  const ed25519 = new TextDecoder('latin1').decode(block.bytes).includes('ssh-ed25519')
  return new PrivateKeyError(
    'UNSUPPORTED',
    'The key has the form of OpenSSH. Convert a copy of it with the command and choose the new file.',
    ed25519 ? SSH_ED25519_COMMAND : SSH_COMMAND,
  )
}

function notPrivate(blocks: readonly PemBlock[], text: string): PrivateKeyError {
  if (blocks.some(({ label }) => label.includes('PUBLIC KEY') || label.includes('CERTIFICATE'))) {
    const what = blocks.some(({ label }) => label.includes('CERTIFICATE')) ? 'a certificate' : 'a public key'
    return new PrivateKeyError('PUBLIC_KEY', `This is ${what}. Signing needs the private key.`)
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return new PrivateKeyError('DAMAGED', 'The private key is cut off: its last line is missing.')
  }
  return new PrivateKeyError('NOT_A_KEY', 'This file holds no private key.')
}

async function openJson(text: string): Promise<PrivateKey> {
  const { object, keyval } = keyObjectOf(text)
  const secret = keyval.get('private')
  if (typeof secret !== 'string' || secret === '') {
    throw new PrivateKeyError('PUBLIC_KEY', 'This is a public key. Signing needs the private key.')
  }
  const key = await importPrivateKey(await pkcs8OfJson(object, secret))
  assertSameKey(key.publicKey, object, keyval)
  return key
}

function keyObjectOf(text: string): { object: JsonObject; keyval: JsonObject } {
  let object: JsonValue
  try {
    object = parseJsonText(text)
  } catch {
    throw new PrivateKeyError('DAMAGED', 'The file looks like a JSON key, but it is not valid JSON.')
  }
  const keyval = object instanceof Map ? object.get('keyval') : undefined
  if (!(object instanceof Map) || !(keyval instanceof Map)) {
    throw new PrivateKeyError('NOT_A_KEY', 'This JSON is no key: it has no keyval.')
  }
  return { object, keyval }
}

async function pkcs8OfJson(object: JsonObject, secret: string): Promise<Uint8Array> {
  if (object.get('keytype') === 'ed25519' && !secret.includes('-----BEGIN ')) {
    const seed = fromHex(secret)
    if (seed.length !== 32) throw new PrivateKeyError('DAMAGED', 'An Ed25519 key has 32 bytes; this one has not.')
    return pkcs8FromEd25519(seed)
  }
  return pkcs8OfPem(secret, undefined)
}

/** A file whose halves differ would show one key and sign with another. */
function assertSameKey(derived: Key, object: JsonObject, keyval: JsonObject): void {
  const publicOnly = new Map(object)
  publicOnly.set('keyval', new Map([['public', keyval.get('public') ?? null]]))
  const declared = parseKeyObject(publicOnly)
  if (declared.fingerprint !== derived.fingerprint) {
    throw new PrivateKeyError('DAMAGED', 'The private and the public part of this file are of different keys.')
  }
}
