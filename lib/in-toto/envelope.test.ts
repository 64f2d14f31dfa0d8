import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { FormatError, type Key, parsePublicKeyPem, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { describeShared } from '#lib/testing/shared-data.ts'
import { parseEnvelope, readDocument, verifyEnvelope } from './index.ts'

const signer = makeKey('ci')
const link = linkDocument({ name: 'build', products: { app: 'x' }, stdout: 'two\nlines\t"quoted"\u0000' })
const codeOf = (bytes: Uint8Array): string => {
  try {
    parseEnvelope(bytes)
    return 'read'
  } catch (error) {
    return error instanceof FormatError ? error.code : `escaped: ${String(error)}`
  }
}

describe('hostile and broken envelopes end in a code', () => {
  const text = new TextDecoder().decode(metablock(link, [signer]))
  const b64 = (payload: string) => Buffer.from(payload).toString('base64')
  const inDsse = (payload: string, more = '') =>
    `{"payloadType":"application/vnd.in-toto+json","payload":"${b64(payload)}","signatures":[{"keyid":"","sig":"AA=="}]${more}}`

  test.each([
    ['nothing', '', 'JSON_SYNTAX'],
    ['cut off', text.slice(0, 200), 'JSON_SYNTAX'],
    ['a byte order mark', `\uFEFF${text}`, 'JSON_SYNTAX'],
    ['an array', '[]', 'MALFORMED'],
    ['a number', '1', 'MALFORMED'],
    ['another document', '{"a":1}', 'NOT_AN_ENVELOPE'],
    ['a member twice', '{"signed":{},"signed":{},"signatures":[]}', 'DUPLICATE_KEY'],
    ['a member twice but for letter case', inDsse('{"_type":"link"}', ',"Payload":"AA=="'), 'DUPLICATE_KEY'],
    ['a member twice inside the payload', inDsse('{"_type":"link","_type":"link"}'), 'DUPLICATE_KEY'],
    ['signatures that are an object', '{"signed":{"_type":"link"},"signatures":{"0":{}}}', 'MALFORMED'],
    ['signatures that are null', '{"signed":{"_type":"link"},"signatures":null}', 'MALFORMED'],
    ['a signature that is text', '{"signed":{"_type":"link"},"signatures":["x"]}', 'MALFORMED'],
    ['another type', '{"signed":{"_type":"root"},"signatures":[]}', 'UNSUPPORTED'],
    ['a fraction in the signed part', '{"signed":{"_type":"link","x":1.5},"signatures":[]}', 'CANONICAL_FLOAT'],
    ['another payload type', inDsse('{}').replace('in-toto+json', 'other+json'), 'UNSUPPORTED'],
    ['a payload with blanks in its base64', inDsse('{"_type":"link"}').replace('eyJ', 'ey J'), 'BASE64'],
    ['a payload that is cut off', inDsse('{"_type":"lin'), 'JSON_SYNTAX'],
    ['DSSE in DSSE', inDsse(inDsse('{}')), 'UNSUPPORTED'],
    ['a link without files', inDsse('{"_type":"link","name":"x"}'), 'MALFORMED'],
    [
      'a digest that is no hex',
      inDsse('{"_type":"link","name":"x","materials":{"a":{"sha256":"zz"}},"products":{}}'),
      'MALFORMED',
    ],
    [
      'a digest called __proto__',
      inDsse('{"_type":"link","name":"x","materials":{"a":{"__proto__":"aa"}},"products":{}}'),
      'MALFORMED',
    ],
    [
      'too many signatures',
      `{"signed":{"_type":"link"},"signatures":[${'{"keyid":"aa","sig":"bb"},'.repeat(64)}{"keyid":"aa","sig":"bb"}]}`,
      'LIMIT',
    ],
    ['65 levels', `{"signed":${'['.repeat(65)}${']'.repeat(65)},"signatures":[]}`, 'DEPTH'],
  ])('%s', (_, document, code) => {
    const found = codeOf(utf8(document))
    expect(found).toBe(code)
  })

  test('no bytes escape as an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readDocument('x', bytes)).toMatchObject({ problem: { code: expect.any(String) } })
      }),
    )
  })

  test('one changed byte of a signed link is either refused or no longer verifies, unless it changes nothing that is signed', () => {
    const bytes = metablock(link, [signer])
    const before = parseEnvelope(bytes)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ change
        const read = readDocument('x', changed)
        if (!('envelope' in read)) return
        const { envelope } = read
        const same = Buffer.from(envelope.signedBytes).equals(Buffer.from(before.signedBytes))
        const signature = envelope.signatures[0]
        const valid =
          signature?.keyid === signer.keyid &&
          signature.bytes !== null &&
          verifySignature(signer.key, envelope.signedBytes, signature.bytes).valid
        if (valid) expect(same).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

test('the same document in both envelopes has the same content, and different signed bytes', () => {
  const classic = parseEnvelope(metablock(link, [signer]))
  const modern = parseEnvelope(dsse(link, [signer]))
  if (classic.kind !== 'link' || modern.kind !== 'link') throw new Error('not links')
  expect(modern.document).toEqual(classic.document)
  expect(modern.signedBytes).not.toEqual(classic.signedBytes)
})

const corpusSchema = z.object({
  keys: z.record(z.string(), z.object({ keyid: z.string(), pem: z.string() })),
  cases: z.array(
    z.object({
      name: z.string(),
      expect: z.string(),
      trusted: z.array(z.string()),
      threshold: z.unknown(),
      envelope: z.unknown().optional(),
      envelope_raw: z.string().optional(),
    }),
  ),
})

describeShared('DSSE corpus', 'corpus/dsse/dsse_cases.json', (bytes) => {
  const { keys, cases } = corpusSchema.parse(JSON.parse(bytes.toString()))
  const keyOf = (name: string): Key => {
    const entry = keys[name]
    if (entry === undefined) throw new Error(`no key ${name}`)
    return { ...parsePublicKeyPem(entry.pem), keyid: entry.keyid }
  }
  const judge = (one: (typeof cases)[number]): string => {
    const document = readDocument(one.name, utf8(one.envelope_raw ?? JSON.stringify(one.envelope)))
    if (!('envelope' in document)) return `refused ${document.problem.code}`
    try {
      // the corpus has thresholds that are no numbers: handed on as they are
      const threshold = one.threshold as number
      const { enough } = verifyEnvelope(document.envelope, one.trusted.map(keyOf), threshold, 0, (key, message, sig) =>
        verifySignature(key, message, sig),
      )
      return enough ? 'verified' : 'not enough'
    } catch (error) {
      return error instanceof RangeError ? 'config' : 'escaped'
    }
  }

  test('all 22 are here', () => expect(cases.length).toBe(22))

  test.each(cases.map((one) => [one.name, one.expect, one] as const))('%s: %s', (name, expected, one) => {
    const answer = judge(one)
    if (expected === 'verified' || expected === 'verified-ignored') expect(answer).toBe('verified')
    else if (expected === 'rejected-config') expect(answer).toBe('config')
    // signed by alice under bob's keyid: refused by policy, as every in-toto verifier does
    else expect(answer, name).toMatch(/^(refused|not enough)/)
  })

  test('nobody is reported as signer who did not sign', () => {
    const one = cases.find(({ name }) => name === 'keyid-wrong-but-trusted')
    const document = readDocument('x', utf8(JSON.stringify(one?.envelope)))
    if (!('envelope' in document)) throw new Error('not read')
    const { signers } = verifyEnvelope(document.envelope, [keyOf('alice'), keyOf('bob')], 1, 0, (key, message, sig) =>
      verifySignature(key, message, sig),
    )
    expect(signers.map(({ key }) => key.fingerprint)).not.toContain(keyOf('bob').fingerprint)
  })
})
