import { expect, test } from 'vitest'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { parseEnvelope } from '#lib/in-toto/index.ts'
import { layoutDocument, linkDocument } from './documents.ts'
import { dsse, linkFileName, metablock } from './envelopes.ts'
import { makeKey, type TestKeyKind } from './keys.ts'

const kinds: TestKeyKind[] = ['rsa', 'ed25519', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521']

test.each(kinds)('a %s key of the authority signs links that verify in both envelopes', (kind) => {
  const signer = makeKey('ci', kind)
  const document = linkDocument({ name: 'build', products: { 'dist/app.js': 'x' }, command: ['npm', 'run', 'build'] })
  for (const bytes of [metablock(document, [signer]), dsse(document, [signer])]) {
    const envelope = parseEnvelope(bytes)
    expect(envelope.kind).toBe('link')
    const [signature] = envelope.signatures
    expect(signature?.keyid).toBe(signer.keyid)
    expect(verifySignature(signer.key, envelope.signedBytes, signature?.bytes ?? new Uint8Array())).toEqual({
      valid: true,
    })
    expect(
      verifySignature(makeKey('other', kind).key, envelope.signedBytes, signature?.bytes ?? new Uint8Array()).valid,
    ).toBe(false)
  }
  expect(linkFileName('build', signer)).toBe(`build.${signer.keyid.slice(0, 8)}.link`)
})

test('a layout of the authority reads as a layout with its keys and rules', () => {
  const owner = makeKey('owner')
  const ci = makeKey('ci', 'ecdsa-p256')
  const document = layoutDocument({
    expires: new Date('2030-01-01T00:00:00Z'),
    steps: [{ name: 'build', keys: [ci.key], products: ['CREATE dist/*', 'DISALLOW *'] }],
  })
  const envelope = parseEnvelope(metablock(document, [owner]))
  expect(envelope.kind).toBe('layout')
})
