// Uses node:crypto: keys and signatures are made with the same OpenSSL that checks them.
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type Key, keyFromSpki } from '#lib/crypto/index.ts'

export type TestKeyKind = 'rsa' | 'ed25519' | 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521'

/** A key pair of the test authority. The private half never leaves the process that made it. */
export interface TestKey {
  readonly name: string
  readonly kind: TestKeyKind
  /** public half, with the keyid that in-toto 1.3.1 computes */
  readonly key: Key
  readonly keyid: string
  /** the private half as PKCS#8 PEM, for tests that sign elsewhere */
  privatePem(): string
  /** raw signature bytes over a message, as in-toto's tools make them */
  sign(message: Uint8Array): Uint8Array
}

/** Makes a fresh key pair. RSA has 2048 bits to keep tests quick; products should use 3072. */
export function makeKey(name: string, kind: TestKeyKind = 'ed25519'): TestKey {
  const { publicKey, privateKey } = generate(kind)
  const key = keyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
  return {
    name,
    kind,
    key,
    keyid: key.keyid,
    privatePem: () => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sign: (message) => new Uint8Array(sign(hashFor(kind), message, signingKey(kind, privateKey))),
  }
}

function generate(kind: TestKeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (kind) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
    case 'ed25519':
      return generateKeyPairSync('ed25519')
    case 'ecdsa-p256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'ecdsa-p384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' })
    case 'ecdsa-p521':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' })
  }
}

function hashFor(kind: TestKeyKind): string | null {
  switch (kind) {
    case 'ed25519':
      return null
    case 'ecdsa-p384':
      return 'sha384'
    case 'ecdsa-p521':
      return 'sha512'
    case 'rsa':
    case 'ecdsa-p256':
      return 'sha256'
  }
}

function signingKey(kind: TestKeyKind, key: KeyObject) {
  return kind === 'rsa' ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : key
}
