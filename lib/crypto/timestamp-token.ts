import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { equalBytes, toHex } from './bytes.ts'
import { DER, type Der, derChildren, derInteger, derOid, expectTag, readDer, writeDer } from './der.ts'
import { FormatError } from './format-error.ts'
import { type CertificateSignatureAlgorithm, parseX509, type X509 } from './x509-certificate.ts'

export type ImprintHash = 'sha256' | 'sha384' | 'sha512'

/** A time stamp token (RFC 3161) as it is written. Reading decides nothing; see `checkTimestampToken`. */
export interface TimestampToken {
  /** what was stamped: the hash of it */
  readonly imprint: { readonly hash: ImprintHash; readonly digest: Uint8Array }
  /** milliseconds */
  readonly genTime: number
  /** milliseconds by which the authority may be wrong; null: it does not say */
  readonly accuracy: number | null
  /** the authority's policy, an object identifier */
  readonly policy: string
  readonly serial: string
  /** TSTInfo, which the signed attributes speak of */
  readonly content: Uint8Array
  /** the signed attributes as they are signed: as a SET, not as [0] */
  readonly signedAttributes: Uint8Array
  readonly messageDigest: { readonly hash: ImprintHash; readonly digest: Uint8Array }
  readonly signer: { readonly issuerDer: Uint8Array; readonly serial: string }
  /** ESSCertID (RFC 2634, SHA-1) or ESSCertIDv2 (RFC 5816) of the signer's certificate */
  readonly signerHash: { readonly hash: 'sha1' | ImprintHash; readonly digest: Uint8Array }
  /** null where it is signed with something that is not accepted, e.g. SHA-1 */
  readonly algorithm: CertificateSignatureAlgorithm | null
  readonly signature: Uint8Array
  /** whatever came with it: they carry no trust */
  readonly certificates: readonly X509[]
}

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const

const HASHES: ReadonlyMap<string, ImprintHash> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

const digestWith = { sha1, sha256, sha384, sha512 } as const

export function digestOf(hash: keyof typeof digestWith, bytes: Uint8Array): Uint8Array {
  return digestWith[hash](bytes)
}

/** Beyond this a token is no token: real ones have two to eight kilobytes. */
const MOST_BYTES = 64 * 1024
const MOST_CERTIFICATES = 16

function wrong(why: string): FormatError {
  return new FormatError('TIMESTAMP', `The time stamp token cannot be read: ${why}.`)
}

/**
 * Reads one token in DER: CMS SignedData (RFC 5652) with one signer around TSTInfo (RFC 3161, section 2.4.2).
 * @throws FormatError TIMESTAMP, DER or CERTIFICATE
 */
export function parseTimestampToken(bytes: Uint8Array): TimestampToken {
  if (bytes.length > MOST_BYTES) throw wrong(`it has ${bytes.length} bytes, at most ${MOST_BYTES} are read`)
  const [type, explicit, more] = derChildren(readDer(bytes, DER.sequence))
  if (type?.tag !== DER.oid || derOid(type) !== OID.signedData || more !== undefined)
    throw wrong('it is no CMS SignedData')
  const signedData = readDer(expectTag(explicit, 0xa0).content, DER.sequence)
  const [version, algorithms, encapsulated, ...rest] = derChildren(signedData)
  derInteger(version)
  expectTag(algorithms, DER.set)
  const content = readContent(encapsulated)
  const certificates = readCertificates(optional(rest, 0xa0))
  optional(rest, 0xa1)
  const [signers, ...others] = rest
  const [signer, second] = derChildren(expectTag(signers, DER.set))
  if (others.length > 0 || second !== undefined) throw wrong('it is not signed by exactly one')
  return { ...readInfo(content), content, ...readSigner(signer), certificates }
}

/** Takes the first element where it has the tag. */
function optional(rest: Der[], tag: number): Der | undefined {
  return rest[0]?.tag === tag ? rest.shift() : undefined
}

function readContent(field: Der | undefined): Uint8Array {
  const [type, explicit, more] = derChildren(expectTag(field, DER.sequence))
  if (derOid(type) !== OID.tstInfo || more !== undefined) throw wrong('what it signs is no time stamp')
  return readDer(expectTag(explicit, 0xa0).content, DER.octetString).content
}

function readCertificates(field: Der | undefined): X509[] {
  const certificates = field === undefined ? [] : derChildren(field)
  if (certificates.length > MOST_CERTIFICATES) throw wrong(`more than ${MOST_CERTIFICATES} certificates came with it`)
  return certificates.flatMap(({ whole }) => readable(whole))
}

/** A certificate that cannot be read helps nobody, and hurts nobody. */
function readable(der: Uint8Array): X509[] {
  try {
    return [parseX509(der)]
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
}

type Info = Pick<TimestampToken, 'imprint' | 'genTime' | 'accuracy' | 'policy' | 'serial'>

function readInfo(content: Uint8Array): Info {
  const [version, policy, imprint, serial, time, ...rest] = derChildren(readDer(content, DER.sequence))
  if (derInteger(version) !== 1n) throw wrong('it is not of version 1')
  const [algorithm, digest, more] = derChildren(expectTag(imprint, DER.sequence))
  if (more !== undefined) throw wrong('what it stamps has parts that do not belong there')
  const info = {
    policy: derOid(policy),
    imprint: { hash: readHash(algorithm), digest: expectTag(digest, DER.octetString).content },
    serial: toHex(expectTag(serial, DER.integer).content),
    genTime: readTime(time),
    accuracy: readAccuracy(optional(rest, DER.sequence)),
  }
  optional(rest, DER.boolean)
  optional(rest, DER.integer)
  optional(rest, 0xa0)
  // extensions may restrict what it means, and none is known
  if (rest.length > 0) throw wrong('it has extensions that are not known')
  return info
}

function readHash(field: Der | undefined): ImprintHash {
  const [oid, parameters, more] = derChildren(expectTag(field, DER.sequence))
  const hash = HASHES.get(derOid(oid))
  if (hash === undefined) throw wrong(`the hash ${derOid(oid)} is not accepted, SHA-256, -384 and -512 are`)
  if (more !== undefined || (parameters !== undefined && parameters.tag !== DER.null)) {
    throw wrong('its hash has parameters that do not belong there')
  }
  return hash
}

/** GeneralizedTime in UTC, with a fraction or without (RFC 3161). */
function readTime(field: Der | undefined): number {
  const text = new TextDecoder('latin1').decode(expectTag(field, 0x18).content)
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{0,8}[1-9])?Z$/.exec(text)
  const [, year, month, day, hour, minute, second, fraction = ''] = match ?? []
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = Date.parse(iso)
  if (match === null || Number.isNaN(time) || new Date(time).toISOString() !== iso) {
    throw wrong(`its time ${JSON.stringify(text)} is none`)
  }
  return time + Math.floor(Number(`0${fraction}`) * 1000)
}

function readAccuracy(field: Der | undefined): number | null {
  if (field === undefined) return null
  const parts = derChildren(field)
  const number = (tag: number) => {
    const part = optional(parts, tag)
    return part === undefined ? 0 : Number(derInteger({ ...part, tag: DER.integer }))
  }
  const milliseconds = number(DER.integer) * 1000 + number(0x80) + Math.ceil(number(0x81) / 1000)
  if (parts.length > 0 || !Number.isSafeInteger(milliseconds)) throw wrong('its accuracy is none')
  return milliseconds
}

type Signer = Pick<
  TimestampToken,
  'signer' | 'signedAttributes' | 'messageDigest' | 'signerHash' | 'algorithm' | 'signature'
>

/** SignerInfo (RFC 5652, section 5.3). */
function readSigner(field: Der | undefined): Signer {
  const [version, id, digestAlgorithm, attributes, signatureAlgorithm, signature, ...rest] = derChildren(
    expectTag(field, DER.sequence),
  )
  derInteger(version)
  optional(rest, 0xa1)
  if (rest.length > 0) throw wrong('its signer has parts that do not belong there')
  const [issuer, serial, more] = derChildren(expectTag(id, DER.sequence))
  if (more !== undefined) throw wrong('its signer is not named by issuer and number')
  const hash = readHash(digestAlgorithm)
  const signed = readAttributes(expectTag(attributes, 0xa0))
  const type = single(signed, OID.contentType)
  if (type === undefined || derOid(type) !== OID.tstInfo) throw wrong('its signature is not about a time stamp')
  return {
    signer: {
      issuerDer: expectTag(issuer, DER.sequence).whole,
      serial: toHex(expectTag(serial, DER.integer).content),
    },
    signedAttributes: writeDer(DER.set, expectTag(attributes, 0xa0).content),
    messageDigest: { hash, digest: expectTag(single(signed, OID.messageDigest), DER.octetString).content },
    signerHash: readSignerHash(signed),
    algorithm: algorithmOf(readOid(signatureAlgorithm), hash),
    signature: expectTag(signature, DER.octetString).content,
  }
}

function readAttributes(field: Der): Map<string, readonly Der[]> {
  const attributes = new Map<string, readonly Der[]>()
  for (const attribute of derChildren(field)) {
    const [oid, values, more] = derChildren(expectTag(attribute, DER.sequence))
    const id = derOid(oid)
    if (attributes.has(id) || more !== undefined) throw wrong(`it has the signed attribute ${id} twice`)
    attributes.set(id, derChildren(expectTag(values, DER.set)))
  }
  return attributes
}

function single(attributes: ReadonlyMap<string, readonly Der[]>, oid: string): Der | undefined {
  const values = attributes.get(oid) ?? []
  if (values.length > 1) throw wrong(`its signed attribute ${oid} has several values`)
  return values[0]
}

/** The first of the list is the signer's own certificate (RFC 2634 5.4, RFC 5816 3). */
function readSignerHash(attributes: ReadonlyMap<string, readonly Der[]>): TimestampToken['signerHash'] {
  const second = single(attributes, OID.signingCertificateV2)
  const found = second ?? single(attributes, OID.signingCertificate)
  if (found === undefined) throw wrong('it does not say which certificate signed it')
  const [list] = derChildren(expectTag(found, DER.sequence))
  const [first] = derChildren(expectTag(list, DER.sequence))
  const parts = derChildren(expectTag(first, DER.sequence))
  const named = second === undefined ? undefined : optional(parts, DER.sequence)
  const hash = second === undefined ? 'sha1' : named === undefined ? 'sha256' : readHash(named)
  return { hash, digest: expectTag(parts[0], DER.octetString).content }
}

function readOid(field: Der | undefined): string {
  const [oid] = derChildren(expectTag(field, DER.sequence))
  return derOid(oid)
}

/** With plain rsaEncryption the digest's own hash is meant; one that names its hash must name the same. */
function algorithmOf(oid: string, hash: ImprintHash): CertificateSignatureAlgorithm | null {
  if (oid === '1.2.840.113549.1.1.1') return { name: 'rsa-pkcs1', hash }
  if (oid === '1.3.101.112') return { name: 'ed25519' }
  const named = NAMED.get(oid)
  return named !== undefined && named.hash === hash ? named : null
}

const NAMED: ReadonlyMap<string, { readonly name: 'rsa-pkcs1' | 'ecdsa'; readonly hash: ImprintHash }> = new Map([
  ['1.2.840.113549.1.1.11', { name: 'rsa-pkcs1', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { name: 'rsa-pkcs1', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { name: 'rsa-pkcs1', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { name: 'ecdsa', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { name: 'ecdsa', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { name: 'ecdsa', hash: 'sha512' }],
])

/** The certificate that signed the token: by name and number, and by the hash that is itself signed. */
export function signerOf(token: TimestampToken, certificates: readonly X509[]): X509 | null {
  const { signer, signerHash } = token
  const named = certificates.find(
    (one) => one.serial === signer.serial && equalBytes(one.issuerDer, signer.issuerDer) && fits(one, signerHash),
  )
  return named ?? null
}

function fits({ der }: X509, { hash, digest }: TimestampToken['signerHash']): boolean {
  return equalBytes(digestOf(hash, der), digest)
}
