import { FormatError, type JsonObject, type JsonValue, parseX509Pem, type X509 } from '#lib/crypto/index.ts'
import { type AuthorityList, CONSTRAINT_LISTS, type ConstraintList } from './certificates.ts'
import { arrayAt, objectAt } from './change.ts'

/** What certificates may sign a step, as it is written. */
export interface ConstraintView {
  readonly index: number
  readonly commonName: string
  readonly lists: Readonly<Record<ConstraintList, readonly string[]>>
}

/** A certificate authority that the layout names. */
export interface AuthorityView {
  readonly list: AuthorityList
  readonly keyid: string
  readonly certificate: X509 | null
  /** why `certificate` is null */
  readonly problem: string | null
}

/** A certificate of no name is written as the empty text: in-toto-golang takes what is missing for it. */
export function viewConstraints(step: JsonObject): ConstraintView[] {
  return arrayAt(step, 'cert_constraints').map((value, index) => {
    const constraint: JsonObject = value instanceof Map ? value : new Map()
    const name = constraint.get('common_name')
    const lists = Object.fromEntries(CONSTRAINT_LISTS.map((list) => [list, texts(constraint.get(list))]))
    const { uris = [], dns_names = [], emails = [], organizations = [], roots = [] } = lists
    return {
      index,
      commonName: typeof name === 'string' ? name : '',
      lists: { uris, dns_names, emails, organizations, roots },
    }
  })
}

/** One empty text is in-toto-golang's "none". */
function texts(value: JsonValue | undefined): string[] {
  const found = Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
  return found.length === 1 && found[0] === '' ? [] : found
}

export function viewAuthorities(document: JsonObject, list: AuthorityList): AuthorityView[] {
  return Array.from(objectAt(document, list), ([keyid, value]) => {
    const keyval = value instanceof Map ? value.get('keyval') : null
    const pem = keyval instanceof Map ? keyval.get('certificate') : null
    return { list, keyid, ...readCertificate(typeof pem === 'string' ? pem : '') }
  })
}

function readCertificate(pem: string): Pick<AuthorityView, 'certificate' | 'problem'> {
  try {
    return { certificate: parseX509Pem(pem)[0] ?? null, problem: null }
  } catch (error) {
    if (error instanceof FormatError) return { certificate: null, problem: error.message }
    throw error
  }
}
