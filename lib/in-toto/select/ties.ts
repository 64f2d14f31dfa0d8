import { applyRules, counterpartName, type Recorded } from '../evaluate-rules.ts'
import type { Layout, Step } from '../layout.ts'
import type { Digests } from '../report.ts'
import type { MatchRule } from '../rule.ts'
import { canTie, madeFiles } from './content.ts'
import type { SignedLink } from './evidence.ts'

/** What is selected already: per step the one link content that stands for it. */
export interface Selected {
  readonly layout: Layout
  readonly finalStep: string
  readonly finalFiles: ReadonlyMap<string, Digests>
  readonly records: ReadonlyMap<string, Recorded>
  /** the links behind them */
  readonly links: ReadonlyMap<string, readonly SignedLink[]>
}

/** How digests bind a link to the selected ones; `over` names a file that a MATCH between them leaves over. */
export interface Tie {
  readonly supplier: boolean
  readonly consumer: boolean
  readonly over: { readonly step: string; readonly artifact: string } | null
}

/** Of what lists no files, such as a sublayout. */
export const NO_TIE: Tie = { supplier: false, consumer: false, over: null }

/** Whether any MATCH rule of the layout looks from one of the steps to the other. */
export function isRelated(step: Step, other: Step): boolean {
  return matchesFrom(step, other.name).length > 0 || matchesFrom(other, step.name).length > 0
}

function matchesFrom(step: Step, from: string): MatchRule[] {
  return [...step.expectedMaterials, ...step.expectedProducts].filter(
    (rule) => rule.keyword === 'MATCH' && rule.from === from,
  ) as MatchRule[] // safe: the filter keeps MATCH rules only
}

/**
 * Ties by digests along the MATCH rules, against them and with them. A tie says where a link belongs; whether the
 * rules then pass is not asked.
 */
export function tieOf(step: Step, record: Recorded, selected: Selected): Tie {
  let supplier = false
  let consumer = false
  const records = new Map([...selected.records, [step.name, record] as const])
  for (const other of selected.layout.steps) {
    const chosen = selected.records.get(other.name)
    if (chosen === undefined || other.name === step.name) continue
    const over = leftOver(other, chosen, step.name, records) ?? leftOver(step, record, other.name, records)
    if (over !== null) return { supplier: false, consumer: false, over }
    supplier ||= suppliesMade(other, chosen, step.name, record, records)
    consumer ||= takesAllUsed(step, record, other, chosen, selected, records)
  }
  return { supplier, consumer, over: null }
}

interface Taken {
  readonly rule: MatchRule
  readonly list: 'materials' | 'products'
  readonly artifact: string
  /** its name on the other side */
  readonly source: string
}

/** What the MATCH rules of a step take, from every step. */
export function takenBy(step: Step, record: Recorded, records: ReadonlyMap<string, Recorded>): Taken[] {
  return (['materials', 'products'] as const).flatMap((list) => {
    const rules = list === 'materials' ? step.expectedMaterials : step.expectedProducts
    if (!rules.some(({ keyword }) => keyword === 'MATCH')) return []
    const { matched } = applyRules({ rules, list, item: record, links: records })
    return matched.flatMap(({ rule, artifacts }) =>
      artifacts().map((artifact) => ({ rule, list, artifact, source: counterpartName(rule, artifact) ?? artifact })),
    )
  })
}

/** The first file that a MATCH of the consumer looks for at the supplier and that no MATCH of its list takes. */
export function leftOver(
  consumer: Step,
  record: Recorded,
  supplier: string,
  records: ReadonlyMap<string, Recorded>,
): Tie['over'] {
  const rules = matchesFrom(consumer, supplier)
  if (rules.length === 0) return null
  const taken = takenBy(consumer, record, records)
  for (const list of ['materials', 'products'] as const) {
    const own = list === 'materials' ? consumer.expectedMaterials : consumer.expectedProducts
    const looking = rules.filter((rule) => own.includes(rule))
    if (looking.length === 0) continue
    const names = new Set(taken.filter((one) => one.list === list).map(({ artifact }) => artifact))
    for (const artifact of record[list].keys()) {
      if (names.has(artifact) || !looking.some((rule) => counterpartName(rule, artifact) !== null)) continue
      return { step: consumer.name, artifact }
    }
  }
  return null
}

/** The consumer takes at least one file that the supplier itself made; files that are always the same tie nothing. */
export function suppliesMade(
  consumer: Step,
  chosen: Recorded,
  supplier: string,
  record: Recorded,
  records: ReadonlyMap<string, Recorded>,
): boolean {
  const made = madeFiles(record)
  return takenBy(consumer, chosen, records).some(
    ({ rule, source }) =>
      rule.from === supplier && rule.with === 'products' && made.has(source) && canTie(made.get(source) ?? {}),
  )
}

/** The consumer takes every file that the build uses from the supplier, at least one of them made there. */
function takesAllUsed(
  step: Step,
  record: Recorded,
  supplier: Step,
  chosen: Recorded,
  selected: Selected,
  records: ReadonlyMap<string, Recorded>,
): boolean {
  const taken = new Set(sources(step, record, supplier.name, records))
  if (taken.size === 0) return false
  const used = new Set(
    supplier.name === selected.finalStep ? [...selected.finalFiles.keys()].map((path) => `products ${path}`) : [],
  )
  for (const user of selected.layout.steps) {
    const one = selected.records.get(user.name)
    if (one === undefined || user.name === step.name) continue
    for (const source of sources(user, one, supplier.name, records)) used.add(source)
  }
  const made = [...madeFiles(chosen)].filter(([, digests]) => canTie(digests)).map(([path]) => `products ${path}`)
  return used.size > 0 && [...used].every((source) => taken.has(source)) && made.some((source) => used.has(source))
}

function sources(step: Step, record: Recorded, supplier: string, records: ReadonlyMap<string, Recorded>): string[] {
  return takenBy(step, record, records)
    .filter(({ rule }) => rule.from === supplier)
    .map(({ rule, source }) => `${rule.with} ${source}`)
}
