import { removeFunctionary, setThreshold } from '../commands.ts'
import { error, type Issue } from '../issue.ts'
import type { DraftView, ItemView } from '../view.ts'

/** Who may sign each step, and how many of them must. */
export function signerIssues(view: DraftView): Issue[] {
  return view.items.filter((item) => item.kind === 'step').flatMap((step) => [...stepSigners(view, step)])
}

function* stepSigners(view: DraftView, step: ItemView): Generator<Issue> {
  const { name, threshold } = step
  yield* unknownKeys(view, step)
  yield* keysTwice(view, step)
  yield* keyidClashes(step)
  if (threshold === null || threshold < 1) {
    const message = `${name} needs a whole number of signatures, 1 or more.`
    yield error('THRESHOLD_INVALID', { item: step, member: 'threshold' }, message, {
      title: 'Set it to 1',
      apply: (document) => setThreshold(document, step.ref, 1),
    })
    return
  }
  if (step.certConstraints > 0) return
  const possible = signersOf(view, step)
  if (possible === 0) {
    yield error(
      'NO_SIGNERS',
      { item: step, member: 'pubkeys' },
      `Nobody may sign ${name}. Add a key, or a workload by its certificate.`,
    )
  } else if (threshold > possible) {
    const message = `${name} needs ${threshold} signatures, but only ${possible} ${possible === 1 ? 'key' : 'different keys'} may sign it.`
    yield error('THRESHOLD_ABOVE_SIGNERS', { item: step, member: 'threshold' }, message, {
      title: `Need ${possible}`,
      apply: (document) => setThreshold(document, step.ref, possible),
    })
  }
}

/** How many different keys may sign a step: one key under two keyids is one signer. */
export function signersOf(view: DraftView, step: ItemView): number {
  const keys = new Map(view.keys.map((entry) => [entry.keyid, entry.key]))
  const fingerprints = step.pubkeys.flatMap((keyid) => {
    const key = keys.get(keyid)
    return key === undefined || key === null ? [] : [key.fingerprint]
  })
  return new Set(fingerprints).size
}

function* unknownKeys(view: DraftView, step: ItemView): Generator<Issue> {
  const listed = new Set(view.keys.map((entry) => entry.keyid))
  for (const keyid of new Set(step.pubkeys)) {
    if (listed.has(keyid)) continue
    const message = `${step.name} names the key ${keyid.slice(0, 8)}, which the layout does not list: its signature would not count.`
    yield error('KEY_UNKNOWN', { item: step, member: 'pubkeys' }, message, {
      title: 'Remove it from the step',
      apply: (document) => removeFunctionary(document, step.ref, keyid),
    })
  }
}

function* keysTwice(view: DraftView, step: ItemView): Generator<Issue> {
  const keys = new Map(view.keys.map((entry) => [entry.keyid, entry.key]))
  const seen = new Map<string, string>()
  for (const keyid of new Set(step.pubkeys)) {
    const fingerprint = keys.get(keyid)?.fingerprint
    if (fingerprint === undefined) continue
    const other = seen.get(fingerprint)
    seen.set(fingerprint, other ?? keyid)
    if (other === undefined) continue
    const message = `${step.name} lists one key under two keyids, ${other.slice(0, 8)} and ${keyid.slice(0, 8)}. It counts once.`
    yield error('KEY_TWICE', { item: step, member: 'pubkeys' }, message, {
      title: `Remove ${keyid.slice(0, 8)}`,
      apply: (document) => removeFunctionary(document, step.ref, keyid),
    })
  }
}

/** Link files are named after the first eight characters of the keyid: two alike overwrite each other. */
function* keyidClashes(step: ItemView): Generator<Issue> {
  const seen = new Map<string, string>()
  for (const keyid of new Set(step.pubkeys)) {
    const prefix = keyid.slice(0, 8)
    const other = seen.get(prefix)
    seen.set(prefix, keyid)
    if (other === undefined) continue
    const message = `Two keys of ${step.name} have keyids that begin with ${prefix}: both would write ${step.name}.${prefix}.link.`
    yield error('KEYID_CLASH', { item: step, member: 'pubkeys' }, message)
  }
}
