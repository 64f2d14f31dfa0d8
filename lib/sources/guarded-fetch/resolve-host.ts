import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { SourceError } from '../connector.ts'
import { bareHost } from './outbound-policy.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** All addresses of a name, as the system resolves names. Rejects where it has none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

export const systemResolve: Resolve = (host) => lookup(host, { all: true })

/** The addresses behind the URL's host; one that is an address already is asked of nobody. Throws UNREACHABLE. */
export async function resolveHost(url: URL, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const host = bareHost(url)
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const addresses = await resolve(host).catch((cause: unknown) => {
    throw new SourceError('UNREACHABLE', `The name ${host} could not be resolved. Is it spelled right?`, { cause })
  })
  if (addresses.length === 0) throw new SourceError('UNREACHABLE', `The name ${host} stands for no address.`)
  return addresses
}
