import { type Files, linkDocument } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import type { TestKey } from '#lib/testing/authority/keys.ts'
import type { DemoSoftware, DemoStep, Fault } from './catalogue.ts'

export interface DemoFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** What a run needs to know of the runs before it. */
export interface RunInput {
  readonly software: DemoSoftware
  /** counts from 1 within the software */
  readonly number: number
  readonly fault: Fault | null
  readonly keys: ReadonlyMap<string, TestKey>
  /** a key that no layout names */
  readonly stranger: TestKey
  /** the link files of the run before, for a replay */
  readonly before: readonly DemoFile[]
}

interface Recorded {
  readonly materials: Files
  readonly products: Files
}

/** The link files of one run, signed as in-toto-run would, with at most one thing gone wrong. */
export function makeRun(input: RunInput): DemoFile[] {
  return input.software.steps.flatMap((step) => stepFiles(step, recorded(step, input), input))
}

/** The final file of a run, e.g. `payments-core-2.7.tgz`. */
export function artifactName(software: DemoSoftware, number: number): string {
  return software.artifact.replace('{n}', String(number))
}

function recorded(step: DemoStep, { software, number, fault }: RunInput): Recorded {
  const sources = contents(software.sources, `${software.name} commit ${number}`)
  const outputs = contents(software.outputs, `${software.name} build ${number}`)
  const report: Files = { 'reports/junit.xml': `<testsuite name="${software.name}" run="${number}"/>` }
  switch (step.name) {
    case 'clone':
      return { materials: {}, products: sources }
    case 'review':
      return { materials: sources, products: sources }
    case 'build':
      return { materials: sources, products: outputs }
    case 'test':
      return { materials: outputs, products: report }
    case 'approve':
      return { materials: {}, products: {} }
    default:
      return packaged(software, number, fault, outputs, report)
  }
}

function packaged(
  software: DemoSoftware,
  number: number,
  fault: Fault | null,
  outputs: Files,
  report: Files,
): Recorded {
  const artifact = artifactName(software, number)
  const wantsSbom = software.steps.some((step) => step.products.includes('REQUIRE sbom.cdx.json'))
  const first = software.outputs[0] ?? 'dist/main'
  return {
    materials: {
      ...outputs,
      ...(fault === 'digest-changed' ? { [first]: `${software.name} changed after build ${number}` } : {}),
      ...(fault === 'file-not-made' ? { 'dist/telemetry.js': 'made by nobody' } : {}),
      ...report,
    },
    products: {
      [artifact]: `${artifact} ${fault ?? ''}`,
      ...(wantsSbom && fault !== 'required-missing' ? { 'sbom.cdx.json': `sbom ${number}` } : {}),
      ...(fault === 'file-not-allowed' ? { 'debug.keystore': 'left behind' } : {}),
    },
  }
}

function stepFiles(step: DemoStep, files: Recorded, input: RunInput): DemoFile[] {
  const { fault } = input
  if (step.name === 'test' && fault === 'link-missing') return []
  if (step.name === 'approve' && fault === 'approval-replayed') {
    return input.before.filter((file) => file.path.startsWith('approve.'))
  }
  return signersOf(step, input).map((signer, index) => {
    const disagrees = step.name === 'review' && fault === 'signers-disagree' && index === 1
    const changed = disagrees ? differing(files) : files
    const bytes = metablock(document(step, changed, input), [signer])
    const broken = step.name === 'test' && fault === 'signature-invalid'
    return { path: linkFileName(step.name, signer), bytes: broken ? breakSignature(bytes) : bytes }
  })
}

function signersOf(step: DemoStep, { keys, stranger, fault }: RunInput): TestKey[] {
  if (step.name === 'build' && fault === 'signer-not-allowed') return [stranger]
  const count = step.name === 'review' && fault === 'threshold' ? 1 : step.threshold
  return step.signers.slice(0, count).flatMap((name) => keys.get(name) ?? [])
}

function document(step: DemoStep, files: Recorded, { software, number, fault }: RunInput) {
  const failed = step.name === 'test' && fault === 'command-failed'
  return linkDocument({
    name: step.name,
    command: step.command.map((word) => (word.includes('*') ? artifactName(software, number) : word)),
    materials: files.materials,
    products: files.products,
    returnValue: failed ? 1 : 0,
    stderr: failed ? '2 of 2,184 tests failed, marked as flaky' : '',
    // an approval has no files: what makes each one different bytes is what the approver wrote
    stdout: step.name === 'approve' ? `approved ${artifactName(software, number)}` : '',
  })
}

function differing(files: Recorded): Recorded {
  const [path = 'README.md'] = Object.keys(files.materials).slice(-1)
  const other = { ...files.materials, [path]: 'another version' }
  return { materials: other, products: other }
}

/** Turns one hex digit of the first signature, so that it no longer verifies. */
function breakSignature(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes)
  return new TextEncoder().encode(
    text.replace(/("sig": ")([0-9a-f])/, (_, start, digit) => start + (digit === '0' ? '1' : '0')),
  )
}

function contents(paths: readonly string[], version: string): Files {
  return Object.fromEntries(paths.map((path) => [path, `${path} of ${version}`]))
}
