import type { JsonObject } from '#lib/crypto/index.ts'
import type { ItemRef, Side } from './document.ts'
import type { ItemView } from './view.ts'

export type IssueCode =
  | 'LAYOUT_INVALID'
  | 'NOT_SIGNABLE'
  | 'UNKNOWN_MEMBER'
  | 'NO_STEPS'
  | 'EXPIRES_INVALID'
  | 'EXPIRED'
  | 'EXPIRES_LATE'
  | 'NAME_MISSING'
  | 'NAME_DUPLICATE'
  | 'NAME_UNSAFE'
  | 'NAME_LOOKALIKE'
  | 'KEY_UNREADABLE'
  | 'KEY_UNKNOWN'
  | 'KEY_UNUSED'
  | 'KEY_TWICE'
  | 'KEYID_CLASH'
  | 'NO_SIGNERS'
  | 'THRESHOLD_INVALID'
  | 'THRESHOLD_ABOVE_SIGNERS'
  | 'CONSTRAINT_EMPTY'
  | 'CONSTRAINT_STAR'
  | 'CONSTRAINT_ROOTS'
  | 'CONSTRAINT_URI'
  | 'CONSTRAINT_ANY'
  | 'CONSTRAINT_NEVER'
  | 'CONSTRAINT_MIXED'
  | 'AUTHORITY_UNREADABLE'
  | 'NO_ROOTS'
  | 'ROOTS_MIXED'
  | 'ROOT_UNUSED'
  | 'ROOT_ENDS'
  | 'RULE_INVALID'
  | 'MATCH_UNKNOWN_STEP'
  | 'MATCH_INSPECTION'
  | 'MATCH_ITSELF'
  | 'CYCLE'
  | 'REQUIRE_AFTER_CONSUMER'
  | 'REQUIRE_AFTER_CLOSING'
  | 'REQUIRE_PATTERN'
  | 'NO_CLOSING_DISALLOW'
  | 'ALLOW_ALL_EARLY'
  | 'NEVER_CONSUMES'
  | 'CARET_CLASS'
  | 'PATH_NOT_NORMAL'
  | 'UNBOUND_STEP'
  | 'PRODUCTS_UNUSED'

/** What is wrong or unwise in a draft. Errors stop signing, never saving. */
export interface Issue {
  readonly code: IssueCode
  readonly severity: 'error' | 'warning'
  /** place in the document, e.g. `steps[1].expected_materials[0]` */
  readonly path: string
  readonly item: ItemRef | null
  readonly side: Side | null
  /** index of the rule in its list */
  readonly rule: number | null
  /** one sentence: what is so, and what follows from it */
  readonly message: string
  /** what one click would do, where that is safe */
  readonly fix: Fix | null
}

export interface Fix {
  /** on the button, e.g. `Add DISALLOW *` */
  readonly title: string
  readonly apply: (document: JsonObject) => JsonObject
}

interface Place {
  readonly item?: ItemView
  readonly side?: Side
  readonly rule?: number
  /** after the item's place, or the whole path where there is no item */
  readonly member?: string
}

export function error(code: IssueCode, place: Place, message: string, fix: Fix | null = null): Issue {
  return issue('error', code, place, message, fix)
}

export function warning(code: IssueCode, place: Place, message: string, fix: Fix | null = null): Issue {
  return issue('warning', code, place, message, fix)
}

function issue(severity: Issue['severity'], code: IssueCode, place: Place, message: string, fix: Fix | null): Issue {
  const { item, side, rule, member } = place
  const parts = [
    item === undefined ? '' : `${item.ref.list}[${item.ref.index}]`,
    side === undefined ? (member ?? '') : `expected_${side}`,
  ].filter((part) => part !== '')
  const path = parts.join('.') + (rule === undefined ? '' : `[${rule}]`)
  return { code, severity, path, item: item?.ref ?? null, side: side ?? null, rule: rule ?? null, message, fix }
}
