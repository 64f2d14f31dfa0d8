/** Bytes, strict JSON, canonical JSON, keys and certificates. Portable: no node:*, no clock, no network. */
export type { Cut } from './ascii-cutter.ts'
export { asciiCutter } from './ascii-cutter.ts'
export { fromBase64, toBase64 } from './base64.ts'
export {
  compareCodePoints,
  concatBytes,
  decodeUtf8,
  equalBytes,
  fromHex,
  giveBack,
  sha256,
  toHex,
  utf8,
} from './bytes.ts'
export { encodeCanonicalJson } from './canonical-json.ts'
export type { Certificate } from './certificate.ts'
export { parseCertificate, parseCertificates } from './certificate.ts'
export { detectPrivateKey } from './detect-private-key.ts'
export { FormatError } from './format-error.ts'
export { isExpiredKey } from './gpg-key.ts'
export type { JsonObject, JsonValue } from './json-value.ts'
export { JsonFloat, jsonKind, jsonObject } from './json-value.ts'
export type { Curve, Key, KeyType } from './key.ts'
export { golangKeyObject, keyidsOf, keyObject, legacyKeyid, modernKeyid, publicKeyFile } from './keyids.ts'
export { pae } from './pae.ts'
export type { JsonLimits } from './parse-json.ts'
export { JSON_LIMITS, parseJson, parseJsonText, parseJsonValue } from './parse-json.ts'
export { parseKeyObject } from './parse-key-object.ts'
export { keyFromSpki, parsePublicKeyFile, parsePublicKeyPem } from './parse-public-key.ts'
export { readPem, writePem } from './pem.ts'
export { printJson } from './print-json.ts'
export { setOutJson } from './set-out-json.ts'
export type { SpiffeBundle } from './spiffe-bundle.ts'
export { parseSpiffeBundle } from './spiffe-bundle.ts'
export type { SpiffeId, SpiffeIdAnswer } from './spiffe-id.ts'
export { isTrustDomain, parseSpiffeId } from './spiffe-id.ts'
export type { SignedLikeVerifier, TimestampAnswer, TimestampFault, TimestampTrust } from './timestamp-check.ts'
export { checkTimestampToken } from './timestamp-check.ts'
export type { TimestampToken } from './timestamp-token.ts'
export { parseTimestampToken } from './timestamp-token.ts'
export type { X509 } from './x509-certificate.ts'
export { parseX509, parseX509Pem } from './x509-certificate.ts'
export type { CertificatePath, CertificateVerifier, PathCode, PathFault, PathInput } from './x509-path.ts'
export { findPaths, isValidAt, timeFault, validatePath } from './x509-path.ts'
export type { LeafAnswer, SvidFault } from './x509-svid.ts'
export { checkSigningLeaf, checkSvid, trustDomainsOf } from './x509-svid.ts'
