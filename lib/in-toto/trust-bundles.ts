import {
  FormatError,
  isTrustDomain,
  type JsonObject,
  type JsonValue,
  parseSpiffeBundle,
  toBase64,
  type X509,
} from '#lib/crypto/index.ts'
import { readArray, readObject, readString } from './reader.ts'
import { formatTimestamp, parseTimestamp } from './time.ts'
import type { TrustBundle, TrustedRoot } from './verify/input.ts'

const CODE = 'TRUST_BUNDLES'
const FIELDS = ['trust_domain', 'from', 'until', 'tainted', 'bundle']

/**
 * Trust bundles over time as data: a list of what a trust domain's bundle was from one moment up to the next.
 * `[{"trust_domain": "example.org", "from": "2026-11-22T23:00:00Z", "until": null,
 *    "tainted": {"<sha256 of a root>": "2026-11-23T00:00:00Z"}, "bundle": {"keys": [...]}}]`;
 * `until` and `tainted` may be absent.
 * @throws FormatError TRUST_BUNDLES or SPIFFE_BUNDLE with the place
 */
export function parseTrustBundles(value: JsonValue): TrustBundle[] {
  return readArray(value, 'the top', CODE).map((item, index) => {
    const place = `[${index}]`
    const state = readObject(item, place, CODE)
    const unknown = [...state.keys()].find((name) => !FIELDS.includes(name))
    if (unknown !== undefined) throw wrong(`no member ${JSON.stringify(unknown)}`, place)
    const trustDomain = readString(state.get('trust_domain'), `${place}.trust_domain`, CODE)
    if (!isTrustDomain(trustDomain)) throw wrong('the name of a trust domain', `${place}.trust_domain`)
    const { roots } = parseSpiffeBundle(state.get('bundle') ?? null, `${place}.bundle`)
    return { trustDomain, roots: rootsOf(state, roots, place) }
  })
}

function rootsOf(state: JsonObject, certificates: readonly X509[], place: string): TrustedRoot[] {
  const from = readTime(state.get('from'), `${place}.from`)
  const end = state.get('until') ?? null
  const until = end === null ? null : readTime(end, `${place}.until`)
  if (until !== null && until < from) throw wrong('a time after "from"', `${place}.until`)
  const tainted = readTaints(state.get('tainted'), certificates, `${place}.tainted`)
  return certificates.map((certificate) => ({
    certificate,
    from,
    until,
    taintedAt: tainted.get(certificate.sha256) ?? null,
  }))
}

/** A taint that fits no root would be passed over silently, so it is refused. */
function readTaints(value: JsonValue | undefined, known: readonly X509[], place: string): Map<string, number> {
  const taints = new Map<string, number>()
  if (value === undefined || value === null) return taints
  for (const [digest, time] of readObject(value, place, CODE)) {
    if (!known.some(({ sha256 }) => sha256 === digest)) throw wrong('the sha256 of a root of this bundle', place)
    taints.set(digest, readTime(time, `${place}.${digest}`))
  }
  return taints
}

function readTime(value: JsonValue | undefined, place: string): number {
  const time = parseTimestamp(readString(value, place, CODE))
  if (time === null) throw wrong('a time like 2030-01-31T12:00:00Z', place)
  return time
}

/** The same as text, for `parseTrustBundles` and `waybill verify --trust-bundles`. Domains without roots stay. */
export function printTrustBundles(bundles: readonly TrustBundle[]): string {
  const state = (trustDomain: string, more: object, keys: readonly object[]) => ({
    trust_domain: trustDomain,
    ...more,
    bundle: { keys },
  })
  const states = bundles.flatMap(({ trustDomain, roots }) =>
    roots.length === 0
      ? [state(trustDomain, { from: formatTimestamp(0) }, [])]
      : roots.map(({ certificate, from, until, taintedAt }) => {
          const tainted = taintedAt === null ? {} : { tainted: { [certificate.sha256]: formatTimestamp(taintedAt) } }
          const span = { from: formatTimestamp(from), until: until === null ? null : formatTimestamp(until) }
          const key = { use: 'x509-svid', kty: KTY[certificate.key?.keytype ?? ''] ?? 'EC' }
          return state(trustDomain, { ...span, ...tainted }, [{ ...key, x5c: [toBase64(certificate.der)] }])
        }),
  )
  return JSON.stringify(states, null, 2)
}

/** Key types of JWK (RFC 7518, 6.1). */
const KTY: Readonly<Record<string, string>> = { rsa: 'RSA', ecdsa: 'EC', ed25519: 'OKP' }

function wrong(expected: string, place: string): FormatError {
  return new FormatError(CODE, `Expected ${expected} at ${place}.`, place)
}
