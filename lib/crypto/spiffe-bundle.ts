import { fromBase64 } from './base64.ts'
import { FormatError } from './format-error.ts'
import type { JsonObject, JsonValue } from './json-value.ts'
import { parseX509, type X509 } from './x509-certificate.ts'

/** What a SPIFFE bundle says of a trust domain's X.509 authorities. It carries no name and no time of its own. */
export interface SpiffeBundle {
  readonly roots: readonly X509[]
  /** grows with every change; null where it is not given */
  readonly sequence: bigint | null
}

const CODE = 'SPIFFE_BUNDLE'

/**
 * Reads a SPIFFE bundle (SPIFFE_Trust_Domain_and_Bundle.md 4): `keys` is there; each x509-svid key has exactly one
 * certificate, each jwt-svid key an id; keys for other uses are passed over.
 * @throws FormatError SPIFFE_BUNDLE with the place
 */
export function parseSpiffeBundle(value: JsonValue, place = ''): SpiffeBundle {
  const at = (name: string) => (place === '' ? name : `${place}.${name}`)
  if (!(value instanceof Map)) throw wrong('an object', place)
  const keys = value.get('keys')
  if (!Array.isArray(keys)) throw wrong('an array', at('keys'))
  const roots = keys.flatMap((key, index) => rootsOf(key, at(`keys[${index}]`)))
  const sequence = value.get('spiffe_sequence') ?? null
  if (sequence !== null && typeof sequence !== 'bigint') throw wrong('a whole number', at('spiffe_sequence'))
  return { roots, sequence }
}

function rootsOf(key: JsonValue, place: string): X509[] {
  if (!(key instanceof Map)) throw wrong('an object', place)
  if (typeof key.get('kty') !== 'string') throw wrong('a key type', `${place}.kty`)
  const use = key.get('use')
  if (use === 'x509-svid') return [certificateOf(key, place)]
  if (use === 'jwt-svid' && (typeof key.get('kid') !== 'string' || key.get('kid') === '')) {
    throw wrong('the id of a key', `${place}.kid`)
  }
  return []
}

function certificateOf(key: JsonObject, place: string): X509 {
  const chain = key.get('x5c')
  const [text, ...more] = Array.isArray(chain) ? chain : []
  if (typeof text !== 'string' || more.length > 0) throw wrong('exactly one certificate', `${place}.x5c`)
  try {
    return parseX509(fromBase64(text))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError(CODE, `The certificate at ${place}.x5c cannot be used: ${error.message}`, `${place}.x5c`)
  }
}

function wrong(expected: string, place: string): FormatError {
  return new FormatError(CODE, `Expected ${expected} at ${place || 'the top'} of the SPIFFE bundle.`, place)
}
