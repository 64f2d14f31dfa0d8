import { constants, verify } from 'node:crypto'
import type { X509 } from '../x509-certificate.ts'
import { publicKeyOf } from './public-key.ts'

/**
 * Whether the key of `issuer` signed `certificate`, or something else that is signed like one. Never throws for a
 * signature that is none.
 */
export function verifyCertificate(
  certificate: Pick<X509, 'algorithm' | 'tbs' | 'signature'>,
  issuer: Pick<X509, 'key'>,
): boolean {
  const { algorithm, tbs, signature } = certificate
  if (algorithm === null || issuer.key === null || signature.length === 0) return false
  if (issuer.key.keytype !== keytypes[algorithm.name]) return false
  try {
    const key = publicKeyOf(issuer.key)
    switch (algorithm.name) {
      case 'rsa-pkcs1':
        return verify(algorithm.hash, tbs, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
      case 'ecdsa':
        return verify(algorithm.hash, tbs, { key, dsaEncoding: 'der' }, signature)
      case 'ed25519':
        return signature.length === 64 && verify(null, tbs, key, signature)
    }
  } catch {
    // OpenSSL throws for signatures that are no signatures at all
    return false
  }
}

const keytypes = { 'rsa-pkcs1': 'rsa', ecdsa: 'ecdsa', ed25519: 'ed25519' } as const
