import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { encodeCanonicalJson, fromHex, type JsonValue, type Key, parseJson, parseKeyObject } from '../index.ts'
import { verifyGpgSignature, verifySignature } from './index.ts'

const signatureSchema = z.object({ keyid: z.string(), signature: z.string(), other_headers: z.string() })
const linkSchema = z.object({ signatures: z.tuple([signatureSchema]) })

function member(value: JsonValue | undefined, name: string): JsonValue {
  const found = value instanceof Map ? value.get(name) : undefined
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

function readCase(folder: string): { key: Key; message: Uint8Array; signature: Uint8Array; headers: Uint8Array } {
  const links = sharedPath(`vectors/made-here/${folder}/links`) ?? ''
  const bytes = readFileSync(`${links}/${readdirSync(links)[0]}`)
  const layout = parseJson(readFileSync(`${links}/../root.layout`))
  const { signatures } = linkSchema.parse(JSON.parse(bytes.toString()))
  const [signature] = signatures
  const key = parseKeyObject(member(member(member(layout, 'signed'), 'keys'), signature.keyid), signature.keyid)
  const message = encodeCanonicalJson(member(parseJson(bytes), 'signed'))
  return { key, message, signature: fromHex(signature.signature), headers: fromHex(signature.other_headers) }
}

describe.skipIf(sharedPath('vectors/made-here') === null)('gpg signatures (skipped without ../shared/vectors)', () => {
  test.each(['G_gpgrsa', 'G_gpgdsa', 'G_gpged'])('%s verifies, and no changed bit of it does', (folder) => {
    const { key, message, signature, headers } = readCase(folder)
    expect(verifyGpgSignature(key, message, signature, headers)).toEqual({ valid: true })
    const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes.at(at) ?? 0) ^ 1)
    expect(verifyGpgSignature(key, flipped(message, 5), signature, headers).valid).toBe(false)
    expect(verifyGpgSignature(key, message, flipped(signature, signature.length - 1), headers).valid).toBe(false)
    for (let at = 0; at < headers.length; at++) {
      expect(verifyGpgSignature(key, message, signature, flipped(headers, at)).valid).toBe(false)
    }
    expect(verifyGpgSignature(key, message, signature.subarray(1), headers).valid).toBe(false)
    expect(verifyGpgSignature(key, message, signature, new Uint8Array()).valid).toBe(false)
    expect(verifySignature(key, message, signature).valid).toBe(false)
  })

  test('a key does not verify what another kind of key signed', () => {
    const rsa = readCase('G_gpgrsa')
    const dsa = readCase('G_gpgdsa')
    expect(verifyGpgSignature(dsa.key, rsa.message, rsa.signature, rsa.headers).valid).toBe(false)
  })
})
