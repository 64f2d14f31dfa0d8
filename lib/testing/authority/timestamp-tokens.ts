import { DER, derChildren, expectTag, readDer, writeDer, writeDerInteger, writeDerOid } from '#lib/crypto/der.ts'
import { utf8 } from '#lib/crypto/index.ts'
import { digestOf } from '#lib/crypto/timestamp-token.ts'
import type { TestCertificate } from './certificates.ts'
import type { TestKey } from './keys.ts'

export const TOKEN_OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const

type Bytes = Uint8Array

/** What a time stamp says (TSTInfo); every part can be made wrong. */
export interface InfoSpec {
  readonly version?: number
  readonly hash?: string
  /** what is stamped: its digest */
  readonly digest: Bytes
  /** as it is written, e.g. 20260601120000Z */
  readonly time?: string
  /** DER of what follows the time: accuracy, ordering, nonce, name, extensions */
  readonly rest?: readonly Bytes[]
}

export function writeInfo({ version = 1, hash = TOKEN_OID.sha256, digest, time, rest = [] }: InfoSpec): Bytes {
  return writeDer(
    DER.sequence,
    writeDerInteger(Uint8Array.of(version)),
    writeDerOid('1.2.3.4'),
    writeDer(DER.sequence, writeAlgorithm(hash), writeDer(DER.octetString, digest)),
    writeDerInteger(Uint8Array.of(7)),
    writeDer(0x18, utf8(time ?? '20260601120000Z')),
    ...rest,
  )
}

export function writeAlgorithm(oid: string, ...parameters: readonly Bytes[]): Bytes {
  return writeDer(DER.sequence, writeDerOid(oid), ...parameters)
}

export function writeAttribute(oid: string, ...values: readonly Bytes[]): Bytes {
  return writeDer(DER.sequence, writeDerOid(oid), writeDer(DER.set, ...values))
}

/** ESSCertIDv2, by SHA-256 unless another hash is named. */
export function writeSignerHashV2(der: Bytes, hash?: 'sha256' | 'sha384' | 'sha512'): Bytes {
  const named = hash === undefined ? [] : [writeAlgorithm(TOKEN_OID[hash])]
  const id = writeDer(DER.sequence, ...named, writeDer(DER.octetString, digestOf(hash ?? 'sha256', der)))
  return writeDer(DER.sequence, writeDer(DER.sequence, id))
}

/** ESSCertID, by SHA-1. */
export function writeSignerHash(der: Bytes): Bytes {
  const id = writeDer(DER.sequence, writeDer(DER.octetString, digestOf('sha1', der)))
  return writeDer(DER.sequence, writeDer(DER.sequence, id))
}

/** A token; what is not given is as it should be. */
export interface TokenSpec {
  readonly info: Bytes
  readonly by: TestCertificate
  /** signs in the place of the certificate's own key */
  readonly key?: TestKey
  /** whose name and number the signer carries */
  readonly named?: TestCertificate
  readonly certificates?: readonly TestCertificate[]
  readonly outerType?: string
  readonly contentType?: string
  /** by type; what is named here replaces the attribute of that type, an empty list leaves it out */
  readonly attributes?: Readonly<Record<string, readonly Bytes[]>>
  /** more attributes, as they are */
  readonly moreAttributes?: readonly Bytes[]
  readonly digestAlgorithm?: Bytes
  readonly signatureAlgorithm?: string
  /** DER behind the signature */
  readonly unsigned?: readonly Bytes[]
  /** the signer infos, made of the one that is right */
  readonly signers?: (right: Bytes) => readonly Bytes[]
  /** DER behind the signer infos */
  readonly behind?: readonly Bytes[]
  /** DER behind issuer and number, behind the content, and behind everything */
  readonly moreSigner?: readonly Bytes[]
  readonly behindContent?: readonly Bytes[]
  readonly behindAll?: readonly Bytes[]
  /** tag of the outer type, instead of that of an object identifier */
  readonly outerTag?: number
  /** revocation lists, as they are */
  readonly revocation?: readonly Bytes[]
  /** versions of the SignedData and of the signer */
  readonly versions?: readonly [Bytes, Bytes]
  /** the list of digest algorithms */
  readonly algorithms?: Bytes
}

/** A time stamp token (CMS SignedData around TSTInfo), put together here: every field can be made wrong alone. */
export function makeToken(spec: TokenSpec): Bytes {
  const { info, by, outerType = TOKEN_OID.signedData, contentType = TOKEN_OID.tstInfo } = spec
  const encapsulated = [writeDerOid(contentType), writeDer(0xa0, writeDer(DER.octetString, info))]
  const content = writeDer(DER.sequence, ...encapsulated, ...(spec.behindContent ?? []))
  const certificates = (spec.certificates ?? [by]).map(({ certificate }) => certificate.der)
  const right = writeSigner(spec)
  const signedData = writeDer(
    DER.sequence,
    spec.versions?.[0] ?? writeDerInteger(Uint8Array.of(3)),
    spec.algorithms ?? writeDer(DER.set, writeAlgorithm(TOKEN_OID.sha256)),
    content,
    ...(certificates.length === 0 ? [] : [writeDer(0xa0, ...certificates)]),
    ...(spec.revocation ?? []),
    writeDer(DER.set, ...(spec.signers ?? ((one) => [one]))(right)),
    ...(spec.behind ?? []),
  )
  const type = writeDerOid(outerType)
  if (spec.outerTag !== undefined) type[0] = spec.outerTag
  return writeDer(DER.sequence, type, writeDer(0xa0, signedData), ...(spec.behindAll ?? []))
}

function writeSigner(spec: TokenSpec): Bytes {
  const { by, named = by, key = by.key } = spec
  const attributes = attributesOf(spec)
  const { issuerDer, der } = named.certificate
  return writeDer(
    DER.sequence,
    spec.versions?.[1] ?? writeDerInteger(Uint8Array.of(1)),
    writeDer(DER.sequence, issuerDer, serialDer(der), ...(spec.moreSigner ?? [])),
    spec.digestAlgorithm ?? writeAlgorithm(TOKEN_OID.sha256),
    writeDer(0xa0, ...attributes),
    writeAlgorithm(spec.signatureAlgorithm ?? '1.2.840.10045.4.3.2'),
    writeDer(DER.octetString, key.sign(writeDer(DER.set, ...attributes))),
    ...(spec.unsigned ?? []),
  )
}

function attributesOf({ info, by, attributes = {}, moreAttributes = [] }: TokenSpec): readonly Bytes[] {
  const right = new Map<string, readonly Bytes[]>([
    [TOKEN_OID.contentType, [writeDerOid(TOKEN_OID.tstInfo)]],
    [TOKEN_OID.messageDigest, [writeDer(DER.octetString, digestOf('sha256', info))]],
    [TOKEN_OID.signingCertificateV2, [writeSignerHashV2(by.certificate.der)]],
  ])
  const all = new Map([...right, ...Object.entries(attributes)])
  const written = [...all].flatMap(([oid, values]) => (values.length === 0 ? [] : [writeAttribute(oid, ...values)]))
  return [...written, ...moreAttributes]
}

/** The serial number as the certificate has it: behind the version, in its first part. */
function serialDer(der: Bytes): Bytes {
  const tbs = derChildren(readDer(der))[0]
  const serial = tbs === undefined ? undefined : derChildren(tbs)[1]
  return expectTag(serial, DER.integer).whole
}
