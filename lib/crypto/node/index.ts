/** Signature verification and hashing with node:crypto. */
export { publicKeyOf } from './public-key.ts'
export { sha256Hex } from './sha256-hex.ts'
export { verifyCertificate } from './verify-certificate.ts'
export { verifyGpgSignature } from './verify-gpg-signature.ts'
export type { SignatureAlgorithm, SignatureAnswer } from './verify-signature.ts'
export { verifySignature, verifyWith } from './verify-signature.ts'
