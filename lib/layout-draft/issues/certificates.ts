import { parseSpiffeId } from '#lib/crypto/index.ts'
import { parseTimestamp } from '#lib/in-toto/index.ts'
import type { AuthorityView, ConstraintView } from '../certificate-view.ts'
import { removeConstraint, setConstraintList } from '../certificates.ts'
import { error, type Issue, warning } from '../issue.ts'
import type { DraftView, ItemView } from '../view.ts'

/** What certificates may sign steps, and the authorities that vouch for them. */
export function certificateIssues(view: DraftView): Issue[] {
  const steps = view.items.filter(({ constraints }) => constraints.length > 0)
  const own = steps.flatMap((step) => [
    ...step.constraints.flatMap((constraint) => [...constraintIssues(view, step, constraint)]),
    ...mixedIssues(step),
  ])
  return [...own, ...authorityIssues(view, steps)]
}

const CAPTIONS = {
  uris: 'URIs',
  dns_names: 'DNS names',
  emails: 'e-mail addresses',
  organizations: 'organizations',
  roots: 'roots',
} as const
const LISTS = ['uris', 'dns_names', 'emails', 'organizations', 'roots'] as const

function* constraintIssues(view: DraftView, step: ItemView, constraint: ConstraintView): Generator<Issue> {
  const { index, commonName, lists } = constraint
  const place = { item: step, member: `cert_constraints[${index}]` }
  const { uris, dns_names, emails, organizations, roots } = lists
  if (commonName === '' && [uris, dns_names, emails, organizations].every(({ length }) => length === 0)) {
    const message = `A constraint of ${step.name} asks for nothing: any certificate that says nothing of its holder would pass. Name a SPIFFE ID.`
    yield error('CONSTRAINT_EMPTY', place, message, {
      title: 'Remove it',
      apply: (document) => removeConstraint(document, step.ref, index),
    })
    return
  }
  for (const list of LISTS) {
    if (lists[list].length < 2 || !lists[list].includes('*')) continue
    const message = `Among the ${CAPTIONS[list]} of a constraint of ${step.name}, * stands beside others: it means anything only where it is alone, and is that very character here.`
    yield error('CONSTRAINT_STAR', place, message, {
      title: 'Take the * away',
      apply: (document) =>
        setConstraintList(
          document,
          step.ref,
          index,
          list,
          lists[list].filter((value) => value !== '*'),
        ),
    })
  }
  yield* uriIssues(step, constraint)
  if (organizations.length === 0 && uris.some((uri) => uri.startsWith('spiffe:'))) {
    const message = `A constraint of ${step.name} allows no organization; the certificates of SPIRE have one (SPIRE) unless its operators set another. Put * to take any.`
    yield warning('CONSTRAINT_NEVER', place, message, {
      title: 'Allow any organization',
      apply: (document) => setConstraintList(document, step.ref, index, 'organizations', ['*']),
    })
  }
  const ids = view.authorities.filter(({ list }) => list === 'rootcas').map(({ keyid }) => keyid)
  const all = roots.length === ids.length && ids.every((keyid) => roots.includes(keyid))
  if (!(roots.length === 1 && roots[0] === '*') && !all) {
    const message = `A constraint of ${step.name} names some roots: in-toto compares them with all roots of the layout, so that it never passes. Put *: any root of the layout.`
    yield error('CONSTRAINT_ROOTS', place, message, {
      title: 'Any root of the layout',
      apply: (document) => setConstraintList(document, step.ref, index, 'roots', ['*']),
    })
  }
}

function* uriIssues(step: ItemView, { index, lists: { uris } }: ConstraintView): Generator<Issue> {
  const place = { item: step, member: `cert_constraints[${index}].uris` }
  if (uris.length === 1 && uris[0] === '*') {
    const message = `A constraint of ${step.name} takes any URI: every workload that a root of the layout certifies may sign it.`
    yield warning('CONSTRAINT_ANY', place, message)
  }
  const ids = uris.filter((uri) => /^spiffe:/i.test(uri))
  if (ids.length > 1) {
    const message = `A constraint of ${step.name} asks for ${ids.length} SPIFFE IDs in one certificate, which has exactly one. Make a constraint of each.`
    yield error('CONSTRAINT_NEVER', place, message)
  }
  for (const uri of ids) {
    if (uri.includes('*')) {
      const message = `${uri} is compared to the letter: in-toto knows no patterns here, so it never fits ${step.name}. Write the whole SPIFFE ID.`
      yield error('CONSTRAINT_URI', place, message)
      continue
    }
    const parsed = parseSpiffeId(uri)
    if (!parsed.valid) yield error('CONSTRAINT_URI', place, `${uri} for ${step.name} is no SPIFFE ID: ${parsed.why}.`)
    else if (parsed.spiffeId.path === '') {
      const message = `${uri} for ${step.name} is the ID of a whole trust domain, which no workload has. Add its path.`
      yield error('CONSTRAINT_URI', place, message)
    }
  }
}

function* mixedIssues(step: ItemView): Generator<Issue> {
  const { threshold, pubkeys, name } = step
  if (threshold === null || threshold < 2) return
  const place = { item: step, member: 'threshold' }
  if (pubkeys.length > 0) {
    const message = `${name} needs ${threshold} signatures from keys and certificates together: in-toto-golang passes or fails that by chance. Let either keys or certificates sign.`
    yield warning('CONSTRAINT_MIXED', place, message)
    return
  }
  const message = `${name} needs ${threshold} different workloads: several certificates of one SPIFFE ID count once here, although in-toto-golang counts each.`
  yield warning('CONSTRAINT_MIXED', place, message)
}

function* authorityIssues(view: DraftView, steps: readonly ItemView[]): Generator<Issue> {
  const expires = parseTimestamp(view.expires)
  const roots = view.authorities.filter(({ list }) => list === 'rootcas')
  for (const authority of view.authorities) yield* oneAuthority(authority, expires)
  if (steps.length === 0) {
    if (roots.length > 0)
      yield warning('ROOT_UNUSED', { member: 'rootcas' }, 'The layout names roots, and no step lets certificates sign.')
    return
  }
  if (roots.length === 0) {
    const message =
      'No root is named: certificates count by the trust bundles that Waybill has for their trust domain, and other verifiers refuse them. Add the roots to the layout to have it verified elsewhere.'
    yield warning('NO_ROOTS', { member: 'rootcas' }, message)
  }
  const domains = new Set(steps.flatMap(domainsOf))
  if (roots.length > 1 && domains.size > 1) {
    const message =
      'Several roots and several trust domains: in-toto-golang lets any of these roots speak for any domain. Waybill asks for the bundle of each domain.'
    yield warning('ROOTS_MIXED', { member: 'rootcas' }, message)
  }
}

function domainsOf({ constraints }: ItemView): string[] {
  return constraints.flatMap(({ lists }) =>
    lists.uris.flatMap((uri) => {
      const parsed = parseSpiffeId(uri)
      return parsed.valid ? [parsed.spiffeId.trustDomain] : []
    }),
  )
}

function* oneAuthority({ list, keyid, certificate, problem }: AuthorityView, expires: number | null): Generator<Issue> {
  const place = { member: `${list}.${keyid}` }
  if (certificate === null) {
    yield error('AUTHORITY_UNREADABLE', place, `The authority ${keyid.slice(0, 8)} cannot be read: ${problem}`)
    return
  }
  const { subject, notAfter } = certificate
  if (!certificate.isCa) {
    yield error('AUTHORITY_UNREADABLE', place, `"${subject}" is no certificate authority, so nothing leads to it.`)
  }
  if (list === 'rootcas' && expires !== null && notAfter.getTime() < expires) {
    const message = `The root "${subject}" ends on ${notAfter.toISOString().slice(0, 10)}, before the layout does: what is signed after that day does not count.`
    yield warning('ROOT_ENDS', place, message)
  }
}
