import type { X509 } from './x509-certificate.ts'
import type { PathFault } from './x509-path.ts'

/**
 * Name constraints of the authorities of a chain, leaf first (RFC 5280, 4.2.1.10 and 6.1.4). Only those on URIs are
 * processed; a constraint on any other kind of name refuses the chain. A leaf must not have any.
 */
export function nameConstraintFault(chain: readonly X509[]): PathFault | null {
  for (const [index, { subject, nameConstraints }] of chain.entries()) {
    if (nameConstraints === null) continue
    const fault = (why: string): PathFault => ({ code: 'NAME_CONSTRAINT', why: `"${subject}" ${why}` })
    if (index === 0) return fault('restricts names and is no authority')
    if (nameConstraints.others) return fault('restricts names that are no URIs, which is not supported here')
    for (const uri of chain.slice(0, index).flatMap(({ uris }) => uris)) {
      if (!isWithin(uri, nameConstraints.permittedUris, nameConstraints.excludedUris)) {
        return fault(`does not allow the name ${uri} below it`)
      }
    }
  }
  return null
}

/** No permitted subtree permits all; an excluded one also takes what lies below it. */
function isWithin(uri: string, permitted: readonly string[], excluded: readonly string[]): boolean {
  const host = hostOf(uri)
  // a URI without a host lies in no subtree: it can only be refused
  if (host === null) return false
  if (excluded.some((base) => isBelow(host, base) || host === base.toLowerCase())) return false
  return permitted.length === 0 || permitted.some((base) => fits(host, base.toLowerCase()))
}

/** `.example.org` means every host below, `example.org` that host alone. */
function fits(host: string, base: string): boolean {
  return base.startsWith('.') ? isBelow(host, base) : host === base
}

function isBelow(host: string, base: string): boolean {
  const suffix = base.startsWith('.') ? base.toLowerCase() : `.${base.toLowerCase()}`
  return host.length > suffix.length && host.endsWith(suffix)
}

function hostOf(uri: string): string | null {
  const found = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri)?.[1]
  if (found === undefined) return null
  const host = found.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase()
  return host === '' ? null : host
}
