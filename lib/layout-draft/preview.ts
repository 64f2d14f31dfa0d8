import { evaluateRules, type Recorded, type Rule, type RuleListTrace } from '#lib/in-toto/index.ts'
import type { Side } from './document.ts'
import { type DraftView, type ItemView, rulesOf } from './view.ts'

/** The links of one run, by step name. */
export type SampleLinks = ReadonlyMap<string, Recorded>

/** What the rules of one list would take from the sample run; null where the run has no link of that step. */
export interface ListPreview {
  readonly trace: RuleListTrace
  /** position in the document's list of each traced rule: entries that are no rules are passed over */
  readonly indexes: readonly number[]
}

/** Runs one rule list over the sample run, with the verifier's own engine. */
export function previewRules(item: ItemView, side: Side, links: SampleLinks): ListPreview | null {
  const recorded = links.get(item.name)
  if (recorded === undefined) return null
  const rules: Rule[] = []
  const indexes: number[] = []
  for (const { rule, index } of rulesOf(item, side)) {
    if (rule === null) continue
    rules.push(rule)
    indexes.push(index)
  }
  return { trace: evaluateRules({ rules, list: side, item: recorded, links }), indexes }
}

export interface ItemPreview {
  readonly materials: ListPreview | null
  readonly products: ListPreview | null
}

/** The preview of every item, by its id. */
export function previewDraft(view: DraftView, links: SampleLinks): ReadonlyMap<string, ItemPreview> {
  return new Map(
    view.items.map((item) => [
      item.id,
      { materials: previewRules(item, 'materials', links), products: previewRules(item, 'products', links) },
    ]),
  )
}

export interface PatternSuggestion {
  readonly pattern: string
  readonly files: number
}

/** Patterns that fit files of a run: each folder, then each single name; the widest first. */
export function suggestPatterns(names: Iterable<string>, limit = 30): PatternSuggestion[] {
  const folders = new Map<string, number>()
  const singles: PatternSuggestion[] = []
  for (const name of names) {
    for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
      const folder = `${escapeGlob(name.slice(0, at))}/*`
      folders.set(folder, (folders.get(folder) ?? 0) + 1)
    }
    if (singles.length < limit) singles.push({ pattern: escapeGlob(name), files: 1 })
  }
  const wide = Array.from(folders, ([pattern, files]) => ({ pattern, files })).sort((a, b) => b.files - a.files)
  return [...wide, ...singles].slice(0, limit)
}

/** A name as a pattern that fits only itself: the three special characters each in a class of their own. */
function escapeGlob(name: string): string {
  return name.replace(/[*?[]/g, (character) => `[${character}]`)
}
