import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { validatePath } from '#lib/crypto/index.ts'
import { verifyCertificate } from '#lib/crypto/node/index.ts'
import { makeAuthority, makeSvid } from './certificates.ts'

test('what the authority issues is a certificate to Node too', () => {
  const root = makeAuthority('root', 'example.org')
  const svid = makeSvid(root, 'spiffe://example.org/ci/build', { dns: ['build.example.org'] })
  const node = new X509Certificate(svid.pem)
  expect(node.verify(new X509Certificate(root.pem).publicKey)).toBe(true)
  expect(node.subjectAltName).toBe('DNS:build.example.org, URI:spiffe://example.org/ci/build')
  expect(node.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  expect(node.ca).toBe(false)
  expect(new X509Certificate(root.pem).ca).toBe(true)
})

test.each(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519'] as const)('a chain of %s keys is one', (kind) => {
  const root = makeAuthority('root', 'example.org', null, { kind })
  const middle = makeAuthority('middle', 'example.org', root, { kind })
  const leaf = makeSvid(middle, 'spiffe://example.org/a', { kind }).certificate
  const input = { leaf, intermediates: [middle.certificate], roots: [root.certificate], verify: verifyCertificate }
  expect(validatePath({ ...input, at: Date.parse('2026-06-01T00:00:00Z') })).toMatchObject({ valid: true })
  expect(validatePath({ ...input, roots: [], at: 0 })).toMatchObject({ valid: false, code: 'ISSUER_UNKNOWN' })
})
