import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  detectPrivateKey,
  encodeCanonicalJson,
  FormatError,
  fromBase64,
  fromHex,
  keyFromSpki,
  parseCertificate,
  parseCertificates,
  parseJson,
  parsePublicKeyFile,
  utf8,
} from './index.ts'
import { openPrivateKey, PrivateKeyError } from './web/index.ts'

const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Valid bytes with a few of them changed, cut or repeated: gets further into a parser than noise does. */
function mutated(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({ at: fc.nat(valid.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
  return fc.tuple(fc.array(edit, { maxLength: 4 }), fc.nat(valid.length)).map(([edits, length]) => {
    const bytes = Uint8Array.from(valid)
    for (const { at, byte } of edits) bytes[at] = byte
    return edits.length % 2 === 0 ? bytes : bytes.slice(0, length)
  })
}

/** Only a FormatError may leave a parser. */
function onlyFormatErrors(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
  }
}

describe('whatever the bytes, a parser answers or throws FormatError:', () => {
  const json = utf8('{"signed":{"a":[1,-0,1.5,"\\u00e4\\n",null,true]},"signatures":[{"keyid":"","sig":"00"}]}')

  test('parseJson and canonical JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated(json)), (bytes) => {
        onlyFormatErrors(() => encodeCanonicalJson(parseJson(bytes)))
      }),
      { numRuns: 2_000 },
    )
  })

  test('parsePublicKeyFile and detectPrivateKey', () => {
    const pem = utf8(`-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`)
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated(pem), mutated(json)), (bytes) => {
        onlyFormatErrors(() => parsePublicKeyFile(bytes))
        detectPrivateKey(bytes)
      }),
      { numRuns: 1_000 },
    )
  })

  test('keys and certificates in DER', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated(spki)), (bytes) => {
        onlyFormatErrors(() => keyFromSpki(bytes))
        onlyFormatErrors(() => parseCertificate(bytes))
      }),
      { numRuns: 1_000 },
    )
  })

  test('base64 and hex', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        onlyFormatErrors(() => fromBase64(text))
        onlyFormatErrors(() => fromHex(text))
      }),
    )
  })

  test('a private key opens or is refused with PrivateKeyError', async () => {
    const pem = utf8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    await fc.assert(
      fc.asyncProperty(mutated(pem), async (bytes) => {
        const text = new TextDecoder('latin1').decode(bytes)
        const fault: unknown = await openPrivateKey(text).then(
          () => null,
          (error: unknown) => error,
        )
        if (fault !== null) expect(fault).toBeInstanceOf(PrivateKeyError)
      }),
      { numRuns: 150 },
    )
  })
})

describe('in time that grows with the text only:', () => {
  const [small, factor] = [250_000, 8]
  const textOf = (piece: string, size: number) => utf8(`-----BEGIN ${piece.repeat(Math.ceil(size / piece.length))}`)

  function work(bytes: Uint8Array): void {
    detectPrivateKey(bytes)
    onlyFormatErrors(() => parsePublicKeyFile(bytes))
    onlyFormatErrors(() => parseCertificates(new TextDecoder().decode(bytes)))
    onlyFormatErrors(() => parseJson(bytes.subarray(11)))
  }

  /** Processor time, of the quickest of three: others on the machine count for nothing. */
  function cost(bytes: Uint8Array): number {
    const tries = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage()
      work(bytes)
      return process.cpuUsage(before).user
    })
    return Math.min(...tries)
  }

  test.each([
    ['beginnings without an end', '-----BEGIN CERTIFICATE-----\n'],
    ['beginnings of a private key that does not come', '-----BEGIN PRIVATE KEY'],
    ['its last words again and again', 'PRIVATE KEY'],
    ['blocks that end under another name', '-----BEGIN A-----\n-----END B-----\n'],
    ['blanks', ' '],
    ['opening brackets', '['],
    ['escaped quotes', '\\"'],
  ])('%s', (_, piece) => {
    const floor = cost(textOf(piece, small))
    // eight times the text: eight times the time where it is linear, sixty-four times where it is quadratic
    expect(cost(textOf(piece, small * factor))).toBeLessThan(Math.max(floor, 2_000) * factor * 4)
  })
})
