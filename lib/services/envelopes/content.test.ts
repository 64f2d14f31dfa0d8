import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { systemActor } from '#lib/auth/actor.ts'
import { jsonObject, utf8 } from '#lib/crypto/index.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { summaryDocument } from '#lib/testing/authority/verifications.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { bringIn } from '../imports/bring-in.ts'
import { envelopeContent } from './content.ts'
import { getEnvelope } from './get.ts'
import { envelopePayload } from './payload.ts'

useDatabase()
const actor = systemActor('test')
const signer = makeKey('signer')
const policy = readFileSync(new URL('../../in-toto/vectors/real-witness/policy.signed.json', import.meta.url))

async function bring(bytes: Uint8Array): Promise<{ sha256: string; fate: string; kind: string; code: string | null }> {
  const files = [{ path: 'x.json', bytes }]
  const given = { via: 'api', title: 't', at: new Date(), delivery: { kind: 'loose' }, files, meant: true } as const
  const [file] = (await bringIn(actor, given)).files
  return { sha256: sha256Hex(bytes), fate: file?.fate ?? '', kind: file?.kind ?? '', code: file?.code ?? null }
}

test('a summary: its payload decoded and set out, its signature above, who decided what', async () => {
  const subjects = [{ name: 'app', sha256: 'a'.repeat(64) }]
  const document = summaryDocument({ subjects, verifier: 'https://gate', result: 'FAILED', at: new Date() })
  const { sha256 } = await bring(dsse(document, [signer]))
  const content = await envelopeContent(actor, sha256)
  expect(content).toMatchObject({
    of: 'payload',
    payloadType: 'application/vnd.in-toto+json',
    cut: false,
    signatures: [{ keyid: signer.keyid, keyName: null, certificate: null }],
    verifications: [{ result: 'failed', verifier: 'https://gate' }],
  })
  expect(content.text).toContain('\n  "predicateType": "https://slsa.dev/verification_summary/v1"')
  const { bytes } = await envelopePayload(actor, sha256)
  expect(JSON.parse(content.text)).toEqual(JSON.parse(new TextDecoder().decode(bytes)))
})

test('a Witness policy is kept as a document with its signature, and shown by its steps', async () => {
  const brought = await bring(policy)
  expect(brought).toMatchObject({ fate: 'stored', kind: 'policy', code: null })
  expect(await bring(policy)).toMatchObject({ fate: 'known', kind: 'policy' })
  expect(await getEnvelope(actor, brought.sha256)).toMatchObject({
    kind: 'policy',
    form: 'dsse',
    status: 'parsed',
    signatures: [{ certificate: false }],
  })
  const content = await envelopeContent(actor, brought.sha256)
  expect(content.parts.map(({ title }) => title)).toContain('Step build')
  expect(content.signatures).toHaveLength(1)
})

test('a policy that is broken is quarantined with what is wrong in it; other payloads as ever', async () => {
  const type = 'https://witness.testifysec.com/policy/v0.1'
  expect(await bring(dsse(jsonObject({ steps: [] }), [signer], type))).toMatchObject({
    fate: 'quarantined',
    code: 'MALFORMED',
  })
  expect(await bring(dsse(jsonObject({}), [signer], 'text/plain'))).toMatchObject({
    fate: 'quarantined',
    code: 'UNSUPPORTED',
  })
  const unsigned = jsonObject({ expires: '2035-01-01T00:00:00Z', steps: jsonObject({}) })
  expect(await bring(dsse(unsigned, [], type))).toMatchObject({ fate: 'stored', kind: 'policy', code: 'NO_SIGNATURES' })
})

test('what is no envelope is shown as it is, without payload', async () => {
  const link = metablock(linkDocument({ name: 'build', products: { app: 'app' } }), [signer])
  const { sha256 } = await bring(link)
  expect(await envelopeContent(actor, sha256)).toMatchObject({
    of: 'document',
    payloadType: null,
    text: new TextDecoder().decode(link),
    parts: [{ title: 'Link', facts: [{ name: 'Step', value: 'build' }, { value: '0 files' }, { value: '1 file' }] }],
  })
  await expect(envelopePayload(actor, sha256)).rejects.toThrow(/no DSSE envelope/)
  const broken = await bring(utf8('{"payload": "eA==", "signatures"'))
  expect(await envelopeContent(actor, broken.sha256)).toMatchObject({ of: 'document', signatures: [], parts: [] })
})

test('a large payload is cut on screen and whole in the download', async () => {
  const long = 'x'.repeat(2 * 1024 * 1024)
  const { sha256 } = await bring(dsse(linkDocument({ name: 'build', stdout: long }), [signer]))
  const content = await envelopeContent(actor, sha256)
  expect(content).toMatchObject({ of: 'payload', cut: true })
  expect(content.text.length).toBe(65_536)
  expect(content.size).toBeGreaterThan(long.length)
  expect((await envelopePayload(actor, sha256)).bytes.length).toBe(content.size)
})
