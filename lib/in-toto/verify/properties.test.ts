import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonObject, type JsonValue, parseJson, printJson, utf8 } from '#lib/crypto/index.ts'
import { verifySignature } from '#lib/crypto/node/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { type Draft, makeDraft, makeKeys, render, stepsOf } from '#lib/testing/differential/chain.ts'
import { Random } from '#lib/testing/differential/random.ts'
import { TAMPERINGS } from '#lib/testing/differential/tamper.ts'
import type { Candidate, LinkStore, Report } from '../index.ts'
import { formatTimestamp, parseRule, parseTimestamp, readDocument, verifyLayout } from '../index.ts'

const AT = Date.parse('2026-06-01T00:00:00Z')
const keys = makeKeys()
const stranger = makeKey('stranger')
const options = { numRuns: 120, seed: 20_260_601 }

/** A random chain, whole or spoiled in some way; the same for the same number. */
function draftOf(seed: number, spoiled: boolean): Draft {
  const random = new Random(seed)
  const draft = makeDraft(random, keys, false)
  if (spoiled) random.pick(TAMPERINGS).apply(draft, random, keys)
  return draft
}

type Files = ReadonlyMap<string, Uint8Array>

interface Level {
  readonly steps: Map<string, Candidate[]>
  readonly namespaces: Map<string, Level>
}

const emptyLevel = (): Level => ({ steps: new Map(), namespaces: new Map() })

/** The links of a directory, in the order of the files. */
function storeOf(files: Files): LinkStore {
  const root = emptyLevel()
  for (const [path, bytes] of files) {
    const found = /^links\/((?:[^/]+\/)*)([^/]+)\.([^./]{8})\.link$/.exec(path)
    if (found?.[2] === undefined || found[3] === undefined) continue
    let level = root
    for (const folder of (found[1] ?? '').split('/').filter((name) => name !== '')) {
      const below = level.namespaces.get(folder) ?? emptyLevel()
      level.namespaces.set(folder, below)
      level = below
    }
    const candidate = { document: readDocument(path, bytes), keyid: found[3] }
    level.steps.set(found[2], [...(level.steps.get(found[2]) ?? []), candidate])
  }
  return root
}

function judge(draft: Draft, files: Files = render(draft)): Report {
  const layout = files.get('root.layout')
  return verifyLayout({
    layout: layout === undefined ? null : readDocument('root.layout', layout),
    layoutKeys: draft.layoutKeys.has(draft.owner.keyid) ? [draft.owner.key] : [],
    links: storeOf(files),
    at: AT,
    parameters: draft.params === null ? null : new Map(Object.entries(draft.params)),
    // inspections are run elsewhere: here they change nothing
    runInspection: () => ({ returnValue: 0, materials: new Map(), products: new Map() }),
    profile: 'strict',
    verifySignature: (key, message, signature) => verifySignature(key, message, signature),
  })
}

const roots = ({ reasons }: Report) =>
  reasons.filter(({ severity, follows }) => severity !== 'warning' && follows === undefined)
const said = ({ verdict, referenceVerdict, reasons }: Report) => [
  verdict,
  referenceVerdict,
  ...reasons.map(({ code, severity, step, path }) => [code, severity, step, path ?? []].join(' ')).sort(),
]

/** A world of drafts of which enough are allowed and enough are not. */
function overDrafts(check: (draft: Draft, report: Report, random: Random) => void): void {
  const counts = { allow: 0, other: 0 }
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.boolean(), (seed, spoiled) => {
      const draft = draftOf(seed, spoiled)
      const report = judge(draft)
      counts[report.verdict === 'allow' ? 'allow' : 'other']++
      check(draft, report, new Random(seed + 1))
    }),
    options,
  )
  expect(counts.allow).toBeGreaterThan(15)
  expect(counts.other).toBeGreaterThan(30)
}

describe('what is not allowed stays so', () => {
  test('with one changed byte in any file, unless that silences a signer who disagreed', () => {
    overDrafts((draft, report, random) => {
      if (report.verdict === 'allow') return
      const files = new Map(render(draft))
      const readable = [...files].filter(([path, bytes]) => /layout$|link$/.test(path) && isReadable(bytes))
      if (readable.length === 0) return
      for (let i = 0; i < 5; i++) {
        const [path, bytes] = random.pick(readable)
        const changed = bytes.slice()
        const at = random.below(changed.length)
        changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
        const after = judge(draft, new Map([...files, [path, changed]]))
        if (after.verdict !== 'allow') continue
        expect([path, roots(report).map(({ code }) => code)]).toEqual([path, ['SIGNERS_DISAGREE']])
      }
    })
  })

  test('with one more DISALLOW, a higher threshold or an earlier expiry', () => {
    const changes: readonly ((layout: JsonObject, random: Random) => void)[] = [
      (layout, random) => {
        const step = random.pick(stepsOf(layout))
        const rules = step.get(random.pick(['expected_materials', 'expected_products']))
        if (Array.isArray(rules))
          rules.splice(random.below(rules.length + 1), 0, ['DISALLOW', random.pick(['*', 'src/*', 'app.tgz'])])
      },
      (layout, random) => {
        const step = random.pick(stepsOf(layout))
        const threshold = step.get('threshold')
        if (typeof threshold === 'bigint') step.set('threshold', threshold + 1n)
      },
      (layout, random) => {
        const time = parseTimestamp(String(layout.get('expires')))
        if (time !== null) layout.set('expires', formatTimestamp(time - random.below(20) * 365 * 86_400_000))
      },
    ]
    overDrafts((draft, report, random) => {
      if (stepsOf(draft.layout).length === 0) return
      for (const change of changes) {
        const before = draft.layout
        draft.layout = copyOf(before)
        change(draft.layout, random)
        const after = judge(draft)
        draft.layout = before
        if (report.verdict !== 'allow') expect(after.verdict).not.toBe('allow')
      }
    })
  })
})

describe('the answer stays the same', () => {
  test('with any evidence more that nobody trusted signed', () => {
    overDrafts((draft, report, random) => {
      const files = new Map(render(draft))
      const steps = stepsOf(draft.layout).map((step) => String(step.get('name')))
      const step = random.pick(steps.length === 0 ? ['build'] : steps)
      const document = linkDocument({ name: step, materials: { evil: 'evil' }, products: { evil: 'evil' } })
      const more = new Map([
        [`links/${step}.${stranger.keyid.slice(0, 8)}.link`, metablock(document, [stranger])],
        [`links/${step}.deadbeef.link`, utf8('no link')],
        [`links/elsewhere.${stranger.keyid.slice(0, 8)}.link`, metablock(document, [stranger])],
        [`links/${step}.${stranger.keyid.slice(0, 8)}/${step}.deadbeef.link`, metablock(document, [stranger])],
      ])
      const after = judge(draft, new Map([...more, ...files]))
      // a step that lacks a signature is denied, or cannot be told where a document cannot be read: which of them, such
      // evidence may decide, for it may be what is missing
      expect([after.verdict === 'allow', after.referenceVerdict]).toEqual([
        report.verdict === 'allow',
        report.referenceVerdict,
      ])
    })
  })

  test('in whatever order files, keys and members come', () => {
    overDrafts((draft, report, random) => {
      const files = [...render(draft)].map(([path, bytes]) => [path, reordered(bytes, random)] as const)
      const shuffled = files.map((file) => ({ file, by: random.fraction() })).sort((a, b) => a.by - b.by)
      expect(said(judge(draft, new Map(shuffled.map(({ file }) => file))))).toEqual(said(report))
    })
  })

  test('in the same bytes, each time', () => {
    overDrafts((draft, report) => {
      const files = render(draft)
      expect(JSON.stringify(judge(draft, files))).toBe(JSON.stringify(judge(draft, files)))
      expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    })
  })
})

describe('reading and writing are inverse', () => {
  test('for documents: what is printed is read as what it was, and printed the same', () => {
    overDrafts((draft) => {
      for (const document of [draft.layout, ...draft.links.map((link) => link.document)]) {
        for (const indent of [undefined, 1]) {
          const printed = printJson(document, indent)
          const again = parseJson(utf8(printed))
          expect(again).toEqual(document)
          expect(printJson(again, indent)).toBe(printed)
        }
      }
    })
  })

  test('for rules: the words of a rule give the rule again', () => {
    overDrafts(({ layout }) => {
      for (const step of stepsOf(layout)) {
        for (const tokens of [step.get('expected_materials'), step.get('expected_products')].flat()) {
          if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) continue
          try {
            const rule = parseRule(tokens, 'here')
            expect(parseRule([...rule.tokens], 'there')).toEqual(rule)
          } catch (error) {
            expect(error).toMatchObject({ code: 'LAYOUT_INVALID' })
          }
        }
      }
    })
  })

  test('for times', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.parse('0001-01-01T00:00:00Z') / 1000, max: 253_402_300_799 }), (seconds) => {
        expect(parseTimestamp(formatTimestamp(seconds * 1000))).toBe(seconds * 1000)
      }),
      options,
    )
  })
})

function isReadable(bytes: Uint8Array): boolean {
  return 'envelope' in readDocument('x', bytes)
}

function copyOf(layout: JsonObject): JsonObject {
  const copied = parseJson(utf8(printJson(layout)))
  if (copied instanceof Map) return copied
  throw new Error('no object')
}

/** The same JSON with its members in another order; canonical JSON, which is signed, has its own. */
function reordered(bytes: Uint8Array, random: Random): Uint8Array {
  let value: JsonValue
  try {
    value = parseJson(bytes)
  } catch {
    return bytes
  }
  const shuffle = (one: JsonValue): JsonValue => {
    if (Array.isArray(one)) return one.map(shuffle)
    if (!(one instanceof Map)) return one
    const entries = [...one].map(([name, inner]) => ({ entry: [name, shuffle(inner)] as const, by: random.fraction() }))
    return new Map(entries.sort((a, b) => a.by - b.by).map(({ entry }) => entry))
  }
  return utf8(printJson(shuffle(value), 1))
}
