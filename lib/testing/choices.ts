import { type FinalGroup, findBuilds, openStore } from '#lib/in-toto/select/builds.ts'
import type { SignedLink } from '#lib/in-toto/select/evidence.ts'
import type { SelectInput } from '#lib/in-toto/select/input.ts'
import { selectEvidence } from '#lib/in-toto/select/select-evidence.ts'
import type { LayoutSpec, LinkSpec } from './authority/documents.ts'
import type { TestKey } from './authority/keys.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { LAYOUT, type Step, signer } from './five-steps.ts'

/** A link by what it printed: in these tests every link prints something else. */
export function nameOf({ stored: { document } }: SignedLink): string {
  const printed = 'envelope' in document ? document.envelope.value.get('byproducts') : null
  return printed instanceof Map ? String(printed.get('stdout')) : 'sublayout'
}

/** What was chosen for each step of a build; only what is not empty. */
export function choicesOf(
  store: EvidenceStore,
  which: (build: FinalGroup) => boolean,
  more: Partial<SelectInput> = {},
) {
  const opened = openStore(store.input(10_000, more))
  const found = findBuilds(opened).filter(which)
  const [build] = found
  if (build === undefined || found.length > 1) throw new Error(`${found.length} builds`)
  return new Map(selectEvidence(opened, build).choices.map((choice) => [choice.step.name, summaryOf(choice)] as const))
}

type Choices = ReturnType<typeof selectEvidence>['choices']

export function summaryOf({ groups, problems, passedOver, unusable, mixed }: Choices[number]) {
  const said = {
    groups: groups.map((group) => group.map(nameOf).toSorted()),
    problems: problems.map(({ code, severity }) => `${code} ${severity}`),
    passedOver: passedOver.map(({ link, code, why }) => `${nameOf(link)}: ${code}, ${why}`).toSorted(),
    mixed: mixed.map(nameOf).toSorted(),
    unusable: unusable.map(({ skipped }) => skipped.code),
  }
  return Object.fromEntries(Object.entries(said).filter(([, list]) => list.length > 0))
}

export const inRun = (id: string) => (build: FinalGroup) => build.deliveryId === id
/** What is said against the evidence of a step of the build in a delivery. */
export const messagesOf = (store: EvidenceStore, id: string, step: string, more: Partial<SelectInput> = {}) => {
  const opened = openStore(store.input(10_000, more))
  return findBuilds(opened)
    .filter(inRun(id))
    .flatMap((build) => selectEvidence(opened, build).choices)
    .filter((choice) => choice.step.name === step)
    .flatMap(({ problems }) => problems.map(({ message }) => message))
}
export const choice = (store: EvidenceStore, id: string, step: string, more: Partial<SelectInput> = {}) =>
  choicesOf(store, inRun(id), more).get(step)

/** The layout with one step another. */
export function changed(name: Step, step: Partial<LayoutSpec['steps'][number]>): LayoutSpec {
  return { ...LAYOUT, steps: LAYOUT.steps.map((one) => (one.name === name ? { ...one, ...step } : one)) }
}

export const keys = (...some: readonly TestKey[]) => some.map(({ key }) => key)
export const said = (spec: LinkSpec, stdout: string, more: Partial<LinkSpec> = {}): LinkSpec => ({
  ...spec,
  stdout,
  ...more,
})
export const fileName = (step: Step) => `${step}.${signer[step].keyid.slice(0, 8)}.link`

/** Attempt 2 of run r1, opened half an hour after the first. */
export function again(store: EvidenceStore): EvidenceStore {
  return store.run({ id: 'r1 again', label: 'r1', attempt: 2, openedAt: 30 })
}
