import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared, sharedPath } from '#lib/testing/shared-data.ts'
import { writeDer, writeDerOid } from './der.ts'
import {
  detectPrivateKey,
  fromHex,
  isExpiredKey,
  type JsonObject,
  jsonObject,
  type Key,
  keyidsOf,
  keyObject,
  legacyKeyid,
  modernKeyid,
  parseJson,
  parseKeyObject,
  parsePublicKeyFile,
  parsePublicKeyPem,
  publicKeyFile,
  toHex,
  utf8,
} from './index.ts'
import { writePem } from './pem.ts'

const idSchema = z.record(z.string(), z.string())
const keyidsSchema = z.object({
  keys: z.object({ rsa: z.string(), ed25519: z.string(), ecdsa: z.string() }),
  'python_sslib_0.26_legacy': idSchema,
  'python_sslib_0.31_legacy': idSchema,
  'python_sslib_0.31_from_crypto': idSchema,
  'go_0.11': idSchema,
  'rust_ecdsa_by_reading_crypto.rs:148': idSchema,
})

function ed25519(raw: string): Key {
  return parseKeyObject(jsonObject({ keytype: 'ed25519', scheme: 'ed25519', keyval: jsonObject({ public: raw }) }))
}

describeShared('keyids of one key', 'vectors/functions/keyids.json', (bytes) => {
  const { keys, ...flavours } = keyidsSchema.parse(JSON.parse(bytes.toString()))
  const read: Record<string, Key> = {
    rsa: parsePublicKeyPem(keys.rsa),
    ed25519: ed25519(keys.ed25519),
    ecdsa: parsePublicKeyPem(keys.ecdsa),
  }
  const cases = Object.entries(flavours).flatMap(([flavour, ids]) =>
    Object.entries(ids).map(([kind, id]) => ({ flavour, kind, id })),
  )

  test('are 13 cases', () => {
    expect(cases.length).toBe(13)
  })

  test.each(cases)('$flavour $kind is among the keyids of the key', ({ flavour, kind, id }) => {
    const key = read[kind]
    if (key === undefined) throw new Error(`no ${kind} key`)
    expect(keyidsOf(key)).toContain(id)
    if (flavour.endsWith('legacy')) expect(legacyKeyid(key)).toBe(id)
    if (flavour.endsWith('from_crypto')) expect(modernKeyid(key)).toBe(id)
  })

  test.each(['rsa', 'ed25519', 'ecdsa'])('the %s key object of either flavour reads back as the same key', (kind) => {
    const key = read[kind]
    if (key === undefined) throw new Error(`no ${kind} key`)
    for (const flavour of ['legacy', 'modern'] as const) {
      expect(parseKeyObject(keyObject(key, flavour)).fingerprint).toBe(key.fingerprint)
      expect(parsePublicKeyFile(publicKeyFile(key, flavour)).map((k) => k.fingerprint)).toEqual([key.fingerprint])
    }
  })
})

const samples: readonly (readonly [name: string, keytype: string, curve: string | null, scheme: string])[] = [
  ['rsa', 'rsa', null, 'rsassa-pss-sha256'],
  ['ed25519', 'ed25519', null, 'ed25519'],
  ['ecdsa', 'ecdsa', 'P-256', 'ecdsa-sha2-nistp256'],
  ['ecdsa_secp384r1', 'ecdsa', 'P-384', 'ecdsa-sha2-nistp384'],
  ['ecdsa_secp521r1', 'ecdsa', 'P-521', 'ecdsa-sha2-nistp521'],
]

describe.skipIf(sharedPath('corpus/keys') === null)(
  'PEM files of securesystemslib (skipped without ../shared/corpus/keys)',
  () => {
    test.each(samples)('%s', (name, keytype, curve, scheme) => {
      const bytes = readFileSync(sharedPath(`corpus/keys/${name}_public.pem`) ?? '')
      const [key] = parsePublicKeyFile(bytes)
      expect(key).toMatchObject({ keytype, curve, scheme })
      const secret = readFileSync(sharedPath(`corpus/keys/${name}_private.pem`) ?? '')
      expect(detectPrivateKey(secret)).not.toBeNull()
      expect(() => parsePublicKeyFile(secret)).toThrowError(expect.objectContaining({ code: 'PRIVATE_KEY' }))
      expect(detectPrivateKey(bytes)).toBeNull()
    })
  },
)

describe.skipIf(sharedPath('corpus/keys') === null)(
  'keyids that securesystemslib 0.26 computes (skipped without ../shared/corpus/keys)',
  () => {
    test.each([
      ['rsa', 'afcd3882b9b4bf20b4144216b7a8b9bcf94b0f6b38d69f33bb5d10cb440a55a4'],
      ['ecdsa', '640b8aaae318bea29adcd64b8be4bef3d813e69001f46321f09da72e37feadca'],
    ])('%s', (name, keyid) => {
      const [key] = parsePublicKeyFile(readFileSync(sharedPath(`corpus/keys/${name}_public.pem`) ?? ''))
      expect(key === undefined ? [] : keyidsOf(key)).toContain(keyid)
    })
  },
)

describeShared('keyids of a real Witness', 'vectors/real-witness/build.json', (bytes) => {
  test('are the sha256 of the PEM file', () => {
    const { signatures } = z
      .object({ signatures: z.array(z.object({ keyid: z.string() })) })
      .parse(JSON.parse(bytes.toString()))
    const [key] = parsePublicKeyFile(readFileSync(sharedPath('vectors/real-witness/k.pub') ?? ''))
    expect(key === undefined ? [] : keyidsOf(key)).toContain(signatures[0]?.keyid)
  })
})

describe('refused keys', () => {
  const rsa = (bits: number): string =>
    generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()
  const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString()
  const strong = rsa(2048)
  const object = (keytype: string, scheme: string, pem: string, more: Record<string, string> = {}): JsonObject =>
    jsonObject({ keytype, scheme, keyval: jsonObject({ public: pem, ...more }) })

  test.each([
    ['RSA of 1024 bits', object('rsa', 'rsassa-pss-sha256', rsa(1024)), 'WEAK_KEY'],
    ['RSA with a PKCS#1 v1.5 scheme', object('rsa', 'rsa-pkcs1v15-sha256', strong), 'KEY_SCHEME'],
    ['an RSA key that says ecdsa', object('ecdsa', 'ecdsa-sha2-nistp256', strong), 'KEY_SCHEME'],
    ['an ecdsa key with the scheme ed25519', object('ecdsa', 'ed25519', ec), 'KEY_SCHEME'],
    ['P-256 with the scheme of P-384', object('ecdsa', 'ecdsa-sha2-nistp384', ec), 'KEY_SCHEME'],
    ['P-384 with the scheme of P-256', object('ecdsa', 'ecdsa-sha2-nistp256', ec384), 'KEY_SCHEME'],
    [
      'keytype and scheme of different curves',
      object('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', ec384),
      'KEY_SCHEME',
    ],
    ['a private part', object('rsa', 'rsassa-pss-sha256', strong, { private: 'secret' }), 'PRIVATE_KEY'],
    ['an unknown keytype', object('sphincs', 'sphincs-shake-128s', strong), 'KEY_SCHEME'],
    ['no PEM', object('rsa', 'rsassa-pss-sha256', 'hello'), 'KEY_INVALID'],
    ['31 bytes of Ed25519', object('ed25519', 'ed25519', '11'.repeat(31)), 'KEY_INVALID'],
    ['Ed25519 that is not reduced', object('ed25519', 'ed25519', `${'ff'.repeat(31)}7f`), 'KEY_INVALID'],
    ['Ed25519 of small order', object('ed25519', 'ed25519', `01${'00'.repeat(31)}`), 'WEAK_KEY'],
    ['a string', 'hello', 'KEY_INVALID'],
    ['null', null, 'KEY_INVALID'],
  ])('%s', (_, value, code) => {
    expect(() => parseKeyObject(value)).toThrowError(expect.objectContaining({ name: 'FormatError', code }))
  })

  test('a point that is not on its curve', () => {
    const off = new Uint8Array(65).fill(1)
    off[0] = 4
    const algorithm = writeDer(0x30, writeDerOid('1.2.840.10045.2.1'), writeDerOid('1.2.840.10045.3.1.7'))
    const pem = writePem('PUBLIC KEY', writeDer(0x30, algorithm, writeDer(3, Uint8Array.of(0), off)))
    expect(() => parsePublicKeyPem(pem)).toThrowError(expect.objectContaining({ code: 'KEY_INVALID' }))
  })

  test('a curve that is none of ours', () => {
    const pem = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ type: 'spki', format: 'pem' })
    expect(() => parsePublicKeyPem(pem.toString())).toThrowError(expect.objectContaining({ code: 'KEY_UNSUPPORTED' }))
  })

  test('a key listed under another keyid than its own', () => {
    const value = object('rsa', 'rsassa-pss-sha256', strong)
    value.set('keyid', 'aa')
    expect(() => parseKeyObject(value, 'bb')).toThrowError(expect.objectContaining({ code: 'KEY_ID' }))
    expect(parseKeyObject(value, 'aa').keyid).toBe('aa')
  })

  test('a certificate given as public key', () => {
    const pem = writePem('CERTIFICATE', Uint8Array.of(0x30, 0))
    expect(() => parsePublicKeyFile(utf8(pem))).toThrowError(expect.objectContaining({ code: 'CERTIFICATE' }))
    const inMetadata = object('ecdsa', 'ecdsa-sha2-nistp256', '', { certificate: pem })
    expect(() => parseKeyObject(inMetadata)).toThrowError(expect.objectContaining({ code: 'CERTIFICATE' }))
  })

  test.each([
    ['nothing', ''],
    ['prose', 'hello'],
    ['half a PEM block', '-----BEGIN PUBLIC KEY-----\nMFkw'],
    ['damaged base64', '-----BEGIN PUBLIC KEY-----\nMF!w\n-----END PUBLIC KEY-----'],
    ['truncated DER', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----'],
    ['an empty object', '{}'],
    ['other JSON', '{"a":{"b":1}}'],
  ])('a file with %s', (_, text) => {
    expect(() => parsePublicKeyFile(utf8(text))).toThrowError(expect.objectContaining({ name: 'FormatError' }))
  })
})

describe('RSA in PKCS#1', () => {
  test('is the same key as in PKIX', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pkcs1 = parsePublicKeyPem(publicKey.export({ type: 'pkcs1', format: 'pem' }).toString())
    const pkix = parsePublicKeyPem(publicKey.export({ type: 'spki', format: 'pem' }).toString())
    expect(pkcs1).toEqual(pkix)
    expect(pkcs1.bits).toBe(2048)
  })
})

describe('keytype ecdsa-sha2-nistp256 of old files', () => {
  test('is the same key as ecdsa', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const scheme = 'ecdsa-sha2-nistp256'
    const old = parseKeyObject(jsonObject({ keytype: scheme, scheme, keyval: jsonObject({ public: pem }) }), 'x')
    expect(old).toMatchObject({ keytype: 'ecdsa', curve: 'P-256', fingerprint: parsePublicKeyPem(pem).fingerprint })
  })
})

describe('private keys', () => {
  const secret = '11'.repeat(32)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })

  test.each([
    ['PKCS#8', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'PKCS#8'],
    ['SEC 1', privateKey.export({ type: 'sec1', format: 'pem' }).toString(), 'SEC 1 elliptic curve'],
    ['encrypted PKCS#8', encrypted.toString(), 'encrypted PKCS#8'],
    ['OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----', 'OpenSSH'],
    ['RSA cut off in the middle', '-----BEGIN RSA PRIVATE KEY-----\nMIIE', 'PKCS#1 RSA'],
    ['OpenPGP', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n', 'OpenPGP'],
    ['securesystemslib JSON', `{"keyval":{"public":"aa","private":"${secret}"}}`, 'securesystemslib JSON'],
    [
      'the same with an escaped name',
      `{"keyval":{"public":"aa","\\u0070rivate":"${secret}"}}`,
      'securesystemslib JSON',
    ],
    ['the same, deep in a list', `[{"k":{"keyval":{"public":"aa","private":"${secret}"}}}]`, 'securesystemslib JSON'],
    ['the same, damaged', `{"keyval":{"public":"aa","private":"${secret}"}`, 'securesystemslib JSON'],
    ['a JSON Web Key', '{"kty":"OKP","crv":"Ed25519","x":"aa","d":"bb"}', 'securesystemslib JSON'],
    ['PKCS#8 after other text', `key of alice\n${privateKey.export({ type: 'pkcs8', format: 'pem' })}`, 'PKCS#8'],
  ])('%s is recognised', (_, text, kind) => {
    expect(detectPrivateKey(utf8(text))).toBe(kind)
  })

  test('PKCS#8 in DER is recognised', () => {
    expect(detectPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }))).toBe('PKCS#8 DER')
  })

  test.each([
    ['a public key with an empty private part', '{"keyval":{"public":"aa","private":""}}'],
    ['a link that mentions the word', '{"signed":{"products":{"private":{"sha256":"aa"}}}}'],
    ['prose', 'this is private'],
  ])('%s is none', (_, text) => {
    expect(detectPrivateKey(utf8(text))).toBeNull()
  })
})

const gpgFolders = ['G_gpgrsa', 'G_gpgdsa', 'G_gpged']

describe.skipIf(sharedPath('vectors/made-here') === null)('gpg keys (skipped without ../shared/vectors)', () => {
  test.each(gpgFolders)('%s is read', (folder) => {
    const layout = parseJson(readFileSync(sharedPath(`vectors/made-here/${folder}/root.layout`) ?? ''))
    const [id, value] = firstKey(layout)
    const key = parseKeyObject(value, id)
    expect(key).toMatchObject({ keyid: id, keytype: 'gpg', expiresAt: null })
    expect(isExpiredKey(key, new Date('2100-01-01'))).toBe(false)
    value.set('validity_period', 60n)
    const expiring = parseKeyObject(value, id)
    const created = Number(value.get('creation_time'))
    expect(isExpiredKey(expiring, new Date((created + 59) * 1000))).toBe(false)
    expect(isExpiredKey(expiring, new Date((created + 60) * 1000))).toBe(true)
    expect(isExpiredKey(expiring, new Date(Number.NaN))).toBe(true)
  })
})

function firstKey(layout: unknown): [string, JsonObject] {
  const signed = layout instanceof Map ? layout.get('signed') : undefined
  const keys = signed instanceof Map ? signed.get('keys') : undefined
  const [entry] = keys instanceof Map ? [...keys] : []
  if (entry === undefined || !(entry[1] instanceof Map)) throw new Error('the vector has no key')
  return [entry[0], entry[1]]
}

describe('hex of a key', () => {
  test('survives reading and writing', () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
    const key = ed25519(toHex(raw))
    expect([...fromHex(key.fingerprint)].length).toBe(32)
    expect(key.pem).toBe(publicKey.export({ type: 'spki', format: 'pem' }).toString().trim())
  })
})
