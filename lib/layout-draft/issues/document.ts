import { formatTimestamp, parseTimestamp } from '#lib/in-toto/index.ts'
import { addStep, freeName, removeKey, setExpires } from '../commands.ts'
import { error, type Fix, type Issue, warning } from '../issue.ts'
import type { DraftView } from '../view.ts'

const DAY = 86_400_000

/** Expiry, steps, keys: what the layout has as a whole. */
export function documentIssues(view: DraftView, at: number): Issue[] {
  return [...expiry(view, at), ...steps(view), ...keys(view)]
}

function* expiry(view: DraftView, at: number): Generator<Issue> {
  const expires = parseTimestamp(view.expires)
  const quarter: Fix = {
    title: 'Expire in 90 days',
    apply: (document) => setExpires(document, formatTimestamp(at + 90 * DAY)),
  }
  if (expires === null) {
    const message = `Expected an expiry such as 2030-01-31T12:00:00Z; found ${JSON.stringify(view.expires)}.`
    yield error('EXPIRES_INVALID', { member: 'expires' }, message, quarter)
  } else if (expires <= at) {
    yield error(
      'EXPIRED',
      { member: 'expires' },
      `The layout expired on ${view.expires}: nothing would verify.`,
      quarter,
    )
  } else if (expires > at + 366 * DAY) {
    const message = `The layout is valid until ${view.expires}, over a year: a lost key stays trusted as long.`
    yield warning('EXPIRES_LATE', { member: 'expires' }, message, quarter)
  }
}

function* steps(view: DraftView): Generator<Issue> {
  if (view.items.some((item) => item.kind === 'step')) return
  const fix: Fix = { title: 'Add a step', apply: (document) => addStep(document, freeName(document, 'step')) }
  yield error('NO_STEPS', { member: 'steps' }, 'The layout has no steps, so it demands nothing.', fix)
}

function* keys(view: DraftView): Generator<Issue> {
  for (const { keyid, problem } of view.keys) {
    const place = { member: `keys.${keyid}` }
    const short = keyid.slice(0, 8)
    if (problem !== null) {
      yield error('KEY_UNREADABLE', place, `The key ${short} cannot be used: ${problem}`, {
        title: 'Remove the key',
        apply: (document) => removeKey(document, keyid),
      })
    } else if (!view.items.some((item) => item.pubkeys.includes(keyid))) {
      yield warning('KEY_UNUSED', place, `The key ${short} is listed, but no step lets it sign.`, {
        title: 'Remove the key',
        apply: (document) => removeKey(document, keyid),
      })
    }
  }
}
