import { BlockList, isIP, SocketAddress } from 'node:net'

/**
 * What kind of place an IP address is, for whoever is about to connect to it.
 * `public`: the internet. `private`: this machine, a private network, or a range that is routed to neither.
 * `metadata`: link-local addresses and the fixed addresses at which clouds hand out credentials.
 * `nowhere`: no single host, such as 0.0.0.0 or multicast.
 */
export type AddressRange = 'public' | 'private' | 'metadata' | 'nowhere'

// IANA's special-purpose address registries (RFC 6890 and its updates), and what clouds document of theirs.
const metadata4 = subnets('ipv4', ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'])
const nowhere4 = subnets('ipv4', ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4'])
const private4 = subnets('ipv4', [
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
])
const metadata6 = subnets('ipv6', ['fe80::/10', 'fd00:ec2::254/128', 'fd20:ce::254/128'])
const public6 = subnets('ipv6', ['2000::/3'])
// inside of 2000::/3, but no ordinary host: Teredo, ORCHID, documentation and 6to4, which hides an IPv4 address
const special6 = subnets('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])
// loopback, NAT64 (which hides an IPv4 address), discard, unique local and the old site-local
const private6 = subnets('ipv6', ['::1/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', 'fc00::/7', 'fec0::/10'])

/** The range of an address as text, IPv4 or IPv6 without zone; what is no address is `nowhere`. */
export function addressRange(address: string): AddressRange {
  const family = isIP(address)
  if (family === 4) return range4(address)
  return family === 6 ? range6(address) : 'nowhere'
}

function range4(address: string): AddressRange {
  if (metadata4.check(address)) return 'metadata'
  if (nowhere4.check(address)) return 'nowhere'
  return private4.check(address) ? 'private' : 'public'
}

function range6(address: string): AddressRange {
  if (address.includes('%')) return 'metadata'
  // the system's own spelling shows an IPv4 address inside of ::ffff:0:0/96 with dots
  const spelled = new SocketAddress({ address, family: 'ipv6' }).address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(spelled)?.[1]
  if (mapped !== undefined) return range4(mapped)
  if (metadata6.check(address, 'ipv6')) return 'metadata'
  if (private6.check(address, 'ipv6') || special6.check(address, 'ipv6')) return 'private'
  return public6.check(address, 'ipv6') ? 'public' : 'nowhere'
}

function subnets(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits] = range.split('/')
    list.addSubnet(net, Number(bits), family)
  }
  return list
}
