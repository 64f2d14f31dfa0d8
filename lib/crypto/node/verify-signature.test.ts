import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeShared } from '#lib/testing/shared-data.ts'
import { fromBase64, fromHex, jsonObject, pae, parseKeyObject, utf8 } from '../index.ts'
import { keyFromSpki } from '../parse-public-key.ts'
import { type SignatureAlgorithm, verifySignature, verifyWith } from './index.ts'

const groupSchema = z.object({
  type: z.string(),
  sha: z.string().optional(),
  publicKeyDer: z.string(),
  tests: z.array(
    z.object({
      tcId: z.number(),
      comment: z.string(),
      msg: z.string(),
      sig: z.string(),
      result: z.enum(['valid', 'invalid', 'acceptable']),
    }),
  ),
})
const fileSchema = z.object({ numberOfTests: z.number(), testGroups: z.array(groupSchema) })
type Group = z.infer<typeof groupSchema>

/** Algorithms that no in-toto key of that name signs with are checked one level below. */
function explicitAlgorithm(group: Group): SignatureAlgorithm | null {
  const curve = group.sha === 'SHA-384' ? 'P-384' : 'P-256'
  if (group.type === 'EcdsaP1363Verify') return { name: 'ecdsa', curve, encoding: 'ieee-p1363' }
  if (group.type === 'RsassaPkcs1Verify') return { name: 'rsa-pkcs1-sha256' }
  return null
}

function verdict(group: Group, message: string, signature: string): boolean {
  const spki = fromHex(group.publicKeyDer)
  const algorithm = explicitAlgorithm(group)
  if (algorithm === null) return verifySignature(keyFromSpki(spki), fromHex(message), fromHex(signature)).valid
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  return verifyWith(key, algorithm, fromHex(message), fromHex(signature)).valid
}

const files: readonly (readonly [file: string, cases: number])[] = [
  ['ed25519_test', 151],
  ['ecdsa_secp256r1_sha256_test', 484],
  ['ecdsa_secp256r1_sha256_p1363_test', 262],
  ['ecdsa_secp384r1_sha384_test', 504],
  ['ecdsa_secp384r1_sha384_p1363_test', 280],
  ['rsa_pss_2048_sha256_mgf1_32_test', 108],
  ['rsa_pss_3072_sha256_mgf1_32_test', 108],
  ['rsa_pss_4096_sha256_mgf1_32_test', 108],
  ['rsa_signature_2048_sha256_test', 259],
]

test('the Wycheproof list is whole: 2,264 cases', () => {
  expect(files.reduce((sum, [, cases]) => sum + cases, 0)).toBe(2_264)
})

for (const [file, cases] of files) {
  describeShared(`Wycheproof ${file}`, `corpus/wycheproof/${file}.json`, (bytes) => {
    const { testGroups } = fileSchema.parse(JSON.parse(bytes.toString()))

    test(`gives the right answer to all its ${cases} cases`, () => {
      const wrong: string[] = []
      const seen = { valid: 0, invalid: 0, acceptable: 0 }
      for (const group of testGroups) {
        for (const { tcId, comment, msg, sig, result } of group.tests) {
          seen[result]++
          // acceptable (one case: a missing NULL) is a no
          if (verdict(group, msg, sig) !== (result === 'valid')) wrong.push(`${tcId} ${comment} should be ${result}`)
        }
      }
      expect(wrong).toEqual([])
      expect(seen.valid + seen.invalid + seen.acceptable).toBe(cases)
      expect(seen.valid).toBeGreaterThan(0)
      expect(seen.invalid).toBeGreaterThan(0)
    })
  })
}

const speccheckSchema = z.object({
  cases: z.array(
    z.object({
      message: z.string(),
      pub_key: z.string(),
      signature: z.string(),
      waybill: z.enum(['accept', 'reject', 'any']),
      why: z.string(),
    }),
  ),
})

function ed25519Accepts(pub: string, message: string, signature: string): boolean {
  try {
    const key = parseKeyObject(
      jsonObject({ keytype: 'ed25519', scheme: 'ed25519', keyval: jsonObject({ public: pub }) }),
    )
    return verifySignature(key, fromHex(message), fromHex(signature)).valid
  } catch {
    return false
  }
}

describeShared('Ed25519 edge cases', 'corpus/ed25519/speccheck.json', (bytes) => {
  const { cases } = speccheckSchema.parse(JSON.parse(bytes.toString()))

  test('are 11', () => {
    expect(cases.length).toBe(11)
  })

  test.each(cases)('$why: $waybill', ({ pub_key: pub, message, signature, waybill }) => {
    const accepted = ed25519Accepts(pub, message, signature)
    if (waybill !== 'any') expect(accepted).toBe(waybill === 'accept')
  })

  test('keys of small order are refused when they are read', () => {
    for (const { pub_key: pub } of [cases[0], cases[10]].filter((entry) => entry !== undefined)) {
      const value = jsonObject({ keytype: 'ed25519', scheme: 'ed25519', keyval: jsonObject({ public: pub }) })
      expect(() => parseKeyObject(value)).toThrowError(expect.objectContaining({ code: 'WEAK_KEY' }))
    }
  })
})

const dsseSchema = z.object({
  spec_vector: z.object({
    envelope: z.object({
      payload: z.string(),
      payloadType: z.string(),
      signatures: z.array(z.object({ sig: z.string() })),
    }),
    public_key_jwk: z.record(z.string(), z.string()),
  }),
})

describeShared('the vector of the DSSE specification', 'corpus/dsse/dsse_cases.json', (bytes) => {
  const { spec_vector: vector } = dsseSchema.parse(JSON.parse(bytes.toString()))
  const key = createPublicKey({ key: vector.public_key_jwk, format: 'jwk' })
  const covered = pae(vector.envelope.payloadType, fromBase64(vector.envelope.payload))
  const signature = fromBase64(vector.envelope.signatures[0]?.sig ?? '')

  test('verifies as r‖s, which is how it was made', () => {
    expect(verifyWith(key, { name: 'ecdsa', curve: 'P-256', encoding: 'ieee-p1363' }, covered, signature)).toEqual({
      valid: true,
    })
  })

  test('is refused as in-toto signature, with a hint', () => {
    const spki = key.export({ format: 'der', type: 'spki' })
    const answer = verifySignature(keyFromSpki(spki), covered, signature)
    expect(answer).toEqual({ valid: false, why: expect.stringContaining('r‖s') })
  })
})

describe('a signature that is no signature', () => {
  test.each([0, 1, 63, 65, 10_000])('of %i bytes is a no, not an exception', (length) => {
    const raw = '82d4466d09e415a709c5c5e6015d174031b2fe22390e33f9c14f60c2e31a3b2a'
    const value = jsonObject({ keytype: 'ed25519', scheme: 'ed25519', keyval: jsonObject({ public: raw }) })
    expect(verifySignature(parseKeyObject(value), utf8('x'), new Uint8Array(length)).valid).toBe(false)
  })
})
