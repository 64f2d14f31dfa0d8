// Longer than most: every kind of key file against signing in the browser, and what Node says of the result.
import { execFileSync } from 'node:child_process'
import { createCipheriv, generateKeyPairSync, type KeyObject, pbkdf2Sync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { DER, writeDer, writeDerInteger, writeDerOid } from '../der.ts'
import {
  encodeCanonicalJson,
  fromBase64,
  fromHex,
  type JsonObject,
  jsonObject,
  keyObject,
  pae,
  parsePublicKeyFile,
  parsePublicKeyPem,
  printJson,
  publicKeyFile,
  utf8,
  writePem,
} from '../index.ts'
import { verifySignature } from '../node/index.ts'
import { openPrivateKey, PrivateKeyError, signDsse, signMetablock, signWith } from './index.ts'

const pairs: Readonly<Record<string, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  'RSA 2048': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RSA 3072': generateKeyPairSync('rsa', { modulusLength: 3072 }),
  Ed25519: generateKeyPairSync('ed25519'),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
}
const kinds = Object.entries(pairs).map(([kind, pair]) => ({ kind, ...pair }))
const message = utf8('the very bytes')

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

async function faultOf(text: string, passphrase?: string): Promise<PrivateKeyError> {
  const fault: unknown = await openPrivateKey(text, passphrase).catch((error: unknown) => error)
  if (fault instanceof PrivateKeyError) return fault
  throw new Error(`not refused as it should be: ${String(fault)}`)
}

async function expectSigns(text: string, publicPem: string, passphrase?: string): Promise<void> {
  const key = await openPrivateKey(text, passphrase)
  const trusted = parsePublicKeyPem(publicPem)
  expect(key.publicKey).toEqual(trusted)
  expect(key.handle.extractable).toBe(false)
  const signature = await signWith(key, message)
  expect(verifySignature(trusted, message, signature)).toEqual({ valid: true })
  expect(verifySignature(trusted, utf8('other bytes'), signature).valid).toBe(false)
}

describe.each(kinds)('a $kind key', ({ kind, publicKey, privateKey }) => {
  test('signs from plain PKCS#8, and Node verifies it', async () => {
    await expectSigns(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), spki(publicKey))
  })

  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc'])('signs from PKCS#8 encrypted with %s', async (cipher) => {
    const passphrase = 'correct horse, bätteries'
    const text = privateKey.export({ type: 'pkcs8', format: 'pem', cipher, passphrase }).toString()
    await expectSigns(text, spki(publicKey), passphrase)
    expect((await faultOf(text, 'wrong')).code).toBe('WRONG_PASSPHRASE')
    expect((await faultOf(text)).code).toBe('PASSPHRASE_NEEDED')
    expect((await faultOf(text, '')).code).toBe('PASSPHRASE_NEEDED')
  })

  test('signs Metablock and DSSE, each over its own bytes', async () => {
    const key = await openPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const signed = jsonObject({ b: 1n, a: 'ä\n"' })
    const metablock = await signMetablock(key, signed)
    const dsse = await signDsse(key, 'application/vnd.in-toto+json', message)
    const covered = pae('application/vnd.in-toto+json', message)
    expect(metablock.keyid).toBe(key.publicKey.keyid)
    expect(verifySignature(key.publicKey, encodeCanonicalJson(signed), fromHex(metablock.sig)).valid).toBe(true)
    expect(verifySignature(key.publicKey, covered, fromBase64(dsse.sig)).valid).toBe(true)
    expect(verifySignature(key.publicKey, covered, fromHex(metablock.sig)).valid).toBe(false)
  })

  test('a public key in its place is named as such', async () => {
    expect((await faultOf(spki(publicKey))).code).toBe('PUBLIC_KEY')
    const json = printJson(keyObject(parsePublicKeyPem(spki(publicKey)), 'legacy'))
    expect((await faultOf(json)).code).toBe('PUBLIC_KEY')
    expect(kind).not.toBe('')
  })

  test('a damaged one is refused without a word of its content', async () => {
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const lines = text.trim().split('\n')
    const body = lines.slice(1, -1).join('')
    for (const damaged of [
      text.slice(0, text.length / 2),
      lines.toSpliced(1, 1).join('\n'),
      text.replace(/\n./, '\n!'),
    ]) {
      const fault = await faultOf(damaged)
      expect(['DAMAGED', 'NOT_A_KEY', 'UNSUPPORTED']).toContain(fault.code)
      expect(fault.cause).toBeUndefined()
      for (let at = 0; at + 12 < body.length; at += 4) expect(fault.message).not.toContain(body.slice(at, at + 12))
    }
  })
})

/** What Java and some HSM tools write; openssl's command line does not. */
function encryptedWithGcm(pkcs8: Uint8Array, passphrase: string): string {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', pbkdf2Sync(passphrase, salt, 1000, 32, 'sha512'), nonce)
  const data = Buffer.concat([cipher.update(pkcs8), cipher.final(), cipher.getAuthTag()])
  const octets = (bytes: Uint8Array) => writeDer(DER.octetString, bytes)
  const number = (...bytes: number[]) => writeDerInteger(Uint8Array.from(bytes))
  const prf = writeDer(DER.sequence, writeDerOid('1.2.840.113549.2.11'), writeDer(DER.null))
  const kdf = writeDer(DER.sequence, octets(salt), number(3, 232), prf)
  const gcm = writeDer(DER.sequence, octets(nonce), number(16))
  const parameters = writeDer(
    DER.sequence,
    writeDer(DER.sequence, writeDerOid('1.2.840.113549.1.5.12'), kdf),
    writeDer(DER.sequence, writeDerOid('2.16.840.1.101.3.4.1.46'), gcm),
  )
  const algorithm = writeDer(DER.sequence, writeDerOid('1.2.840.113549.1.5.13'), parameters)
  return writePem('ENCRYPTED PRIVATE KEY', writeDer(DER.sequence, algorithm, octets(data)))
}

describe('other files', () => {
  const rsa = pairs['RSA 2048']
  const ec = pairs['P-384']
  if (rsa === undefined || ec === undefined) throw new Error('no keys')

  test('PKCS#1 RSA and SEC 1 elliptic-curve keys sign', async () => {
    await expectSigns(rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), spki(rsa.publicKey))
    await expectSigns(ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString(), spki(ec.publicKey))
  })

  test('PKCS#8 encrypted with AES-GCM opens with its passphrase only', async () => {
    const text = encryptedWithGcm(ec.privateKey.export({ type: 'pkcs8', format: 'der' }), 'open')
    await expectSigns(text, spki(ec.publicKey), 'open')
    expect((await faultOf(text, 'shut')).code).toBe('WRONG_PASSPHRASE')
  })

  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc'])(
    'the old encrypted PEM form opens with %s',
    async (cipher) => {
      const passphrase = 'old, bätteries'
      for (const { privateKey, publicKey, type } of [
        { ...rsa, type: 'pkcs1' },
        { ...ec, type: 'sec1' },
      ] as const) {
        const text = privateKey.export({ type, format: 'pem', cipher, passphrase }).toString()
        await expectSigns(text, spki(publicKey), passphrase)
        expect((await faultOf(text)).code).toBe('PASSPHRASE_NEEDED')
        // noise with whole padding comes once in 256 times: every one of these must be told from a key
        for (let n = 0; n < 300; n++) expect((await faultOf(text, `shut ${n}`)).code).toBe('WRONG_PASSPHRASE')
      }
    },
  )

  test('the old encrypted PEM form with another cipher comes with the command that converts it', async () => {
    const text = rsa.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'des-ede3-cbc', passphrase: 'x' })
    expect(await faultOf(text.toString(), 'x')).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('DES-EDE3-CBC'),
      command: expect.stringContaining('openssl pkcs8'),
    })
  })

  test('a page without WebCrypto says why it cannot sign', async () => {
    vi.stubGlobal('crypto', {})
    const fault = await faultOf(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    vi.unstubAllGlobals()
    expect(fault).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('https') })
  })

  test('an RSA key of 1024 bits is too weak', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const fault = await faultOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    expect(fault.code).toBe('WEAK_KEY')
  })

  test('secp256k1 is not supported', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    expect((await faultOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).code).toBe('UNSUPPORTED')
  })

  test.each([
    ['nothing', '', 'NOT_A_KEY'],
    ['prose', 'hello', 'NOT_A_KEY'],
    ['other JSON', '{"a":1}', 'NOT_A_KEY'],
    ['broken JSON', '{"keyval":', 'DAMAGED'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----', 'PUBLIC_KEY'],
    ['a key that is cut off', '-----BEGIN PRIVATE KEY-----\nMIIE', 'DAMAGED'],
    [
      'an OpenPGP key',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ==\n-----END PGP PRIVATE KEY BLOCK-----',
      'UNSUPPORTED',
    ],
    [
      'an encrypted securesystemslib key',
      `${'ab'.repeat(32)}@@@@100000@@@@${'cd'.repeat(32)}@@@@${'ef'.repeat(16)}@@@@0011`,
      'PASSPHRASE_NEEDED',
    ],
  ])('%s is named', async (_, text, code) => {
    expect((await faultOf(text)).code).toBe(code)
  })

  test('a JSON key whose halves belong to different keys is refused', async () => {
    const [one, two] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
    const raw = (key: KeyObject): string =>
      key
        .export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'der' })
        .subarray(-32)
        .toString('hex')
    const file = (publicKey: KeyObject, privateKey: KeyObject): string =>
      JSON.stringify({
        keytype: 'ed25519',
        scheme: 'ed25519',
        keyval: { public: raw(publicKey), private: raw(privateKey) },
      })
    await expectSigns(file(one.publicKey, one.privateKey), spki(one.publicKey))
    expect((await faultOf(file(one.publicKey, two.privateKey))).code).toBe('DAMAGED')
  })
})

const hasKeygen = existsSync('/usr/bin/in-toto-keygen')

describe.skipIf(!hasKeygen)("files of Debian's in-toto (skipped without in-toto-keygen)", () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'))
  const keygen = (args: readonly string[], input = ''): void => {
    execFileSync('in-toto-keygen', args, { cwd: folder, input, stdio: ['pipe', 'ignore', 'ignore'] })
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(['rsa', 'ed25519', 'ecdsa'])(
    'a layout signed here with a key of in-toto-keygen -t %s passes in-toto-sign --verify',
    async (type) => {
      keygen(['-t', type, type])
      const key = await openPrivateKey(read(type))
      const signed = emptyLayout(keyObject(key.publicKey, 'legacy'), key.publicKey.keyid)
      const { keyid, sig } = await signMetablock(key, signed)
      const file = join(folder, `${type}.layout`)
      writeFileSync(file, printJson(jsonObject({ signatures: [jsonObject({ keyid, sig })], signed })))
      const check = ['-f', file, '--verify', '-k', join(folder, `${type}.pub`), '-t', type]
      execFileSync('in-toto-sign', check, { stdio: 'pipe' })
      // and with the public-key file that comes with an export
      writeFileSync(join(folder, `${type}.exported`), publicKeyFile(key.publicKey, 'legacy'))
      execFileSync('in-toto-sign', check.with(4, join(folder, `${type}.exported`)), { stdio: 'pipe' })
      writeFileSync(
        file,
        printJson(jsonObject({ signatures: [jsonObject({ keyid, sig: `00${sig.slice(2)}` })], signed })),
      )
      expect(() => execFileSync('in-toto-sign', check, { stdio: 'pipe' })).toThrow()
    },
    60_000,
  )

  test.each(['ed25519', 'ecdsa', 'rsa'])(
    'a key of in-toto-keygen -p -t %s opens with its passphrase only',
    async (type) => {
      keygen(['-p', '-t', type, `e-${type}`], 'secret\nsecret\n')
      const text = read(`e-${type}`)
      expect((await faultOf(text)).code).toBe('PASSPHRASE_NEEDED')
      expect((await faultOf(text, 'Secret')).code).toBe('WRONG_PASSPHRASE')
      const key = await openPrivateKey(text, 'secret')
      expect(parsePublicKeyFile(utf8(read(`e-${type}.pub`))).map(({ fingerprint }) => fingerprint)).toEqual([
        key.publicKey.fingerprint,
      ])
    },
    60_000,
  )
})

function emptyLayout(key: JsonObject, keyid: string): JsonObject {
  return jsonObject({
    _type: 'layout',
    expires: '2040-01-01T00:00:00Z',
    inspect: [],
    keys: jsonObject({ [keyid]: key }),
    readme: 'übung\n"x"',
    steps: [],
  })
}

describe.skipIf(!existsSync('/usr/bin/openssl'))('files of openssl (skipped without it)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-openssl-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const plain = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(folder, 'k'), plain.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const convert = (...args: string[]): string =>
    execFileSync('openssl', ['pkcs8', '-topk8', '-in', 'k', '-passout', 'pass:x', ...args], {
      cwd: folder,
      stdio: 'pipe',
    }).toString()

  test.each(['hmacWithSHA1', 'hmacWithSHA256', 'hmacWithSHA512'])('PBKDF2 with %s opens', async (prf) => {
    await expectSigns(convert('-v2', 'aes-256-cbc', '-v2prf', prf), spki(plain.publicKey), 'x')
  })

  test.each([
    ['triple DES', ['-v2', 'des3']],
    ['scrypt', ['-scrypt']],
  ])('%s does not, and says how to convert', async (_, args) => {
    expect(await faultOf(convert(...args), 'x')).toMatchObject({
      code: 'UNSUPPORTED',
      command: expect.stringContaining('openssl'),
    })
  })

  test('what the command for keys writes can be opened', async () => {
    const args = ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-in', 'k', '-out', 'k.pem', '-passout', 'pass:y']
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
    await expectSigns(readFileSync(join(folder, 'k.pem'), 'utf8'), spki(plain.publicKey), 'y')
  })
})
