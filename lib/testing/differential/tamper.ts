// Longer than most: a list of tamperings, each a few lines.
import { type JsonObject, jsonObject, keyObject, utf8 } from '#lib/crypto/index.ts'
import { type Draft, type DraftLink, type Keys, stepsOf } from './chain.ts'
import type { Random } from './random.ts'

/** One way to spoil a chain. */
export interface Tampering {
  readonly name: string
  /** whether a chain spoiled like this must never be allowed again, whatever else is in it */
  readonly fatal: boolean
  /** whether this engine may allow what in-toto refuses for it, as `lib/in-toto/DEVIATIONS.md` lists */
  readonly lax?: boolean
  readonly apply: (draft: Draft, random: Random, keys: Keys) => void
}

const anyLink = (draft: Draft, random: Random): DraftLink => random.pick(draft.links)

function filesOf(link: DraftLink, list: 'materials' | 'products'): JsonObject {
  const files = link.document.get(list)
  return files instanceof Map ? files : new Map()
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const other = (random: Random, keys: Keys, not: string) => random.pick(keys.filter(({ keyid }) => keyid !== not))

function inStep(
  name: string,
  change: (step: JsonObject, draft: Draft, random: Random, keys: Keys) => void,
  fatal = false,
): Tampering {
  return {
    name,
    fatal,
    apply: (draft, random, keys) => {
      const steps = stepsOf(draft.layout)
      if (steps.length > 0) change(random.pick(steps), draft, random, keys)
    },
  }
}

function inLink(name: string, change: (link: DraftLink, draft: Draft, random: Random, keys: Keys) => void): Tampering {
  return {
    name,
    fatal: false,
    apply: (draft, random, keys) => {
      if (draft.links.length > 0) change(anyLink(draft, random), draft, random, keys)
    },
  }
}

function inLayout(
  name: string,
  change: (layout: JsonObject, draft: Draft, random: Random, keys: Keys) => void,
  fatal = false,
): Tampering {
  return { name, fatal, apply: (draft, random, keys) => change(draft.layout, draft, random, keys) }
}

export const TAMPERINGS: readonly Tampering[] = [
  inLink('swap a file', (link, _, random) => {
    const files = filesOf(link, random.pick(['materials', 'products']))
    const name = random.pick([...files.keys(), 'new'])
    files.set(name, jsonObject({ sha256: 'ab'.repeat(32) }))
  }),
  inLink('take a file out', (link, _, random) => {
    const files = filesOf(link, random.pick(['materials', 'products']))
    for (const name of [...files.keys()].slice(0, 1)) files.delete(name)
  }),
  inLink('drop a link', (link, draft) => {
    draft.links = draft.links.filter((one) => one !== link)
  }),
  inLink('sign by another', (link, _, random, keys) => {
    link.signers = [other(random, keys, link.fileKeyid)]
  }),
  inLink('sign by another, under his name', (link, _, random, keys) => {
    link.signers = [other(random, keys, link.fileKeyid)]
    link.fileKeyid = link.signers[0]?.keyid ?? ''
  }),
  inLink('file under another name', (link, _, random, keys) => {
    link.fileKeyid = other(random, keys, link.fileKeyid).keyid
  }),
  inLink('two signatures in one file', (link, _, random, keys) => {
    link.signers = [...link.signers, random.pick(keys)]
  }),
  inLink('one file under two names', (link, draft, random, keys) => {
    const second = other(random, keys, link.fileKeyid)
    const signers = [...link.signers, second]
    link.signers = signers
    draft.links.push({ ...link, fileKeyid: second.keyid })
  }),
  inLink('no signature', (link) => {
    link.signers = []
  }),
  inLink('change after signing', (link) => {
    link.after = (bytes) => utf8(text(bytes).replace('"make"', '"evil"').replace('stdout": "', 'stdout": "!'))
  }),
  inLink('a broken signature', (link) => {
    link.after = (bytes) =>
      utf8(
        text(bytes).replace(
          /("sig": ?")(..)/,
          (_, start: string, hex: string) => `${start}${hex === 'aa' ? 'bb' : 'aa'}`,
        ),
      )
  }),
  inLink('a short signature', (link) => {
    link.after = (bytes) => utf8(text(bytes).replace(/("sig": ?")..../, '$1'))
  }),
  inLink('a signature in capitals', (link) => {
    if (!link.dsse)
      link.after = (bytes) =>
        utf8(
          text(bytes).replace(/("sig": ?")([0-9a-f]+)/, (_, start: string, hex: string) => start + hex.toUpperCase()),
        )
  }),
  inLink('not JSON', (link) => {
    link.after = (bytes) => bytes.slice(0, -3)
  }),
  inLink('blanks and order', (link) => {
    link.after = (bytes) => utf8(JSON.stringify(reversed(JSON.parse(text(bytes))), null, 3))
  }),
  inLink('another step name inside', (link) => {
    if (link.document.get('_type') === 'link') link.document.set('name', 'elsewhere')
  }),
  inLink('no environment', (link) => {
    link.document.delete('environment')
  }),
  inLink('null command', (link) => {
    if (link.document.get('_type') === 'link') link.document.set('command', null)
  }),
  inLink('null materials', (link) => {
    if (link.document.get('_type') === 'link') link.document.set('materials', null)
  }),
  inLink('null return value', (link) => {
    if (link.document.get('_type') === 'link') link.document.set('byproducts', jsonObject({ 'return-value': null }))
  }),
  inLink('one more member in a link', (link) => {
    link.document.set('extra', 'x')
  }),
  inLayout(
    'expired',
    (layout) => {
      layout.set('expires', '2020-01-01T00:00:00Z')
    },
    true,
  ),
  ...['2040-01-01T00:00:00+00:00', '2040-01-01', 'never', '2040-02-31T00:00:00Z', '2040-01-01T00:00:00.5Z', ''].map(
    (expires) =>
      inLayout(
        `expires ${expires}`,
        (layout) => {
          layout.set('expires', expires)
        },
        true,
      ),
  ),
  inLayout(
    'unsigned layout',
    (_, draft) => {
      draft.layoutSigners = []
    },
    true,
  ),
  inLayout(
    'layout signed by another',
    (_, draft, random, keys) => {
      draft.layoutSigners = [other(random, keys, draft.owner.keyid)]
    },
    true,
  ),
  inLayout(
    'no layout keys',
    (_, draft) => {
      draft.layoutKeys = new Map()
    },
    true,
  ),
  inLayout(
    'one layout key more',
    (_, draft, random, keys) => {
      const key = other(random, keys, draft.owner.keyid)
      draft.layoutKeys.set(key.keyid, keyObject(key.key, 'legacy'))
    },
    true,
  ),
  inLayout('a layout signature more', (_, draft, random, keys) => {
    draft.layoutSigners.push(other(random, keys, draft.owner.keyid))
  }),
  inLayout('one more member in the layout', (layout) => {
    layout.set('extra', 'x')
  }),
  inLayout('no readme', (layout) => {
    layout.delete('readme')
  }),
  inLayout(
    'no steps',
    (layout) => {
      layout.set('steps', [])
    },
    true,
  ),
  inLayout(
    'steps twice',
    (layout) => {
      layout.set('steps', [...stepsOf(layout), ...stepsOf(layout).slice(0, 1)])
    },
    true,
  ),
  inStep('one more member in a step', (step) => {
    step.set('extra', 'x')
  }),
  inStep('no expected command', (step) => {
    step.delete('expected_command')
  }),
  inStep('threshold one higher', (step) => {
    // One more than a threshold that no step may have would be a threshold that some step may have: it would take
    // back what a fatal tampering before it did.
    const threshold = step.get('threshold')
    if (typeof threshold === 'bigint' && threshold >= 1n) step.set('threshold', threshold + 1n)
  }),
  inStep(
    'threshold 0',
    (step) => {
      step.set('threshold', 0n)
    },
    true,
  ),
  inStep(
    'threshold -1',
    (step) => {
      step.set('threshold', -1n)
    },
    true,
  ),
  inStep(
    'threshold true',
    (step) => {
      step.set('threshold', true)
    },
    true,
  ),
  inStep(
    'threshold text',
    (step) => {
      step.set('threshold', '1')
    },
    true,
  ),
  inStep(
    'nobody may sign',
    (step) => {
      step.set('pubkeys', [])
    },
    true,
  ),
  inStep('keyids in capitals', (step) => {
    step.set(
      'pubkeys',
      keyidsIn(step).map((keyid) => keyid.toUpperCase()),
    )
  }),
  inStep('a keyid that is not there', (step) => {
    step.set('pubkeys', [...keyidsIn(step), 'ab'.repeat(32)])
  }),
  inStep(
    'a keyid that is no hex',
    (step) => {
      step.set('pubkeys', [...keyidsIn(step), 'xyz'])
    },
    true,
  ),
  inStep('pubkeys in another order', (step) => {
    step.set('pubkeys', keyidsIn(step).toReversed())
  }),
  inStep(
    'a rule of one word',
    (step) => {
      step.set('expected_products', [['CREATE']])
    },
    true,
  ),
  inStep(
    'a rule nobody knows',
    (step) => {
      step.set('expected_products', [['PERMIT', '*']])
    },
    true,
  ),
  inStep('DISALLOW * first', (step) => {
    const rules = step.get('expected_products')
    if (Array.isArray(rules)) rules.unshift(['DISALLOW', '*'])
  }),
  inLayout('a key under another id', (layout, draft, random) => {
    const keys = layout.get('keys')
    if (!(keys instanceof Map)) return
    const [keyid, key] = random.pick([...keys])
    if (!(key instanceof Map)) return
    const alias = 'cd'.repeat(32)
    keys.set(alias, new Map([...key, ['keyid', alias]]))
    for (const step of stepsOf(layout))
      if (keyidsIn(step).includes(keyid)) step.set('pubkeys', [...keyidsIn(step), alias])
    for (const link of draft.links.filter((one) => one.folder === '' && one.fileKeyid === keyid)) {
      const again = (bytes: Uint8Array) => utf8(text(bytes).replaceAll(`"keyid": "${keyid}"`, `"keyid": "${alias}"`))
      draft.links.push({ ...link, fileKeyid: alias, after: again })
    }
  }),
  inLayout('a key that calls itself otherwise', (layout, _, random) => {
    const keys = layout.get('keys')
    if (!(keys instanceof Map)) return
    const [first, second] = [random.pick([...keys]), random.pick([...keys])]
    keys.set(first[0], second[1])
  }),
]

function keyidsIn(step: JsonObject): string[] {
  const keyids = step.get('pubkeys')
  return Array.isArray(keyids) ? keyids.filter((keyid) => typeof keyid === 'string') : []
}

/** The same JSON with every object's members in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  )
}
