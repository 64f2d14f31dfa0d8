import { type JsonObject, type JsonValue, parseJson, parsePublicKeyFile, parseSpiffeBundle } from '#lib/crypto/index.ts'
import { isSigstoreBundle, parseEnvelope, parseWitnessPolicy } from '#lib/in-toto/index.ts'
import { TRUST_LIMITS } from '../trust/read-roots.ts'
import { type Finding, quarantined, type Reason, reasonOf } from './finding.ts'

/** Members by which a broken JSON file is known to be meant as in-toto metadata or as a key. */
const metadataMark = /"(signed|signatures|payload|payloadType|_type|predicateType|keyval)"\s*:/

/** What a JSON file is: an envelope, keys, something of others, or broken. */
export function classifyJson(path: string, bytes: Uint8Array, sha256: string, meant: boolean): Finding {
  try {
    const envelope = parseEnvelope(bytes, sha256)
    return { is: 'envelope', envelope, reason: envelope.signatures.length === 0 ? noSignature : null }
  } catch (error) {
    const reason = reasonOf(error)
    return policyIn(bytes, reason) ?? otherJson(bytes, meant || metadataNamed(path), reason)
  }
}

/** DSSE with another payload type may be a policy of Witness. One that is broken is told as such. */
function policyIn(bytes: Uint8Array, reason: Reason): Finding | null {
  if (reason.code !== 'UNSUPPORTED' || reason.place !== 'payloadType') return null
  try {
    const policy = parseWitnessPolicy(bytes)
    return { is: 'policy', policy, reason: policy.signatures.length === 0 ? noSignature : null }
  } catch (error) {
    const found = reasonOf(error)
    return found.place === 'payloadType' ? null : { is: 'quarantined', reason: found }
  }
}

const noSignature: Reason = {
  code: 'NO_SIGNATURES',
  message: 'The document carries no signature: it is kept and shown, but no verdict will ever count it.',
  place: 'signatures',
}

/** Broken JSON with a name like these is taken for metadata even without its marks. */
function metadataNamed(path: string): boolean {
  return /\.(intoto|att|sig|dsse|link|layout)\.json$/i.test(path)
}

function otherJson(bytes: Uint8Array, meant: boolean, reason: Reason): Finding {
  const value = reread(bytes)
  if (value === null) return meant || hasMarks(bytes) ? { is: 'quarantined', reason } : foreign
  if (!(value instanceof Map)) return meant ? { is: 'quarantined', reason } : foreign
  if (isSigstoreBundle(value) || value.has('verificationMaterial')) return { is: 'quarantined', reason }
  if (isSpiffeBundle(value)) return spiffeBundle(value)
  if (isKeys(value)) return keys(bytes)
  if (value.has('signed') || value.has('payload')) {
    // other tools also write "payload"; without signatures it is none of ours unless it was meant so
    const ours = value.has('signatures') || value.has('payloadType') || typeOf(value.get('signed')) !== null
    return ours || meant ? { is: 'quarantined', reason } : foreign
  }
  const bare = typeOf(value)
  if (bare !== null) return unsigned(bare)
  return meant ? { is: 'quarantined', reason } : foreign
}

const foreign: Finding = { is: 'listed', kind: 'not-metadata', reason: null }

function reread(bytes: Uint8Array): JsonValue | null {
  try {
    return parseJson(bytes)
  } catch (error) {
    reasonOf(error)
    return null
  }
}

function hasMarks(bytes: Uint8Array): boolean {
  return metadataMark.test(new TextDecoder('latin1').decode(bytes))
}

/** A JWK set by which a trust domain says whose certificates it signs with; a JWK set of others is none of ours. */
function isSpiffeBundle(value: JsonObject): boolean {
  const keys = value.get('keys')
  if (!Array.isArray(keys)) return false
  const uses = keys.flatMap((key) => (key instanceof Map ? [key.get('use')] : []))
  return value.has('spiffe_sequence') || uses.some((use) => use === 'x509-svid' || use === 'jwt-svid')
}

function spiffeBundle(value: JsonObject): Finding {
  try {
    const bundle = parseSpiffeBundle(value)
    const { length } = bundle.roots
    if (length > TRUST_LIMITS.roots) {
      const message = `The SPIFFE bundle has ${length} roots; at most ${TRUST_LIMITS.roots} are read.`
      return { is: 'refused', kind: 'unknown', reason: { code: 'LIMIT', message, place: 'keys' } }
    }
    const message = `A SPIFFE bundle with ${length} ${length === 1 ? 'root' : 'roots'}. It carries no trust by itself: an administrator puts it in force for its trust domain under Settings, Trust domains.`
    return { is: 'trust-bundle', bundle, reason: { code: 'TRUST_BUNDLE', message, place: null } }
  } catch (error) {
    const reason = reasonOf(error)
    return { is: 'refused', kind: 'unknown', reason: { ...reason, code: 'SPIFFE_BUNDLE' } }
  }
}

function isKeys(value: JsonObject): boolean {
  const isKey = (item: JsonValue | undefined) => item instanceof Map && item.has('keyval')
  return isKey(value) || (value.size > 0 && [...value.values()].every(isKey))
}

function keys(bytes: Uint8Array): Finding {
  try {
    return { is: 'keys', keys: parsePublicKeyFile(bytes) }
  } catch (error) {
    return { is: 'quarantined', reason: reasonOf(error) }
  }
}

/** `_type` of an in-toto document, or null. */
function typeOf(value: JsonValue | undefined): string | null {
  const type = value instanceof Map ? value.get('_type') : undefined
  if (typeof type !== 'string') return null
  return type === 'link' || type === 'layout' || type.startsWith('https://in-toto.io/Statement/') ? type : null
}

function unsigned(type: string): Finding {
  const isStatement = type !== 'link' && type !== 'layout'
  const what = isStatement ? 'a statement' : `a ${type}`
  const origin = isStatement ? " Docker's BuildKit attaches such statements to images." : ''
  return quarantined(
    'UNSIGNED',
    `Expected a signed envelope around it; found ${what} without one, which anybody could have written.${origin} It is ` +
      'kept and never counts. Sign it, or bring in the file that was signed.',
    '_type',
  )
}
