import type { Files } from '#lib/testing/authority/documents.ts'
import type { TestKeyKind } from '#lib/testing/authority/keys.ts'

/** A key of the demo bank: who or what signs with it, which is also the name of its public-key file. */
export interface Signer {
  readonly name: string
  readonly kind: TestKeyKind
}

/** What a step works on in one run. */
export interface Run {
  /** the pipeline's own number, printed in its label */
  readonly number: number
  /** the checked-out files; a path's content changes when the file was edited */
  readonly source: Files
  /** what earlier steps of the run wrote */
  readonly made: ReadonlyMap<string, Files>
}

/** One execution of a step, before it is signed. */
export interface Work {
  readonly materials?: Files
  readonly products?: Files
  readonly stdout?: string
}

export interface DemoStep {
  readonly name: string
  readonly signers: readonly Signer[]
  readonly threshold?: number
  readonly command: readonly string[]
  readonly materials: readonly string[]
  readonly products: readonly string[]
  readonly work: (run: Run) => Work
}

/** A link on its way to being signed and filed. */
export interface DraftLink {
  readonly step: DemoStep
  readonly signer: Signer
  readonly work: Work
  readonly command: readonly string[]
  readonly returnValue: number
  /** changed after it was signed */
  readonly tampered?: boolean
  /** cut off while it was uploaded: the first half of its bytes */
  readonly cutOff?: boolean
  /** filed as the link of another run, byte for byte */
  readonly copyOfRun?: number
  /** brought by a person afterwards, not pushed with its run */
  readonly late?: boolean
}

/** Another system of the bank that verifies, and signs what it decided as a verification summary. */
export interface DemoVerifier {
  readonly name: string
  readonly verifierId: string
  readonly signer: Signer
}

/** What it decided about a file that the last step of a run made. */
export interface DemoVerification {
  /** by how many runs ago, 0 being the newest */
  readonly run: number
  readonly file: string
  readonly result: 'PASSED' | 'FAILED'
  readonly policy: string
}

/** Changes the links of one run. Pure; finds its step by name. */
export type Fault = (links: readonly DraftLink[], run: Run) => readonly DraftLink[]

export interface DemoSoftware {
  readonly name: string
  readonly readme: string
  readonly envelope: 'metablock' | 'dsse'
  /** in the order of the pipeline; the last one makes the final files */
  readonly steps: readonly DemoStep[]
  /** whose signatures its layout needs; none: it has no layout in force */
  readonly owners: readonly Signer[]
  /** days from the loading of the demo until the layout expires; negative: it has expired */
  readonly expiresInDays: number
  /** paths of a checkout */
  readonly sources: readonly string[]
  readonly firstRun: number
  readonly runs: number
  /** by how many runs ago, 0 being the newest */
  readonly faults: ReadonlyMap<number, Fault>
  /** what the bank's release gate decided about its runs */
  readonly verifications?: readonly DemoVerification[]
  /** the label under which its pipeline pushes a run */
  readonly label: (run: number) => string
}

/** Products of an earlier step; a demo that asks for a step that did not run is wrong. */
export function madeBy(run: Run, step: string): Files {
  const files = run.made.get(step)
  if (files === undefined) throw new Error(`the demo's step ${step} has not run yet`)
  return files
}

/** The files whose path starts with a prefix. */
export function under(files: Files, prefix: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith(prefix)))
}

/** Files that a step writes: their content follows from what it read, as a reproducible build's would. */
export function written(paths: readonly string[], from: Files): Files {
  const input = Object.values(from).sort().join('\n')
  return Object.fromEntries(paths.map((path) => [path, `${path} made of\n${input}`]))
}
