import { X509Certificate } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '#lib/testing/shared-data.ts'
import { FormatError, parseCertificates, toHex } from './index.ts'

const folder = sharedPath('corpus')
const files = folder === null ? [] : globSync('{in-toto,spiffe,svid}/**/*.pem', { cwd: folder }).sort()
const withCertificate = files.filter((file) =>
  readFileSync(`${folder}/${file}`, 'latin1').includes('BEGIN CERTIFICATE'),
)

/** Node's `ca` wants keyCertSign too; here CA:TRUE of the basic constraints is shown. */
const caByConstraintOnly = new Set([
  'spiffe/x509svid/wrong-intermediate-no-key-cert-sign.pem 1',
  'spiffe/x509svid/wrong-leaf-ca-true.pem 0',
])

describe.skipIf(folder === null)('certificates of the corpus (skipped without ../shared/corpus)', () => {
  test('are at least 15 files', () => {
    expect(withCertificate.length).toBeGreaterThanOrEqual(15)
  })

  test.each(withCertificate.filter((file) => !file.includes('corrupt')))('%s is read as Node reads it', (file) => {
    expect(existsSync(`${folder}/${file}`)).toBe(true)
    for (const [index, certificate] of parseCertificates(readFileSync(`${folder}/${file}`, 'latin1')).entries()) {
      const node = new X509Certificate(certificate.pem)
      expect(certificate.sha256).toBe(node.fingerprint256.replaceAll(':', '').toLowerCase())
      expect(certificate.notBefore).toEqual(new Date(node.validFrom))
      expect(certificate.notAfter).toEqual(new Date(node.validTo))
      expect(certificate.isCa).toBe(node.ca || caByConstraintOnly.has(`${file} ${index}`))
      expect(certificate.uris.map((uri) => `URI:${uri}`)).toEqual(
        (node.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('URI:') && name !== 'URI:'),
      )
      expect(toHex(certificate.spki)).toBe(node.publicKey.export({ type: 'spki', format: 'der' }).toString('hex'))
    }
  })

  test.each(withCertificate.filter((file) => file.includes('corrupt-cert')))('%s is refused', (file) => {
    expect(() => parseCertificates(readFileSync(`${folder}/${file}`, 'latin1'))).toThrowError(FormatError)
  })

  test('every truncation of one is refused', () => {
    const [file = ''] = withCertificate
    const [whole] = parseCertificates(readFileSync(`${folder}/${file}`, 'latin1'))
    const base64 = (whole?.pem ?? '').replace(/-----[A-Z ]+-----|\n/g, '')
    for (let length = 0; length < base64.length - 4; length += 40) {
      const pem = `-----BEGIN CERTIFICATE-----\n${base64.slice(0, length)}\n-----END CERTIFICATE-----`
      expect(() => parseCertificates(pem)).toThrowError(FormatError)
    }
  })
})

test('text without a certificate is refused', () => {
  expect(() => parseCertificates('hello')).toThrowError(expect.objectContaining({ code: 'CERTIFICATE' }))
})
