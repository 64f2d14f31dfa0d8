import { decodeUtf8, equalBytes } from './bytes.ts'
import { type Certificate, parseCertificate } from './certificate.ts'
import { DER, type Der, derBits, derChildren, derInteger, derOid, expectTag, readDer } from './der.ts'
import { FormatError } from './format-error.ts'
import { readPem } from './pem.ts'

/** How a certificate is signed; null where it is with something that is not accepted, e.g. SHA-1. */
export type CertificateSignatureAlgorithm =
  | { readonly name: 'rsa-pkcs1'; readonly hash: 'sha256' | 'sha384' | 'sha512' }
  | { readonly name: 'ecdsa'; readonly hash: 'sha256' | 'sha384' | 'sha512' }
  | { readonly name: 'ed25519' }

/** URI subtrees of a name constraint; `others` is true where it speaks of names of another kind too. */
export interface NameConstraints {
  readonly permittedUris: readonly string[]
  readonly excludedUris: readonly string[]
  readonly others: boolean
}

/** Everything of a certificate that path validation and constraints ask for (RFC 5280, section 4). */
export interface X509 extends Certificate {
  readonly der: Uint8Array
  /** what the issuer signed */
  readonly tbs: Uint8Array
  readonly algorithm: CertificateSignatureAlgorithm | null
  readonly algorithmOid: string
  readonly signature: Uint8Array
  /** DER: names are the same exactly if these bytes are */
  readonly subjectDer: Uint8Array
  readonly issuerDer: Uint8Array
  /** the last CN of the subject, as in-toto-golang takes it; empty where there is none */
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly emails: readonly string[]
  /** null: the extension is absent */
  readonly basicConstraints: {
    readonly ca: boolean
    readonly pathLength: number | null
    readonly critical: boolean
  } | null
  readonly keyUsage: {
    readonly digitalSignature: boolean
    readonly keyCertSign: boolean
    readonly crlSign: boolean
    readonly critical: boolean
  } | null
  /** object identifiers; null: the extension is absent, any use is meant */
  readonly extendedKeyUsage: readonly string[] | null
  readonly extendedKeyUsageIsCritical: boolean
  readonly nameConstraints: NameConstraints | null
  /** critical extensions that are not processed: a certificate with any must be refused */
  readonly unprocessedCritical: readonly string[]
}

interface Extension {
  readonly critical: boolean
  readonly value: Uint8Array
}

const EXTENSION = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  extendedKeyUsage: '2.5.29.37',
} as const
const PROCESSED: readonly string[] = Object.values(EXTENSION)

const algorithms: ReadonlyMap<string, CertificateSignatureAlgorithm> = new Map([
  ['1.2.840.113549.1.1.11', { name: 'rsa-pkcs1', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { name: 'rsa-pkcs1', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { name: 'rsa-pkcs1', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { name: 'ecdsa', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { name: 'ecdsa', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { name: 'ecdsa', hash: 'sha512' }],
  ['1.3.101.112', { name: 'ed25519' }],
])

/** Every certificate of a PEM text, in its order. @throws FormatError where there is none, or one is none */
export function parseX509Pem(text: string): X509[] {
  const blocks = readPem(text).filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
  if (blocks.length === 0) throw new FormatError('CERTIFICATE', 'The text holds no PEM certificate.')
  return blocks.map(({ bytes }) => parseX509(bytes))
}

/**
 * Reads one certificate in DER, strictly: version 3, a serial number that is not negative, one signature algorithm
 * named twice alike, no extension twice. Reading decides nothing; see `findPaths`.
 * @throws FormatError CERTIFICATE or DER
 */
export function parseX509(der: Uint8Array): X509 {
  const certificate = parseCertificate(der)
  const [body, outer, signature, more] = derChildren(readDer(der, DER.sequence))
  const tbs = expectTag(body, DER.sequence)
  const fields = derChildren(tbs)
  if (more !== undefined) throw wrong('it has parts after its signature')
  readVersion(fields.shift())
  const [serial, inner, issuer, , subject, , ...rest] = fields
  derInteger(serial)
  const algorithmOid = readAlgorithm(outer, inner)
  const extensions = readExtensions(rest)
  const names = readNames(extensions.get(EXTENSION.subjectAltName))
  const subjectName = expectTag(subject, DER.sequence)
  return {
    ...certificate,
    der,
    tbs: tbs.whole,
    algorithm: algorithms.get(algorithmOid) ?? null,
    algorithmOid,
    signature: derBits(signature),
    subjectDer: subjectName.whole,
    issuerDer: expectTag(issuer, DER.sequence).whole,
    commonName: attributes(subjectName, '2.5.4.3').at(-1) ?? '',
    organizations: attributes(subjectName, '2.5.4.10'),
    uris: names.uris,
    dnsNames: names.dns,
    emails: names.emails,
    basicConstraints: readBasicConstraints(extensions.get(EXTENSION.basicConstraints)),
    keyUsage: readKeyUsage(extensions.get(EXTENSION.keyUsage)),
    extendedKeyUsage: readExtendedKeyUsage(extensions.get(EXTENSION.extendedKeyUsage)),
    extendedKeyUsageIsCritical: extensions.get(EXTENSION.extendedKeyUsage)?.critical ?? false,
    nameConstraints: readNameConstraints(extensions.get(EXTENSION.nameConstraints)),
    unprocessedCritical: [...extensions].flatMap(([oid, { critical }]) =>
      critical && !PROCESSED.includes(oid) ? [oid] : [],
    ),
  }
}

function wrong(why: string): FormatError {
  return new FormatError('CERTIFICATE', `The certificate cannot be used: ${why}.`)
}

/** Only version 3 has extensions, without which nobody says what a certificate is for. */
function readVersion(field: Der | undefined): void {
  if (field?.tag !== 0xa0 || derInteger(readDer(field.content)) !== 2n) throw wrong('it is not of version 3')
}

function readAlgorithm(outer: Der | undefined, inner: Der | undefined): string {
  const named = expectTag(outer, DER.sequence)
  if (!equalBytes(named.whole, expectTag(inner, DER.sequence).whole)) {
    throw wrong('it names two different signature algorithms')
  }
  const [oid, parameters, more] = derChildren(named)
  if (more !== undefined) throw wrong('its signature algorithm has too many parts')
  const id = derOid(oid)
  const known = algorithms.get(id)
  // RFC 4055: RSA has NULL; RFC 5758 and 8410: the others have nothing
  if (known !== undefined && parameters !== undefined && !(known.name === 'rsa-pkcs1' && parameters.tag === DER.null)) {
    throw wrong('its signature algorithm has parameters that do not belong there')
  }
  return id
}

/** After the key: the old unique identifiers are refused, the extensions are required at most once. */
function readExtensions(rest: readonly Der[]): Map<string, Extension> {
  const extensions = new Map<string, Extension>()
  const [field, ...more] = rest
  if (field === undefined) return extensions
  if (field.tag !== 0xa3 || more.length > 0) throw wrong('it has fields that certificates of version 3 do not use')
  for (const extension of derChildren(readDer(field.content, DER.sequence))) {
    const parts = derChildren(expectTag(extension, DER.sequence))
    const [oid, second] = parts
    const flagged = second?.tag === DER.boolean
    const value = parts[flagged ? 2 : 1]
    if (parts.length !== (flagged ? 3 : 2)) throw wrong('an extension has parts that do not belong to one')
    const id = derOid(oid)
    if (extensions.has(id)) throw wrong(`it has the extension ${id} twice`)
    extensions.set(id, {
      critical: flagged && readBoolean(second),
      value: expectTag(value, DER.octetString).content,
    })
  }
  return extensions
}

function readBoolean({ content }: Der): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw wrong('it has a truth value that is none')
  return content[0] === 0xff
}

function readBasicConstraints(extension: Extension | undefined): X509['basicConstraints'] {
  if (extension === undefined) return null
  const parts = derChildren(readDer(extension.value, DER.sequence))
  const ca = parts[0]?.tag === DER.boolean ? readBoolean(parts[0]) : false
  const rest = parts[0]?.tag === DER.boolean ? parts.slice(1) : parts
  const [length, more] = rest
  if (more !== undefined) throw wrong('its basic constraints have parts that do not belong there')
  const pathLength = length === undefined ? null : Number(derInteger(length))
  if (pathLength !== null && !ca) throw wrong('it limits a path and is no authority')
  return { ca, pathLength, critical: extension.critical }
}

function readKeyUsage(extension: Extension | undefined): X509['keyUsage'] {
  if (extension === undefined) return null
  const { content } = readDer(extension.value, DER.bitString)
  const first = content[1]
  if (content.length < 2 || content.length > 3 || first === undefined) throw wrong('its key usage is none')
  const bit = (mask: number) => (first & mask) !== 0
  return {
    digitalSignature: bit(0x80),
    keyCertSign: bit(0x04),
    crlSign: bit(0x02),
    critical: extension.critical,
  }
}

function readExtendedKeyUsage(extension: Extension | undefined): string[] | null {
  if (extension === undefined) return null
  const uses = derChildren(readDer(extension.value, DER.sequence)).map((use) => derOid(use))
  if (uses.length === 0) throw wrong('its extended key usage is empty')
  return uses
}

const NAME = { email: 0x81, dns: 0x82, uri: 0x86 } as const

function readNames(extension: Extension | undefined): { uris: string[]; dns: string[]; emails: string[] } {
  const names = extension === undefined ? [] : derChildren(readDer(extension.value, DER.sequence))
  if (extension !== undefined && names.length === 0) throw wrong('its list of other names is empty')
  const of = (tag: number) => names.filter((name) => name.tag === tag).map(readIa5)
  return { uris: of(NAME.uri), dns: of(NAME.dns), emails: of(NAME.email) }
}

/** IA5String: seven bits. */
function readIa5({ content }: Der): string {
  if (content.some((byte) => byte > 0x7f)) throw wrong('one of its names is not plain ASCII')
  return decodeUtf8(content)
}

function readNameConstraints(extension: Extension | undefined): NameConstraints | null {
  if (extension === undefined) return null
  const parts = derChildren(readDer(extension.value, DER.sequence))
  const bases = (tag: number) =>
    parts.filter((part) => part.tag === tag).flatMap((part) => derChildren(part).map(subtreeBase))
  const permitted = bases(0xa0)
  const excluded = bases(0xa1)
  if (parts.some(({ tag }) => tag !== 0xa0 && tag !== 0xa1)) throw wrong('its name constraints are none')
  const uris = (names: readonly Der[]) => names.filter(({ tag }) => tag === NAME.uri).map(readIa5)
  return {
    permittedUris: uris(permitted),
    excludedUris: uris(excluded),
    others: [...permitted, ...excluded].some(({ tag }) => tag !== NAME.uri),
  }
}

/** RFC 5280, 4.2.1.10: minimum is always 0 and maximum absent, so there is the base alone. */
function subtreeBase(subtree: Der): Der {
  const [base, more] = derChildren(expectTag(subtree, DER.sequence))
  if (base === undefined || more !== undefined) throw wrong('one of its name constraints is none')
  return base
}

function attributes(name: Der, wanted: string): string[] {
  return derChildren(name).flatMap((set) =>
    derChildren(expectTag(set, DER.set)).flatMap((attribute) => {
      const [oid, value] = derChildren(expectTag(attribute, DER.sequence))
      return value !== undefined && derOid(oid) === wanted ? [attributeText(value)] : []
    }),
  )
}

function attributeText({ tag, content }: Der): string {
  if (tag === 0x0c) return decodeUtf8(content)
  if (tag === 0x1e) return new TextDecoder('utf-16be').decode(content)
  return new TextDecoder('latin1').decode(content)
}
