import { createHash } from 'node:crypto'
import type { Key, TimestampTrust } from '#lib/crypto/index.ts'
import { verifyCertificate } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { ENGINE } from '#lib/in-toto/engine.ts'
import {
  type Layout,
  parseForm,
  type ReadDocument,
  readDocument,
  type StepForm,
  type StepForms,
  type UnusableKey,
  VERIFICATION_SUMMARIES,
} from '#lib/in-toto/index.ts'
import { finalSteps } from '#lib/in-toto/select/builds.ts'
import type { TakenOut } from '#lib/in-toto/select/input.ts'
import { allKeyids } from '#lib/in-toto/verify/keyids.ts'
import { readStoredKeys } from '../software/owner-key.ts'
import { membersOf, readForms, readParameters, readSettings, type SoftwareSettings } from '../software/settings.ts'
import { readTimestampRoots } from '../software/timestamp-roots.ts'
import type { Trust } from '../trust/load.ts'

const include = {
  owners: { include: { key: true }, orderBy: { fingerprint: 'asc' } },
  bindings: {
    where: { until: null, environment: 'production' },
    include: { version: true, envelope: { include: { content: true } } },
  },
} as const satisfies Prisma.SoftwareInclude

export type SoftwareRow = Prisma.SoftwareGetPayload<{ include: typeof include }>

/** What every build of a software is judged with. */
export interface JudgingContext {
  readonly software: SoftwareRow
  readonly settings: SoftwareSettings
  readonly binding: SoftwareRow['bindings'][number]
  readonly document: ReadDocument
  readonly layout: Layout
  readonly layoutKeys: readonly Key[]
  readonly unusableKeys: readonly UnusableKey[]
  readonly parameters: ReadonlyMap<string, string> | null
  /** where signed documents say which run they belong to: member names from the outermost */
  readonly runIdPaths: readonly (readonly string[])[]
  readonly stepNames: readonly string[]
  /** in which form the evidence of a step comes */
  readonly forms: StepForms
  /** whose time stamps count */
  readonly stamping: TimestampTrust
  /** how rows of evidence of the layout's steps are called, see `isCalled` */
  readonly evidenceNames: readonly string[]
  readonly finalSteps: readonly string[]
  /** the same for the final steps */
  readonly finalNames: readonly string[]
  /**
   * ids under which an allowed functionary may sign; the empty one is DSSE's anonymous signature, `*` every signature
   * with a certificate
   */
  readonly keyids: readonly string[]
  /** whose roots speak for which trust domain */
  readonly trust: Trust
  /** evidence that somebody took out of consideration */
  readonly takenOut: readonly TakenOut[]
  /** changes where trust, layout, settings or what is taken out do */
  readonly mark: string
}

/** The software's row with what is in force; null where the software is gone. */
export function loadSoftware(id: string): Promise<SoftwareRow | null> {
  return db.software.findUnique({ where: { id }, include })
}

/** Null where no layout is in force. */
export function contextOf(
  software: SoftwareRow,
  trust: Trust,
  taken: { readonly rows: readonly TakenOut[]; readonly mark: string },
): JudgingContext | null {
  const [binding] = software.bindings
  if (binding === undefined) return null
  const settings = readSettings(software.settings)
  const bytes = binding.envelope.content?.bytes ?? new Uint8Array()
  const document = readDocument(binding.version.name, bytes, Buffer.from(binding.envelope.sha256).toString('hex'))
  if (!('envelope' in document) || document.envelope.kind !== 'layout') {
    throw new Error(`the layout in force for ${software.slug} cannot be read`)
  }
  const layout = document.envelope.document
  const { keys, unusable } = readStoredKeys(
    software.owners.map(({ name, key }) => ({ name, pem: key.pem, json: key.json })),
  )
  const parameters = readParameters(binding.parameters)
  const forms = formsOf(binding.forms)
  const stepNames = layout.steps.map(({ name }) => name)
  const final = finalSteps(layout, settings.finalFiles)
  return {
    software,
    settings,
    binding,
    document,
    layout,
    layoutKeys: keys,
    unusableKeys: unusable,
    parameters: parameters === null ? null : new Map(Object.entries(parameters)),
    runIdPaths: settings.runIdPaths.map(membersOf),
    stepNames,
    forms,
    stamping: { roots: readTimestampRoots(binding.timestampRoots), intermediates: [], verify: verifyCertificate },
    evidenceNames: namesOf(stepNames, forms),
    finalSteps: final,
    finalNames: namesOf(final, forms),
    keyids: keyidsOf(layout, forms.size > 0),
    trust,
    takenOut: taken.rows,
    // without certificates in its own steps, other roots change nothing but sublayouts: those are looked for
    mark: markOf(software, settings, binding.id, [
      takesCertificates(layout) ? trust.mark : '',
      taken.mark,
      ...(trust.declared === '' ? [] : [trust.declared]),
    ]),
  }
}

/** Whether a step of the layout may be signed with a certificate. */
export function takesCertificates(layout: Layout): boolean {
  return layout.steps.some(({ certConstraints }) => certConstraints.length > 0)
}

/** No keyid is called so: keyids of a layout are hex. */
const ANY_CERTIFICATE = '*'

/** SQL: the signature `x` may be by somebody among `keyids`, given as that parameter. Whether it is, judging says. */
export function mayBeBy(parameter: string): string {
  return `(x."keyid" = ANY(${parameter}::text[]) OR (x."certificate" AND '${ANY_CERTIFICATE}' = ANY(${parameter}::text[])))`
}

const NAMELESS = 'predicate '

/**
 * Names of steps, and the types of statements that name no step but may stand for one of them: what `isCalled` compares
 * a row of evidence with.
 */
export function namesOf(steps: readonly string[], forms: StepForms): string[] {
  const types = steps.flatMap((step) => predicateTypes(forms.get(step)?.form ?? 'link'))
  return [...new Set([...steps, ...types.map((type) => `${NAMELESS}${type}`)])]
}

/** Name under which a statement that names no step is looked for. */
export function namelessName(predicateType: string): string {
  return `${NAMELESS}${predicateType}`
}

/** SQL: the envelope `e` may be evidence of a step among `names`, given as that parameter. */
export function isCalled(parameter: string): string {
  return `((e."kind" IN ('link', 'statement') AND e."name" = ANY(${parameter}::text[]))
    OR (e."kind" = 'statement' AND e."name" IS NULL AND ('${NAMELESS}' || e."predicateType") = ANY(${parameter}::text[])))`
}

function predicateTypes(form: StepForm['form']): readonly string[] {
  if (form === 'slsa-provenance') return ['https://slsa.dev/provenance/v1', 'https://slsa.dev/provenance/v0.2']
  if (form === 'vsa') return VERIFICATION_SUMMARIES
  return form === 'test-result' ? ['https://in-toto.io/attestation/test-result/v0.1'] : []
}

/** Forms as stored with a binding. One that is none is a fault of ours: they were checked when they were set. */
export function formsOf(stored: unknown): StepForms {
  return new Map(
    Object.entries(readForms(stored)).map(([step, text]) => {
      const form = parseForm(text)
      if (form === null) throw new Error(`the form of evidence for ${step} cannot be read`)
      return [step, form]
    }),
  )
}

/** @param statements other tools than in-toto's know a key by other ids */
function keyidsOf(layout: Layout, statements: boolean): string[] {
  const ids = new Set([''])
  if (takesCertificates(layout)) ids.add(ANY_CERTIFICATE)
  for (const step of layout.steps) for (const keyid of step.pubkeys) ids.add(keyid)
  for (const [keyid, key] of layout.keys) {
    const others = statements ? allKeyids(key) : []
    for (const id of [keyid, key.keyid, ...key.subkeys.keys(), ...others]) ids.add(id)
  }
  return [...ids]
}

/** What a whole new judging of all builds hangs on: an engine that answers otherwise, too. */
function markOf(
  software: SoftwareRow,
  settings: SoftwareSettings,
  bindingId: string,
  marks: readonly string[],
): string {
  const owners = software.owners.map(({ fingerprint }) => Buffer.from(fingerprint).toString('hex'))
  return createHash('sha256')
    .update(JSON.stringify([ENGINE, bindingId, owners, settings, marks]))
    .digest('hex')
}
