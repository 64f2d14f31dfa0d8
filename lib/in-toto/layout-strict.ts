import { FormatError, type Key, parsePublicKeyPem, toHex } from '#lib/crypto/index.ts'
import type { Authority, CertConstraint, Complaint, Layout } from './layout.ts'

type Unchecked = Omit<Layout, 'complaints'>

/**
 * What every known verifier accepts although it lets less be proven than the author thinks.
 * Each is a deny (LAYOUT_STRICT) that the report marks as ours alone.
 */
export function strictLayoutComplaints(layout: Unchecked): Complaint[] {
  const complaints: Complaint[] = []
  const complain = (place: string, message: string) => complaints.push({ place, message })
  emptyLayout(layout, complain)
  relabelledKeys(layout, complain)
  repeatedKeys(layout, complain)
  unsafeNames(layout, complain)
  doubtfulAuthorities(layout.rootCas, 'rootcas', complain)
  doubtfulAuthorities(layout.intermediateCas, 'intermediatecas', complain)
  looseConstraints(layout, complain)
  return complaints
}

type Complain = (place: string, message: string) => void

function emptyLayout(layout: Unchecked, complain: Complain): void {
  if (layout.steps.length > 0) return
  complain('steps', 'Expected at least one step; a layout without steps demands nothing.')
}

/** The reference then verifies with the inner keyid: a link filed under one person, signed by another, passes. */
function relabelledKeys(layout: Unchecked, complain: Complain): void {
  for (const [keyid, key] of layout.keys) {
    if (key.keyid === keyid) continue
    const message = `The key listed under ${short(keyid)} calls itself ${short(key.keyid)}; both must be the same.`
    complain(`keys[${JSON.stringify(keyid)}]`, message)
  }
}

/** One key under two keyids would count as two people; it counts once, and a step that lists both is refused. */
function repeatedKeys(layout: Unchecked, complain: Complain): void {
  for (const [index, step] of layout.steps.entries()) {
    const seen = new Map<string, string>()
    for (const keyid of new Set(step.pubkeys)) {
      const key: Key | undefined = layout.keys.get(keyid)
      if (key === undefined) continue
      const other = seen.get(key.fingerprint)
      if (other !== undefined) {
        const message = `Step ${JSON.stringify(step.name)} lists one key twice, as ${short(other)} and ${short(keyid)}; it can only count once.`
        complain(`steps[${index}].pubkeys`, message)
      }
      seen.set(key.fingerprint, keyid)
    }
  }
}

/** Names become parts of file names elsewhere, and names that look alike hide one step behind another. */
function unsafeNames(layout: Unchecked, complain: Complain): void {
  const seen = new Map<string, string>()
  const check = (name: string, list: string, index: number) => {
    if (!isSafeName(name)) {
      const message = `The name ${JSON.stringify(name)} cannot be part of a file name: empty, dots only, or with / \\ * ? [ ] or control characters.`
      complain(`${list}[${index}].name`, message)
    }
    const folded = name.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other !== undefined && other !== name) {
      complain(`${list}[${index}].name`, `The names ${JSON.stringify(other)} and ${JSON.stringify(name)} look alike.`)
    }
    seen.set(folded, name)
  }
  layout.steps.forEach(({ name }, index) => {
    check(name, 'steps', index)
  })
  layout.inspections.forEach(({ name }, index) => {
    check(name, 'inspect', index)
  })
}

/** Whether a step name can be part of a file name on every system. */
export function isSafeName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return !/^\.*$/.test(name) && !/[/\\*?[\]\u0000-\u001f\u007f]/.test(name)
}

/** A constraint names an authority by keyid: what it is called, its key and its certificate must be one. */
function doubtfulAuthorities(authorities: ReadonlyMap<string, Authority>, name: string, complain: Complain): void {
  for (const [keyid, authority] of authorities) {
    const place = `${name}[${JSON.stringify(keyid)}]`
    if (authority.keyid !== null && authority.keyid !== keyid) {
      const message = `The authority listed under ${short(keyid)} calls itself ${short(authority.keyid)}; both must be the same.`
      complain(place, message)
    }
    if (authority.publicKey !== null && !isKeyOf(authority.publicKey, authority)) {
      complain(place, `The public key of the authority ${short(keyid)} is not that of its certificate.`)
    }
  }
}

/** PEM, or for Ed25519 the 32 bytes in hex. */
function isKeyOf(text: string, { certificate }: Authority): boolean {
  if (certificate.key?.keytype === 'ed25519' && /^[0-9a-fA-F]{64}$/.test(text)) {
    return toHex(certificate.spki.subarray(-32)) === text.toLowerCase()
  }
  try {
    return parsePublicKeyPem(text).fingerprint === certificate.key?.fingerprint
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

/** Constraints that say something else than their author thinks. */
function looseConstraints(layout: Unchecked, complain: Complain): void {
  for (const [index, step] of layout.steps.entries()) {
    for (const [at, constraint] of step.certConstraints.entries()) {
      const place = `steps[${index}].cert_constraints[${at}]`
      const lists = [
        constraint.dnsNames,
        constraint.emails,
        constraint.organizations,
        constraint.roots,
        constraint.uris,
      ]
      if (lists.some((values) => values.length > 1 && values.includes('*'))) {
        complain(place, 'A "*" beside other values is no wildcard; it must stand alone.')
      }
      if (demandsNothing(constraint)) {
        complain(place, 'The constraint is empty: it fits every certificate that names nobody.')
      }
    }
  }
}

function demandsNothing({ commonName, dnsNames, emails, organizations, uris }: CertConstraint): boolean {
  return commonName === '' && [dnsNames, emails, organizations, uris].flat().every((value) => value === '')
}

function short(keyid: string): string {
  return keyid.slice(0, 8)
}
