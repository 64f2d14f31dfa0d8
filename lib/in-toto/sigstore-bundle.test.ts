import { describe, expect, test } from 'vitest'
import { FormatError, parseJson, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { parseEnvelope, verifyEnvelope } from './index.ts'

const [ci, stranger] = [makeKey('ci'), makeKey('stranger')]
const statement = parseJson(
  utf8(
    `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":"${'ab'.repeat(32)}"}}],` +
      '"predicateType":"https://slsa.dev/verification_summary/v1","predicate":{}}',
  ),
)
if (!(statement instanceof Map)) throw new Error('no object')
const envelope = new TextDecoder().decode(dsse(statement, [ci]))
const V3 = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** As cosign and the GitHub action write it, with a certificate and a log entry that nobody here looks at. */
const bundle = (inside: string, mediaType = V3): Uint8Array<ArrayBuffer> =>
  utf8(
    `{"mediaType":"${mediaType}","verificationMaterial":{"certificate":{"rawBytes":"MIIB"},"tlogEntries":[{"logIndex":"7"}]},` +
      `${inside}}`,
  )

function codeOf(bytes: Uint8Array): string {
  try {
    return parseEnvelope(bytes).kind
  } catch (error) {
    return error instanceof FormatError ? `${error.code} ${error.place}` : `escaped: ${String(error)}`
  }
}

describe('a Sigstore bundle', () => {
  test('is the statement inside of it: the same signed bytes and signatures, under its own digest', () => {
    const [inside, whole] = [parseEnvelope(utf8(envelope)), parseEnvelope(bundle(`"dsseEnvelope":${envelope}`))]
    expect(whole.signedBytes).toEqual(inside.signedBytes)
    expect(whole.signatures).toEqual(inside.signatures)
    expect(whole).toMatchObject({
      form: 'dsse',
      kind: 'statement',
      document: inside.kind === 'statement' ? inside.document : null,
    })
    expect(whole.sha256).not.toBe(inside.sha256)
  })

  test('is signed by whose key checks it, and by nobody for its certificate', () => {
    const whole = parseEnvelope(bundle(`"dsseEnvelope":${envelope}`))
    expect(whole.signatures.map(({ certificate }) => certificate)).toEqual([null])
    const signers = (key: typeof ci) => verifyEnvelope(whole, [key.key], 1, 0, verifySignature).signers.length
    expect([signers(ci), signers(stranger)]).toEqual([1, 0])
  })

  test.each([
    'application/vnd.dev.sigstore.bundle+json;version=0.1',
    'application/vnd.dev.sigstore.bundle+json;version=0.2',
    'application/vnd.dev.sigstore.bundle+json;version=0.3',
    V3,
  ])('of %s is read', (mediaType) => {
    expect(codeOf(bundle(`"dsseEnvelope":${envelope}`, mediaType))).toBe('statement')
  })

  const link = new TextDecoder().decode(dsse(linkDocument({ name: 'build' }), [ci]))
  test.each([
    ['of a later version', bundle(`"dsseEnvelope":${envelope}`, V3.replace('v0.3', 'v0.4')), 'UNSUPPORTED mediaType'],
    ['around a signature over a file', bundle('"messageSignature":{}'), 'UNSUPPORTED messageSignature'],
    ['with both', bundle(`"dsseEnvelope":${envelope},"messageSignature":{}`), 'MALFORMED messageSignature'],
    ['with nothing', bundle('"x":1'), 'MALFORMED dsseEnvelope'],
    ['around a link', bundle(`"dsseEnvelope":${link}`), 'UNSUPPORTED dsseEnvelope payload._type'],
    ['with two envelopes', bundle(`"dsseEnvelope":${envelope},"dsseEnvelope":${envelope}`), 'DUPLICATE_KEY'],
    [
      'with two envelopes for readers that ignore case',
      bundle(`"dsseEnvelope":${envelope},"DSSEEnvelope":${envelope}`),
      'DUPLICATE_KEY DSSEEnvelope',
    ],
    [
      'with two payloads for readers that ignore case',
      bundle(`"dsseEnvelope":${envelope.replace('{', '{"Payload":"AA==",')}`),
      'DUPLICATE_KEY',
    ],
    ['with an envelope of something else', bundle('"dsseEnvelope":[]'), 'MALFORMED dsseEnvelope'],
    [
      'with a payload that is no base64',
      bundle(`"dsseEnvelope":${envelope.replace('"payload":"', '"payload":"*')}`),
      'BASE64 dsseEnvelope payload',
    ],
  ])('%s is refused with a code and a place', (_, bytes, expected) => {
    expect(codeOf(bytes)).toMatch(new RegExp(`^${expected.replace(/[[\]]/g, '\\$&')}`))
  })

  test('beside another envelope in one file counts for nothing: the outer one is read', () => {
    const outer = envelope.replace('{', `{"mediaType":"${V3}","dsseEnvelope":{},`)
    expect(parseEnvelope(utf8(outer)).signedBytes).toEqual(parseEnvelope(utf8(envelope)).signedBytes)
  })
})
