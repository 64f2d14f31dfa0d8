// Longer than most: both envelopes and the bundle share how signatures, payloads and places of faults are read.
import {
  decodeUtf8,
  encodeCanonicalJson,
  FormatError,
  fromBase64,
  fromHex,
  type JsonObject,
  type JsonValue,
  pae,
  parseJson,
  sha256,
  toHex,
} from '#lib/crypto/index.ts'
import { ArtifactTables } from './file-table.ts'
import { type Layout, parseLayoutDocument } from './layout.ts'
import { LIMITS } from './limits.ts'
import { type Link, parseLinkDocument } from './link.ts'
import { readQuickLink } from './quick-link.ts'
import { readArray, readObject, readString } from './reader.ts'
import { envelopeInBundle, isSigstoreBundle } from './sigstore-bundle.ts'
import { parseStatementDocument, type Statement } from './statement.ts'

export interface EnvelopeSignature {
  readonly keyid: string
  /** as written: hex in a Metablock, base64 in DSSE */
  readonly sig: string
  /** decoded; null where `sig` is not what its form demands: such a signature verifies nothing */
  readonly bytes: Uint8Array | null
  /** PEM of the certificate that came with the signature (ITE-7) */
  readonly certificate: string | null
  /** gpg: the hashed headers, hex as written */
  readonly otherHeaders: string | null
  /** DSSE as Witness writes it: time stamp tokens over the signature (RFC 3161), base64 as written, unchecked */
  readonly timestamps?: readonly string[]
}

/** An envelope whose signed part is JSON with a known `_type`; the document in it is not read yet. */
export interface OpenEnvelope {
  readonly form: 'metablock' | 'dsse'
  readonly kind: 'link' | 'layout' | 'statement'
  /** DSSE only */
  readonly payloadType: string | null
  /** of the whole file, lower-case hex */
  readonly sha256: string
  readonly signatures: readonly EnvelopeSignature[]
  /** exactly what the signatures cover: canonical JSON of the value as parsed, or DSSE's PAE */
  readonly signedBytes: Uint8Array
  /**
   * Where `signedBytes` are made anew each time: makes them for one use, after which they are gone, so that those of one
   * large document are not kept beside those of the next. Absent: they are kept anyway.
   */
  lendSignedBytes?<T>(use: (bytes: Uint8Array) => T): T
  /** the signed part */
  readonly value: JsonObject
  /** a link with exactly the members of the specification: nobody reads it differently */
  readonly regular: boolean
  /** DSSE that is written as the protocol allows and in-toto for Python cannot load: what it answers depends on it */
  readonly pythonCannotLoad?: true
}

export type Envelope = OpenEnvelope &
  (
    | { readonly kind: 'link'; readonly document: Link }
    | { readonly kind: 'layout'; readonly document: Layout }
    | { readonly kind: 'statement'; readonly document: Statement }
  )

const PAYLOAD_TYPE = /^application\/vnd\.in-toto(\.[A-Za-z0-9][A-Za-z0-9._-]*)?\+json$/

/**
 * Reads a signed document: Metablock or DSSE around a link, a layout or a statement; a Sigstore bundle around a statement.
 * @param digest sha256 of the bytes, where the caller has it already
 * @throws FormatError with code, sentence and place
 */
export function parseEnvelope(bytes: Uint8Array, digest?: string, tables?: ArtifactTables): Envelope {
  const found = openDocument(bytes, digest, tables)
  return 'document' in found ? found : parseDocument(found)
}

/**
 * The first step of `parseEnvelope`: a large link in the form in which in-toto writes it is read at once, of everything
 * else the envelope is opened.
 */
export function openDocument(
  bytes: Uint8Array,
  digest = toHex(sha256(bytes)),
  tables = new ArtifactTables(),
): Envelope | OpenEnvelope {
  if (bytes.length < QUICK_FROM || bytes.length > LIMITS.envelopeBytes) return openEnvelope(bytes, digest)
  const text = decodeUtf8(bytes)
  // beyond ASCII one byte is not one character
  const quick = text.length === bytes.length ? readQuickLink(bytes, text, digest, metablockSignatureOf, tables) : null
  return quick ?? openEnvelope(bytes, digest, text)
}

const QUICK_FROM = 600

/** The document inside an opened envelope. */
export function parseDocument(open: OpenEnvelope): Envelope {
  if (open.kind === 'link') return { ...open, kind: 'link', document: parseLinkDocument(open.value) }
  if (open.kind === 'layout') return { ...open, kind: 'layout', document: parseLayoutDocument(open.value) }
  return { ...open, kind: 'statement', document: parseStatementDocument(open.value) }
}

/** What signatures are checked with. */
export type Signed = Pick<OpenEnvelope, 'form' | 'signatures' | 'signedBytes' | 'lendSignedBytes'>

/** A DSSE envelope around a JSON object that is no in-toto metadata. */
export interface SignedJson extends Signed {
  readonly form: 'dsse'
  readonly payloadType: string
  /** of the whole file, lower-case hex */
  readonly sha256: string
  /** what was signed */
  readonly value: JsonObject
}

/**
 * Reads a DSSE envelope of another payload type.
 * @param expected what `accepts` accepts, for the message
 * @throws FormatError; UNSUPPORTED where the payload type is not accepted
 */
export function openSignedJson(bytes: Uint8Array, accepts: (type: string) => boolean, expected: string): SignedJson {
  const root = readRoot(bytes)
  const { payloadType, payload, signatures } = readDsse(root)
  if (!accepts(payloadType)) {
    const message = `Expected ${expected}; found ${JSON.stringify(payloadType)}.`
    throw new FormatError('UNSUPPORTED', message, 'payloadType')
  }
  const value = readObject(inPayload(payload), 'payload', 'MALFORMED')
  const sha = toHex(sha256(bytes))
  return { form: 'dsse', payloadType, sha256: sha, signatures, signedBytes: pae(payloadType, payload), value }
}

function readRoot(bytes: Uint8Array, text?: string): JsonObject {
  if (bytes.length > LIMITS.envelopeBytes) {
    const message = `The file has ${bytes.length} bytes; at most ${LIMITS.envelopeBytes} are read.`
    throw new FormatError('LIMIT', message, '')
  }
  const root = readObject(parseJson(bytes, {}, text), 'the document', 'MALFORMED')
  refuseTwins(root)
  return root
}

/**
 * Reads the envelope alone.
 * @param text the bytes as text, where the caller has it already
 */
export function openEnvelope(bytes: Uint8Array, digest?: string, text?: string): OpenEnvelope {
  const root = readRoot(bytes, text)
  const sha = digest ?? toHex(sha256(bytes))
  // a file with both is DSSE, as in the reference
  if (root.has('payload')) return openDsse(root, sha)
  if (root.has('signed')) return openMetablock(root, sha)
  if (isSigstoreBundle(root)) return openBundle(root, sha)
  const message =
    'Expected a Metablock ("signed", "signatures"), a DSSE envelope ("payload", "payloadType", "signatures") or a ' +
    'Sigstore bundle ("mediaType", "dsseEnvelope").'
  throw new FormatError('NOT_AN_ENVELOPE', message, '')
}

/**
 * A statement in a Sigstore bundle; the file stays as it came. Links and layouts are read as files of their own only, as
 * every other reader does.
 */
function openBundle(root: JsonObject, sha: string): OpenEnvelope {
  const envelope = envelopeInBundle(root)
  refuseTwins(envelope)
  const open = inBundle(() => openDsse(envelope, sha))
  if (open.kind === 'statement') return open
  const message = `Expected a statement in the Sigstore bundle; found a ${open.kind}. Bring in its envelope by itself.`
  throw new FormatError('UNSUPPORTED', message, 'dsseEnvelope payload._type')
}

function inBundle<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw prefixed(error, 'dsseEnvelope')
  }
}

/** `Payload` beside `payload`: readers that ignore letter case would see another document than we do. */
function refuseTwins(root: JsonObject): void {
  const seen = new Map<string, string>()
  for (const name of root.keys()) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) {
      throw new FormatError('DUPLICATE_KEY', `The members "${twin}" and "${name}" differ only in letter case.`, name)
    }
    seen.set(name.toLowerCase(), name)
  }
}

function openMetablock(root: JsonObject, sha: string): OpenEnvelope {
  const value = readObject(root.get('signed'), 'signed', 'MALFORMED')
  const type = value.get('_type')
  if (type !== 'link' && type !== 'layout') throw unknownType(type, 'signed._type')
  return {
    form: 'metablock',
    kind: type,
    payloadType: null,
    sha256: sha,
    signatures: readSignatures(root.get('signatures'), metablockSignature),
    signedBytes: encodeCanonicalJson(value),
    value,
    regular: false,
  }
}

interface Dsse {
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
  readonly pythonCannotLoad: boolean
}

function readDsse(root: JsonObject): Dsse {
  const payloadType = readString(root.get('payloadType'), 'payloadType', 'MALFORMED')
  const text = readString(root.get('payload'), 'payload', 'MALFORMED')
  const payload = decodePayload(text)
  const list = root.get('signatures')
  const signatures = readSignatures(list, dsseSignature)
  const anonymous = Array.isArray(list) && list.some((one) => one instanceof Map && !one.has('keyid'))
  const pythonCannotLoad = anonymous || !hasPadding(text) || signatures.some(({ sig }) => !isPaddedBase64(sig))
  return { payloadType, payload, signatures, pythonCannotLoad }
}

function hasPadding(base64: string): boolean {
  return base64.length % 4 === 0
}

function isPaddedBase64(text: string): boolean {
  return hasPadding(text) && /^[A-Za-z0-9+/_=-]*$/.test(text)
}

function openDsse(root: JsonObject, sha: string): OpenEnvelope {
  const { payloadType, payload, signatures, pythonCannotLoad } = readDsse(root)
  if (!PAYLOAD_TYPE.test(payloadType)) {
    const message = `Expected the payload type application/vnd.in-toto+json; found ${JSON.stringify(payloadType)}.`
    throw new FormatError('UNSUPPORTED', message, 'payloadType')
  }
  const value = readObject(inPayload(payload), 'payload', 'MALFORMED')
  return {
    form: 'dsse',
    kind: kindOf(value.get('_type')),
    payloadType,
    sha256: sha,
    signatures,
    signedBytes: pae(payloadType, payload),
    value,
    regular: false,
    ...(pythonCannotLoad ? { pythonCannotLoad } : {}),
  }
}

function decodePayload(text: string): Uint8Array {
  try {
    return fromBase64(text)
  } catch (error) {
    throw prefixed(error, 'payload')
  }
}

function inPayload(payload: Uint8Array): JsonValue {
  try {
    return parseJson(payload)
  } catch (error) {
    throw prefixed(error, 'payload')
  }
}

function prefixed(error: unknown, place: string): unknown {
  if (!(error instanceof FormatError)) return error
  return new FormatError(error.code, error.message, error.place === '' ? place : `${place} ${error.place}`)
}

function kindOf(type: JsonValue | undefined): OpenEnvelope['kind'] {
  if (type === 'link' || type === 'layout') return type
  if (type === 'https://in-toto.io/Statement/v1' || type === 'https://in-toto.io/Statement/v0.1') return 'statement'
  throw unknownType(type, 'payload._type')
}

function unknownType(type: JsonValue | undefined, place: string): FormatError {
  const found = typeof type === 'string' ? JSON.stringify(type) : 'nothing'
  const message = `Expected "link", "layout" or an in-toto Statement at ${place}; found ${found}.`
  return new FormatError('UNSUPPORTED', message, place)
}

function readSignatures(
  value: JsonValue | undefined,
  read: (signature: JsonObject, place: string) => EnvelopeSignature,
): EnvelopeSignature[] {
  const signatures = readArray(value, 'signatures', 'MALFORMED')
  if (signatures.length > LIMITS.signatures) {
    const message = `The envelope has ${signatures.length} signatures; at most ${LIMITS.signatures} are read.`
    throw new FormatError('LIMIT', message, 'signatures')
  }
  return signatures.map((signature, index) => {
    const place = `signatures[${index}]`
    return read(readObject(signature, place, 'MALFORMED'), place)
  })
}

/** `{keyid, sig[, cert]}`, or gpg's `{keyid, signature, other_headers}`. */
function metablockSignature(value: JsonObject, place: string): EnvelopeSignature {
  const keyid = readString(value.get('keyid'), `${place}.keyid`, 'MALFORMED')
  const headers = value.get('other_headers')
  const gpg = typeof headers === 'string' && typeof value.get('signature') === 'string'
  const name = gpg ? 'signature' : 'sig'
  const sig = readString(value.get(name), `${place}.${name}`, 'MALFORMED')
  return {
    keyid,
    sig,
    bytes: decoded(fromHex, sig),
    // in-toto-golang writes `cert`, the text of ITE-7 says `certificate`
    certificate: optionalText(value.get('cert') ?? value.get('certificate')),
    otherHeaders: gpg ? headers : null,
  }
}

function metablockSignatureOf(keyid: string, sig: string): EnvelopeSignature {
  return { keyid, sig, bytes: decoded(fromHex, sig), certificate: null, otherHeaders: null }
}

function dsseSignature(value: JsonObject, place: string): EnvelopeSignature {
  const keyid = value.get('keyid')
  const sig = readString(value.get('sig'), `${place}.sig`, 'MALFORMED')
  return {
    keyid: keyid === undefined || keyid === null ? '' : readString(keyid, `${place}.keyid`, 'MALFORMED'),
    sig,
    bytes: decoded(fromBase64, sig),
    certificate: certificatesOf(value),
    otherHeaders: null,
    ...timestampsOf(value.get('timestamps')),
  }
}

/** Witness writes PEM as base64, and the certificates that lead on from the signer's beside it. */
function certificatesOf(value: JsonObject): string | null {
  const first = optionalText(value.get('certificate') ?? value.get('cert'))
  const others = value.get('intermediates')
  if (first === null || !Array.isArray(others)) return first === null ? null : pemOf(first)
  const texts = others.flatMap((one) => optionalText(one) ?? [])
  return [first, ...texts.slice(0, LIMITS.signatures)].map(pemOf).join('\n')
}

function pemOf(text: string): string {
  if (text.includes('-----BEGIN')) return text
  try {
    return decodeUtf8(fromBase64(text))
  } catch (error) {
    if (error instanceof FormatError) return text
    throw error
  }
}

/** `timestamps: [{type: "tsp", data}]` (go-witness dsse); what is of another type proves nothing here. */
function timestampsOf(value: JsonValue | undefined): Pick<EnvelopeSignature, 'timestamps'> {
  if (!Array.isArray(value)) return {}
  const tokens = value.flatMap((one) => {
    const data = one instanceof Map && one.get('type') === 'tsp' ? one.get('data') : null
    return typeof data === 'string' ? [data] : []
  })
  return tokens.length === 0 ? {} : { timestamps: tokens.slice(0, LIMITS.timestamps) }
}

function decoded(decode: (text: string) => Uint8Array, text: string): Uint8Array | null {
  try {
    return text === '' ? null : decode(text)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}

function optionalText(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
