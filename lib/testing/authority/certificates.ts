import { DER, writeDer, writeDerInteger, writeDerOid } from '#lib/crypto/der.ts'
import {
  encodeCanonicalJson,
  type JsonObject,
  type JsonValue,
  jsonObject,
  keyObject,
  parseX509,
  printJson,
  sha256,
  toHex,
  utf8,
  type X509,
} from '#lib/crypto/index.ts'
import { makeKey, type TestKey, type TestKeyKind } from './keys.ts'

/** A certificate of the test authority with the key that it is for. */
export interface TestCertificate {
  readonly key: TestKey
  readonly certificate: X509
  readonly pem: string
  /** as in-toto-golang computes it: every curve is called nistp256 */
  readonly keyid: string
}

/** What a certificate says; every part can be made wrong. */
export interface CertificateSpec {
  /** [attribute object identifier, value], e.g. CN = 2.5.4.3, O = 2.5.4.10 */
  readonly subject?: readonly (readonly [oid: string, value: string])[]
  /** null: signs itself */
  readonly issuer: TestCertificate | null
  readonly kind?: TestKeyKind
  readonly key?: TestKey
  readonly from?: Date
  readonly until?: Date
  readonly uris?: readonly string[]
  readonly dns?: readonly string[]
  readonly emails?: readonly string[]
  /** null: no basic constraints */
  readonly ca?: boolean | null
  readonly pathLength?: number
  /** bits of the first byte; null: no key usage */
  readonly keyUsage?: number | null
  readonly extendedKeyUsage?: readonly string[]
  readonly others?: readonly ExtensionSpec[]
  readonly serial?: Uint8Array
}

export interface ExtensionSpec {
  readonly oid: string
  readonly critical: boolean
  readonly value: Uint8Array
}

export const USAGE = { digitalSignature: 0x80, keyCertSign: 0x04, crlSign: 0x02 } as const
const ORGANIZATION = '2.5.4.10'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

const FROM = new Date('2026-05-01T00:00:00Z')
const UNTIL = new Date('2036-05-01T00:00:00Z')

let serials = 0

/** A root, or an authority below one, as SPIRE makes them: CA, may sign certificates, names its trust domain. */
export function makeAuthority(
  organization: string,
  domain: string | null,
  issuer: TestCertificate | null = null,
  more: Partial<CertificateSpec> = {},
): TestCertificate {
  return makeCertificate({
    subject: [[ORGANIZATION, organization]],
    issuer,
    uris: domain === null ? [] : [`spiffe://${domain}`],
    ca: true,
    keyUsage: USAGE.keyCertSign | USAGE.crlSign,
    ...more,
  })
}

/** An X.509-SVID as SPIRE makes it, with a key of its own. */
export function makeSvid(
  issuer: TestCertificate,
  spiffeId: string,
  more: Partial<CertificateSpec> = {},
): TestCertificate {
  return makeCertificate({
    subject: [[ORGANIZATION, 'SPIRE']],
    issuer,
    uris: [spiffeId],
    ca: false,
    keyUsage: USAGE.digitalSignature,
    extendedKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
    ...more,
  })
}

/** Any certificate, signed with ECDSA or Ed25519. */
export function makeCertificate(spec: CertificateSpec): TestCertificate {
  const key = spec.key ?? makeKey('holder', spec.kind ?? 'ecdsa-p256')
  const signer = spec.issuer?.key ?? key
  const subject = nameDer(spec.subject ?? [])
  const algorithm = writeDer(DER.sequence, writeDerOid(algorithmOf(signer)))
  const tbs = writeDer(
    DER.sequence,
    writeDer(0xa0, writeDerInteger(Uint8Array.of(2))),
    writeDer(DER.integer, spec.serial ?? serialOf(++serials)),
    algorithm,
    spec.issuer?.certificate.subjectDer ?? subject,
    writeDer(DER.sequence, timeDer(spec.from ?? FROM), timeDer(spec.until ?? UNTIL)),
    subject,
    key.key.spki ?? new Uint8Array(),
    writeDer(0xa3, writeDer(DER.sequence, ...extensionsOf(spec).map(extensionDer))),
  )
  const der = writeDer(DER.sequence, tbs, algorithm, bits(signer.sign(tbs)))
  const certificate = parseX509(der)
  return { key, certificate, pem: certificate.pem, keyid: goKeyid(key) }
}

function algorithmOf({ kind }: TestKey): string {
  if (kind === 'ed25519') return '1.3.101.112'
  if (kind === 'ecdsa-p256') return '1.2.840.10045.4.3.2'
  if (kind === 'ecdsa-p384') return '1.2.840.10045.4.3.3'
  if (kind === 'ecdsa-p521') return '1.2.840.10045.4.3.4'
  throw new Error('the test authority signs certificates with ECDSA or Ed25519 only')
}

function serialOf(number: number): Uint8Array {
  return Uint8Array.of(1, number >> 16, (number >> 8) & 0xff, number & 0xff)
}

function extensionsOf(spec: CertificateSpec): ExtensionSpec[] {
  const { ca = null, keyUsage = null, extendedKeyUsage = [], pathLength } = spec
  const names = [
    ...(spec.emails ?? []).map((text) => writeDer(0x81, utf8(text))),
    ...(spec.dns ?? []).map((text) => writeDer(0x82, utf8(text))),
    ...(spec.uris ?? []).map((text) => writeDer(0x86, utf8(text))),
  ]
  const authority = [
    ...(ca ? [writeDer(DER.boolean, Uint8Array.of(0xff))] : []),
    ...(pathLength === undefined ? [] : [writeDerInteger(Uint8Array.of(pathLength))]),
  ]
  return [
    ...(ca === null ? [] : [{ oid: '2.5.29.19', critical: true, value: writeDer(DER.sequence, ...authority) }]),
    ...(keyUsage === null ? [] : [{ oid: '2.5.29.15', critical: true, value: usageDer(keyUsage) }]),
    ...(extendedKeyUsage.length === 0
      ? []
      : [{ oid: '2.5.29.37', critical: false, value: writeDer(DER.sequence, ...extendedKeyUsage.map(writeDerOid)) }]),
    ...(names.length === 0 ? [] : [{ oid: '2.5.29.17', critical: false, value: writeDer(DER.sequence, ...names) }]),
    ...(spec.others ?? []),
  ]
}

function extensionDer({ oid, critical, value }: ExtensionSpec): Uint8Array {
  const flag = critical ? [writeDer(DER.boolean, Uint8Array.of(0xff))] : []
  return writeDer(DER.sequence, writeDerOid(oid), ...flag, writeDer(DER.octetString, value))
}

/** A BIT STRING of named bits: no zero bits at its end. */
function usageDer(usage: number): Uint8Array {
  let unused = 0
  while (unused < 7 && ((usage >> unused) & 1) === 0) unused++
  return writeDer(DER.bitString, Uint8Array.of(unused, usage))
}

function nameDer(attributes: readonly (readonly [string, string])[]): Uint8Array {
  const sets = attributes.map(([oid, value]) =>
    writeDer(DER.set, writeDer(DER.sequence, writeDerOid(oid), writeDer(0x0c, utf8(value)))),
  )
  return writeDer(DER.sequence, ...sets)
}

/** UTCTime up to 2049, GeneralizedTime after it (RFC 5280, 4.1.2.5). */
function timeDer(date: Date): Uint8Array {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  return date.getUTCFullYear() < 2050 ? writeDer(0x17, utf8(digits.slice(2))) : writeDer(0x18, utf8(digits))
}

function bits(bytes: Uint8Array): Uint8Array {
  return writeDer(DER.bitString, Uint8Array.of(0), bytes)
}

/** sha256 over the key object with the PEM without its last line break, every curve called nistp256. */
function goKeyid({ key }: TestKey): string {
  const identity = jsonObject({
    keyid_hash_algorithms: ['sha256', 'sha512'],
    keytype: key.keytype,
    keyval: jsonObject({ public: publicText(key) }),
    scheme: key.keytype === 'ecdsa' ? 'ecdsa-sha2-nistp256' : key.scheme,
  })
  return toHex(sha256(encodeCanonicalJson(identity)))
}

function publicText({ keytype, spki, pem }: TestKey['key']): string {
  return keytype === 'ed25519' ? toHex((spki ?? new Uint8Array()).subarray(-32)) : (pem ?? '')
}

/** A Metablock file as in-toto-golang writes it: each signature carries its certificate. */
export function certifiedMetablock(
  document: JsonObject,
  signers: readonly { readonly by: TestCertificate; readonly keyid?: string; readonly pem?: string | null }[],
): Uint8Array<ArrayBuffer> {
  const message = encodeCanonicalJson(document)
  const signatures = signers.map(({ by, keyid = by.keyid, pem = by.pem }) =>
    jsonObject({ keyid, sig: toHex(by.key.sign(message)), ...(pem === null ? {} : { cert: pem }) }),
  )
  return utf8(printJson(jsonObject({ signatures, signed: document }), 1))
}

export interface ConstraintSpec {
  readonly commonName?: string
  readonly dnsNames?: readonly string[]
  readonly emails?: readonly string[]
  readonly organizations?: readonly string[]
  readonly roots?: readonly string[]
  readonly uris?: readonly string[]
}

/** A constraint as in-toto-golang writes it; what is not given takes anything. */
export function constraintObject(spec: ConstraintSpec): JsonObject {
  const list = (values: readonly string[] = ['*']): JsonValue => [...values]
  return jsonObject({
    common_name: spec.commonName ?? '*',
    dns_names: list(spec.dnsNames),
    emails: list(spec.emails),
    organizations: list(spec.organizations),
    roots: list(spec.roots),
    uris: list(spec.uris),
  })
}

/** Certificate authorities as in-toto-golang lists them in a layout. */
export function authoritiesObject(authorities: readonly TestCertificate[]): JsonObject {
  return new Map(
    authorities.map(({ key: { key }, keyid, pem }) => {
      const object = keyObject(key, 'legacy')
      object.set('keyid', keyid)
      if (key.keytype === 'ecdsa') object.set('scheme', 'ecdsa-sha2-nistp256')
      object.set('keyval', jsonObject({ certificate: pem, public: publicText(key) }))
      return [keyid, object] as const
    }),
  )
}
