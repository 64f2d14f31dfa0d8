// Makes and uses key pairs (node:crypto through the test authority); they live as long as the returned value.
import { type JsonObject, publicKeyFile } from '#lib/crypto/index.ts'
import { digestOf, type Files, layoutDocument, linkDocument } from '#lib/testing/authority/documents.ts'
import { dsse, linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '#lib/testing/authority/keys.ts'
import { summaryDocument } from '#lib/testing/authority/verifications.ts'
import { chance } from './random.ts'
import { signers } from './signers.ts'
import { type DemoSoftware, type DemoVerifier, type DraftLink, madeBy, type Run, type Signer } from './supply-chain.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const DAYS = 30

export interface DemoFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** What one run of a pipeline sends, and what a person brings for it later. */
export interface DemoRun {
  readonly number: number
  readonly label: string
  readonly at: Date
  readonly files: readonly DemoFile[]
  readonly late: readonly DemoFile[]
}

/** The demo's keys by signer. Not stored anywhere: when this is gone, nobody can sign as the demo bank again. */
export type KeyRing = ReadonlyMap<Signer, TestKey>

export function makeKeyRing(): KeyRing {
  return new Map(Object.values(signers).map((signer) => [signer, makeKey(signer.name, signer.kind)]))
}

/** The key of a signer. */
export function keyOf(ring: KeyRing, signer: Signer): TestKey {
  const key = ring.get(signer)
  if (key === undefined) throw new Error(`the demo has no key for ${signer.name}`)
  return key
}

/** The public-key files, named after whom they belong to. */
export function publicKeyFiles(ring: KeyRing): DemoFile[] {
  return Array.from(ring, ([signer, { key }]) => ({
    path: `keys/${signer.name}.pub`,
    bytes: publicKeyFile(key, 'legacy'),
  }))
}

/** The layout of a piece of software, not yet signed. Expiry counts from `now`. */
export function demoLayout(software: DemoSoftware, ring: KeyRing, now: Date): JsonObject {
  return layoutDocument({
    readme: software.readme,
    expires: new Date(now.getTime() + software.expiresInDays * DAY),
    steps: software.steps.map((step) => ({
      name: step.name,
      keys: step.signers.map((signer) => keyOf(ring, signer).key),
      threshold: step.threshold ?? 1,
      command: step.command,
      materials: step.materials,
      products: step.products,
    })),
  })
}

/** Every run of a piece of software in the 30 days before `now`, oldest first. */
export function demoRuns(software: DemoSoftware, ring: KeyRing, now: Date): DemoRun[] {
  const filed = new Map<string, DemoFile>()
  return Array.from({ length: software.runs }, (_, index) => {
    const run = workThrough(software, software.firstRun + index)
    const fault = software.faults.get(software.runs - 1 - index)
    const links = fault === undefined ? goodLinks(software, run) : fault(goodLinks(software, run), run)
    const files = links.map((link) => ({ link, file: fileOf(software, ring, run, link, filed) }))
    return {
      number: run.number,
      label: software.label(run.number),
      at: timeOf(software, index, now),
      files: files.filter(({ link }) => !link.late).map(({ file }) => file),
      late: files.filter(({ link }) => link.late).map(({ file }) => file),
    }
  })
}

/** What the verifier decided about its runs, each signed twenty minutes after the run, oldest first. */
export function demoVerifications(
  software: DemoSoftware,
  verifier: DemoVerifier,
  ring: KeyRing,
  now: Date,
): (DemoFile & { readonly at: Date })[] {
  return (software.verifications ?? []).map(({ run, file, result, policy }) => {
    const index = software.runs - 1 - run
    const last = software.steps.at(-1)?.name ?? ''
    const content = madeBy(workThrough(software, software.firstRun + index), last)[file]
    if (content === undefined) throw new Error(`the demo's step ${last} makes no ${file}`)
    const at = new Date(timeOf(software, index, now).getTime() + HOUR / 3)
    const document = summaryDocument({
      subjects: [{ name: file, sha256: digestOf(content) }],
      verifier: verifier.verifierId,
      resource: `https://releases.northbank.example/${encodeURIComponent(software.label(software.firstRun + index))}`,
      policy: { uri: policy },
      result,
      at,
    })
    return { path: `${result.toLowerCase()}.vsa.json`, bytes: dsse(document, [keyOf(ring, verifier.signer)]), at }
  })
}

/** Evenly over the month with some scatter; the newest some hours ago. */
function timeOf(software: DemoSoftware, index: number, now: Date): Date {
  const slot = ((DAYS - 1) * DAY) / (software.runs - 1)
  const hoursAgo = 0.5 + 7 * chance(software.name, 'newest')
  const older = software.runs - 1 - index
  const scatter = older === 0 ? 0 : 0.15 * chance(software.name, index, 'time')
  return new Date(now.getTime() - hoursAgo * HOUR - (older + scatter) * slot)
}

/** A run as it should be: each step works on what the earlier ones left. */
function workThrough(software: DemoSoftware, number: number): Run {
  const made = new Map<string, Files>()
  const run: Run = { number, source: sourceAt(software, number), made }
  for (const step of software.steps) made.set(step.name, step.work(run).products ?? {})
  return run
}

/** The checkout at a run: about every eighth file was edited since the run before, and always one. */
function sourceAt(software: DemoSoftware, number: number): Files {
  return Object.fromEntries(
    software.sources.map((path, index) => {
      let edited = number
      while (edited > software.firstRun && !isEdited(software, path, index, edited)) edited--
      return [path, `${software.name} ${path} as of run ${edited}`]
    }),
  )
}

function isEdited(software: DemoSoftware, path: string, index: number, run: number): boolean {
  return index === run % software.sources.length || chance(software.name, path, run) < 0.12
}

function goodLinks(software: DemoSoftware, run: Run): readonly DraftLink[] {
  return software.steps.flatMap((step) =>
    step.signers.map((signer) => ({ step, signer, work: step.work(run), command: step.command, returnValue: 0 })),
  )
}

function fileOf(
  software: DemoSoftware,
  ring: KeyRing,
  run: Run,
  link: DraftLink,
  filed: Map<string, DemoFile>,
): DemoFile {
  const key = keyOf(ring, link.signer)
  const name = linkFileName(link.step.name, key)
  if (link.copyOfRun !== undefined) return filedBefore(filed, `${link.copyOfRun} ${name}`)
  const document = linkDocument({
    name: link.step.name,
    command: link.command,
    returnValue: link.returnValue,
    ...link.work,
  })
  const whole = software.envelope === 'dsse' ? dsse(document, [key]) : metablock(document, [key])
  if (link.cutOff) return { path: `upload-1/${name}`, bytes: whole.slice(0, whole.length / 2) }
  const file = { path: name, bytes: link.tampered ? tamper(whole) : whole }
  filed.set(`${run.number} ${name}`, file)
  return file
}

function filedBefore(filed: ReadonlyMap<string, DemoFile>, name: string): DemoFile {
  const file = filed.get(name)
  if (file === undefined) throw new Error(`the demo replays ${name}, which was never filed`)
  return file
}

/** Turns a reported finding into none, as somebody who wants the scan to look better would. */
function tamper(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes)
  return new TextEncoder().encode(text.replace('"CRITICAL"', '"NONE"'))
}
