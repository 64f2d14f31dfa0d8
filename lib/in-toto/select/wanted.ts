import type { Recorded } from '../evaluate-rules.ts'
import { counterpartName } from '../evaluate-rules.ts'
import type { Step } from '../layout.ts'
import type { FinalGroup, Store } from './builds.ts'
import { ownLinks } from './choose.ts'
import { canTie } from './content.ts'
import { type Selection, selectEvidence, selectedOf } from './select-evidence.ts'
import { type Selected, takenBy } from './ties.ts'

/** Files that every link of a step must list to be tied to a build in one of the ways there are. */
export interface Wanted {
  readonly step: string
  /** sha256 */
  readonly digests: readonly string[]
}

const SAMPLE = 20

/**
 * What to look for in a larger store: for every step that links of other runs may fill or add to, files without which
 * no tie to what is selected now is possible. Whoever lists them may be tied; the selection decides.
 */
export function wantedLinks(store: Store, build: FinalGroup): Wanted[] {
  const { sharedSteps, mixedRuns } = store.input
  const selection = selectEvidence(store, build)
  const selected = selectedOf(selection.one, new Map(selection.choices.map((choice) => [choice.step.name, choice])))
  return selection.choices.flatMap(({ step }) => {
    // whether anything fills it now or not: there may be more that fits, or that speaks against it
    const isOpen = mixedRuns === true && ownLinks(selection.one, step.name).length === 0
    return isOpen || sharedSteps?.has(step.name) === true ? wantedFor(step, selected, selection) : []
  })
}

/** Of so many materials of a step each rebuild of it must list every one. */
const COMPARED = 200

/** What to look for in a larger store: per step, materials that whoever did it again lists too. */
export function comparedMaterials(store: Store, build: FinalGroup): Wanted[] {
  return selectEvidence(store, build).choices.flatMap(({ step, groups }) =>
    groups.slice(0, 1).flatMap(([link]) => {
      const materials = [...(link?.record.materials.values() ?? [])].filter(canTie)
      const digests = [...new Set(materials.flatMap(({ sha256 }) => sha256 ?? []))].sort().slice(0, COMPARED)
      return digests.length === 0 ? [] : [{ step: step.name, digests }]
    }),
  )
}

function wantedFor(step: Step, selected: Selected, { one }: Selection): Wanted[] {
  const others = [...selected.records].filter(([name]) => name !== step.name)
  const without: Selected = { ...selected, records: new Map(others) }
  return one.store.layout.steps.flatMap((other) => {
    const record = without.records.get(other.name)
    if (record === undefined) return []
    return [lookedFor(other, record, step.name, without), usedOf(other, record, without)]
      .map((files) => [...new Set(files)].sort().slice(0, SAMPLE))
      .filter((digests) => digests.length > 0)
      .map((digests) => ({ step: step.name, digests }))
  })
}

/** As a supplier: files that the consumer looks for there and that nobody else supplies. */
function lookedFor(consumer: Step, record: Recorded, supplier: string, { records }: Selected): string[] {
  const taken = takenBy(consumer, record, records)
  return (['materials', 'products'] as const).flatMap((list) => {
    const rules = list === 'materials' ? consumer.expectedMaterials : consumer.expectedProducts
    const elsewhere = new Set(taken.filter((one) => one.list === list).map(({ artifact }) => artifact))
    return [...record[list]].flatMap(([artifact, digests]) => {
      const looked = rules.some(
        (rule) => rule.keyword === 'MATCH' && rule.from === supplier && counterpartName(rule, artifact) !== null,
      )
      return looked && !elsewhere.has(artifact) && canTie(digests) ? (digests.sha256 ?? []) : []
    })
  })
}

/** As a consumer: files of a supplier that the build uses. */
function usedOf(supplier: Step, record: Recorded, { layout, records, finalStep, finalFiles }: Selected): string[] {
  const used = layout.steps.flatMap((user) => {
    const own = records.get(user.name)
    if (own === undefined) return []
    return takenBy(user, own, records)
      .filter(({ rule }) => rule.from === supplier.name)
      .map(({ rule, source }) => record[rule.with].get(source))
  })
  const shipped = supplier.name === finalStep ? [...finalFiles.values()] : []
  return [...used, ...shipped].flatMap((digests) => (digests === undefined ? [] : (digests.sha256 ?? [])))
}
