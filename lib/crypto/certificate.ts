import { decodeUtf8, sha256, toHex } from './bytes.ts'
import { DER, type Der, derChildren, derOid, expectTag, readDer } from './der.ts'
import { FormatError } from './format-error.ts'
import type { Key } from './key.ts'
import { keyFromSpki } from './parse-public-key.ts'
import { readPem, writePem } from './pem.ts'

/** What an X.509 certificate says of itself, for display. Nothing here was checked against an issuer. */
export interface Certificate {
  /** of the DER, lower-case hex */
  readonly sha256: string
  readonly pem: string
  /** RFC 4514 style, most specific first */
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** basicConstraints CA:TRUE */
  readonly isCa: boolean
  /** URI names of the subject */
  readonly uris: readonly string[]
  /** the only URI name, where it is a SPIFFE ID */
  readonly spiffeId: string | null
  readonly spki: Uint8Array
  /** null where the kind of key is not supported */
  readonly key: Key | null
}

const attributeNames: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.45', 'x500UniqueIdentifier'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
])

const BASIC_CONSTRAINTS = '2.5.29.19'
const SUBJECT_ALT_NAME = '2.5.29.17'

/** Every certificate of a PEM text. Other blocks are left out; none at all is an error. */
export function parseCertificates(text: string): Certificate[] {
  const blocks = readPem(text).filter((block) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(block.label))
  if (blocks.length === 0) throw new FormatError('CERTIFICATE', 'The text holds no PEM certificate.')
  return blocks.map((block) => parseCertificate(block.bytes))
}

/** Reads one certificate in DER (RFC 5280, section 4.1). */
export function parseCertificate(der: Uint8Array): Certificate {
  const [body] = derChildren(readDer(der, DER.sequence))
  const fields = derChildren(expectTag(body, DER.sequence))
  // the version is the only optional field in front
  if (fields[0]?.tag === 0xa0) fields.shift()
  const [serial, , issuer, validity, subject, spki, ...rest] = fields
  const [notBefore, notAfter] = derChildren(expectTag(validity, DER.sequence))
  const extensions = readExtensions(rest.find((field) => field.tag === 0xa3))
  const uris = uriNames(extensions.get(SUBJECT_ALT_NAME))
  const [uri] = uris
  const publicKey = expectTag(spki, DER.sequence).whole
  return {
    sha256: toHex(sha256(der)),
    pem: writePem('CERTIFICATE', der),
    subject: readName(subject),
    issuer: readName(issuer),
    serial: toHex(expectTag(serial, DER.integer).content),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    isCa: isAuthority(extensions.get(BASIC_CONSTRAINTS)),
    uris,
    spiffeId: uris.length === 1 && uri?.startsWith('spiffe://') ? uri : null,
    spki: publicKey,
    key: keyOrNull(publicKey),
  }
}

function keyOrNull(spki: Uint8Array): Key | null {
  try {
    return keyFromSpki(spki)
  } catch (cause) {
    if (cause instanceof FormatError) return null
    throw cause
  }
}

function readExtensions(field: Der | undefined): ReadonlyMap<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>()
  if (field === undefined) return extensions
  for (const extension of derChildren(readDer(field.content, DER.sequence))) {
    const [oid, ...others] = derChildren(expectTag(extension, DER.sequence))
    const id = derOid(oid)
    if (extensions.has(id)) throw new FormatError('CERTIFICATE', `The certificate has the extension ${id} twice.`)
    extensions.set(id, expectTag(others.at(-1), DER.octetString).content)
  }
  return extensions
}

function isAuthority(extension: Uint8Array | undefined): boolean {
  if (extension === undefined) return false
  const [ca] = derChildren(readDer(extension, DER.sequence))
  return ca?.tag === DER.boolean && ca.content.length === 1 && ca.content[0] !== 0
}

function uriNames(extension: Uint8Array | undefined): string[] {
  if (extension === undefined) return []
  const names = derChildren(readDer(extension, DER.sequence))
  return names.filter((name) => name.tag === 0x86).map((name) => readText(name))
}

function readName(name: Der | undefined): string {
  const sets = derChildren(expectTag(name, DER.sequence))
  const parts = sets.map((set) => derChildren(expectTag(set, DER.set)).map(readAttribute).join('+'))
  return parts.reverse().join(', ')
}

function readAttribute(attribute: Der): string {
  const [oid, value] = derChildren(expectTag(attribute, DER.sequence))
  const id = derOid(oid)
  const text = value === undefined ? '' : readText(value).replace(/[,+"\\<>;]/g, '\\$&')
  return `${attributeNames.get(id) ?? id}=${text}`
}

/** UTF8String, BMPString, and the one-byte strings. */
function readText(value: Der): string {
  if (value.tag === 0x0c) return decodeUtf8(value.content)
  if (value.tag === 0x1e) return new TextDecoder('utf-16be').decode(value.content)
  return new TextDecoder('latin1').decode(value.content)
}

/** UTCTime or GeneralizedTime as RFC 5280 wants them: seconds and Z. */
function readTime(value: Der | undefined): Date {
  const text = value === undefined ? '' : readText(value)
  const utc = value?.tag === 0x17 && /^\d{12}Z$/.test(text)
  const general = value?.tag === 0x18 && /^\d{14}Z$/.test(text)
  const digits = utc ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : general ? text : ''
  const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z')
  const date = new Date(iso)
  // also refuses 31 February, which Date would move to March
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) {
    throw new FormatError('CERTIFICATE', `The certificate has a time that is none: "${text}".`)
  }
  return date
}
