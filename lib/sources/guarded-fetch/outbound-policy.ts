import { isIP } from 'node:net'
import { SourceError } from '../connector.ts'
import { type AddressRange, addressRange } from './address-range.ts'

/** Where Waybill may connect to, as whoever runs it has decided. */
export interface OutboundPolicy {
  /**
   * Origins (`scheme://host`, with `:port` where it is not the scheme's) that may also be plain http, of another port,
   * and in a private network
   */
  readonly origins: ReadonlySet<string>
  /** whether any other host may be reached, over https on port 443 at a public address */
  readonly publicHosts: boolean
}

/** Public hosts over https, and nothing else. */
export const PUBLIC_ONLY: OutboundPolicy = { origins: new Set(), publicHosts: true }

/**
 * Reads the operator's list of origins, separated by blanks or commas, such as
 * `http://archivista.bank.internal:8082, https://registry.bank.internal`. Throws a SourceError that names the faulty one.
 */
export function parseOrigins(text: string): ReadonlySet<string> {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '')
  return new Set(entries.map(parseOrigin))
}

function parseOrigin(entry: string): string {
  const url = URL.parse(entry)
  if (url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url.origin
  throw new SourceError(
    'SETTINGS',
    `Expected an origin such as https://registry.bank.internal:5000, found \`${entry}\`. Write scheme, host and port ` +
      'alone, without user name and path.',
  )
}

/**
 * The URL if it may be asked at all, before its name is resolved. Follows the attack cases G-20 and G-23: one spelling of
 * each address, no other schemes, no credentials in the address, no ports but the usual ones. Throws NOT_ALLOWED.
 */
export function permittedUrl(text: string, policy: OutboundPolicy): URL {
  const url = URL.parse(text)
  if (url === null) throw refused(`\`${text.slice(0, 200)}\` is no address`, 'Expected one such as https://host/path.')
  const { protocol, hostname, origin } = url
  if (protocol !== 'https:' && protocol !== 'http:')
    throw refused(`${protocol}// is no scheme that sources are read by`, 'Use https://.')
  if (url.username !== '' || url.password !== '')
    throw refused(`The address of ${hostname} holds a user name or password`, 'Name a secret instead.')
  if (hostname.endsWith('.')) throw refused(`The host ${hostname} ends with a dot`, 'Write it without.')
  if (policy.origins.has(origin)) return url
  if (!policy.publicHosts) throw refused(`${origin} is not on the operator's list`, howToAllow(origin))
  if (protocol === 'http:') throw refused(`${origin} is not encrypted`, `Use https://, or ${howToAllow(origin, 'l')}`)
  if (url.port !== '') throw refused(`${origin} has a port of its own`, howToAllow(origin))
  return url
}

/**
 * Refuses addresses that the name of `url` stands for and that nobody allowed. Link-local and cloud-metadata addresses
 * are reached only where the operator's list names the address itself: a name could be pointed there by others. Throws
 * NOT_ALLOWED; the sentence does not say which address it was.
 */
export function checkAddresses(url: URL, addresses: readonly string[], policy: OutboundPolicy): void {
  const host = bareHost(url)
  for (const address of addresses) {
    const range = addressRange(address)
    if (range === 'public') continue
    const listed = policy.origins.has(url.origin)
    if (range === 'private' && listed) continue
    if (range === 'metadata' && listed && isIP(host) !== 0) continue
    throw refused(
      `${url.origin} leads to ${placeOf[range]}`,
      range === 'private' ? howToAllow(url.origin) : 'Use another.',
    )
  }
}

const placeOf: Record<Exclude<AddressRange, 'public'>, string> = {
  private: 'an address inside of a private network',
  metadata: 'a link-local or cloud-metadata address',
  nowhere: 'an address that is no host',
}

/** The host without the brackets of IPv6. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

function howToAllow(origin: string, first = 'L'): string {
  return `${first}et whoever runs Waybill allow ${origin} with WAYBILL_SOURCE_ORIGINS.`
}

function refused(what: string, remedy: string): SourceError {
  return new SourceError('NOT_ALLOWED', `${what}; Waybill does not connect there. ${remedy}`)
}
