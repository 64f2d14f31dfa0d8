import { utf8 } from './bytes.ts'

/** A SPIFFE ID taken apart (SPIFFE-ID.md 2). */
export interface SpiffeId {
  /** the whole, as written: two IDs are the same exactly if these are */
  readonly id: string
  readonly trustDomain: string
  /** empty, or begins with a slash */
  readonly path: string
}

export type SpiffeIdAnswer =
  | { readonly valid: true; readonly spiffeId: SpiffeId }
  | { readonly valid: false; readonly why: string }

const SCHEME = 'spiffe://'
const MOST_BYTES = 2048
const MOST_DOMAIN_BYTES = 255

/**
 * Reads a SPIFFE ID by the grammar of SPIFFE-ID.md 2.1 to 2.3: lower-case trust domain, no port, user, query,
 * fragment or percent-encoding, no empty or dot segments. Nothing is normalised: what is not in the one form is none.
 */
export function parseSpiffeId(text: string): SpiffeIdAnswer {
  if (text === '') return no('it is empty')
  if (utf8(text).length > MOST_BYTES) return no(`it is longer than ${MOST_BYTES} bytes`)
  if (!text.startsWith(SCHEME)) return no('it does not begin with spiffe://')
  const rest = text.slice(SCHEME.length)
  const slash = rest.indexOf('/')
  const trustDomain = slash < 0 ? rest : rest.slice(0, slash)
  const path = slash < 0 ? '' : rest.slice(slash)
  if (trustDomain === '') return no('it names no trust domain')
  if (!isTrustDomain(trustDomain)) {
    return no('a trust domain has lower-case letters, digits, dots, hyphens and underscores, at most 255, and no more')
  }
  const fault = pathFault(path)
  return fault === null ? { valid: true, spiffeId: { id: text, trustDomain, path } } : no(fault)
}

/** Whether a text can be the name of a trust domain. */
export function isTrustDomain(text: string): boolean {
  return text.length <= MOST_DOMAIN_BYTES && /^[a-z0-9._-]+$/.test(text)
}

function pathFault(path: string): string | null {
  if (path === '') return null
  for (const segment of path.slice(1).split('/')) {
    if (segment === '') return 'its path has an empty segment or ends with a slash'
    if (segment === '.' || segment === '..') return 'its path has a dot segment'
    if (!/^[A-Za-z0-9._-]+$/.test(segment)) return 'its path has a character that no SPIFFE ID has'
  }
  return null
}

function no(why: string): SpiffeIdAnswer {
  return { valid: false, why }
}
