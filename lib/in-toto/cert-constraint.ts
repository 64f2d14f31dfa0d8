import type { X509 } from '#lib/crypto/index.ts'
import type { CertConstraint } from './layout.ts'

/**
 * Whether the values of a certificate are exactly those that a constraint lists, as in-toto-golang compares them
 * (checkCertConstraint): `*` alone is anything; an empty list, or one empty text, is none; else each listed value must
 * be there and each value must be listed, once. A `*` elsewhere is that character. Null: they are; else why not.
 */
export function constraintFault(what: string, listed: readonly string[], found: readonly string[]): string | null {
  if (listed.length === 1 && listed[0] === '*') return null
  const wanted = isNothing(listed) ? [] : listed
  const values = isNothing(found) ? [] : found
  if (wanted.length === 0 && values.length > 0) {
    return `no ${what} is allowed, it has ${list(values)}`
  }
  const unmet = new Set(wanted)
  for (const value of values) {
    if (!unmet.delete(value)) return `expected ${what} ${list(wanted)}, it has ${list(values)}`
  }
  return unmet.size === 0 ? null : `expected ${what} ${list(wanted)}, it has ${list(values)}`
}

/** Why a certificate is not what a constraint describes; null where it is. Says nothing about trust. */
export function certificateFault(constraint: CertConstraint, leaf: X509, rootIds: readonly string[]): string | null {
  return (
    constraintFault('URI', constraint.uris, leaf.uris) ??
    constraintFault('common name', [constraint.commonName], [leaf.commonName]) ??
    constraintFault('DNS name', constraint.dnsNames, leaf.dnsNames) ??
    constraintFault('e-mail address', constraint.emails, leaf.emails) ??
    constraintFault('organization', constraint.organizations, leaf.organizations) ??
    rootsFault(constraint, rootIds)
  )
}

/** in-toto-golang compares with all roots of the layout, not with the one that the chain ends in. */
function rootsFault({ roots }: CertConstraint, rootIds: readonly string[]): string | null {
  if (constraintFault('root', roots, rootIds) === null) return null
  const ids = (values: readonly string[]) => list(values.map((id) => id.slice(0, 8)))
  return `its constraint lists the roots ${ids(roots)}, the layout has ${ids(rootIds)}; in-toto wants all of them, or "*"`
}

function isNothing(values: readonly string[]): boolean {
  return values.length === 0 || (values.length === 1 && values[0] === '')
}

function list(values: readonly string[]): string {
  if (values.length === 0) return 'none'
  return values.map((value) => JSON.stringify(value)).join(', ')
}
