import { createHash } from 'node:crypto'
import type { Key } from '#lib/crypto/index.ts'
import { db } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { ENGINE } from '#lib/in-toto/engine.ts'
import { type Layout, type ReadDocument, readDocument, type UnusableKey } from '#lib/in-toto/index.ts'
import { finalSteps } from '#lib/in-toto/select/builds.ts'
import { readStoredKeys } from '../software/owner-key.ts'
import { membersOf, readParameters, readSettings, type SoftwareSettings } from '../software/settings.ts'
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
  readonly finalSteps: readonly string[]
  /**
   * ids under which an allowed functionary may sign; the empty one is DSSE's anonymous signature, `*` every signature
   * with a certificate
   */
  readonly keyids: readonly string[]
  /** whose roots speak for which trust domain */
  readonly trust: Trust
  /** changes where trust, layout or settings do */
  readonly mark: string
}

/** The software's row with what is in force; null where the software is gone. */
export function loadSoftware(id: string): Promise<SoftwareRow | null> {
  return db.software.findUnique({ where: { id }, include })
}

/** Null where no layout is in force. */
export function contextOf(software: SoftwareRow, trust: Trust): JudgingContext | null {
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
    stepNames: layout.steps.map(({ name }) => name),
    finalSteps: finalSteps(layout, settings.finalFiles),
    keyids: keyidsOf(layout),
    trust,
    // without certificates in its own steps, other roots change nothing but sublayouts: those are looked for
    mark: markOf(software, settings, binding.id, takesCertificates(layout) ? trust.mark : ''),
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

function keyidsOf(layout: Layout): string[] {
  const ids = new Set([''])
  if (takesCertificates(layout)) ids.add(ANY_CERTIFICATE)
  for (const step of layout.steps) for (const keyid of step.pubkeys) ids.add(keyid)
  for (const [keyid, key] of layout.keys) for (const id of [keyid, key.keyid, ...key.subkeys.keys()]) ids.add(id)
  return [...ids]
}

/** What a whole new judging of all builds hangs on: an engine that answers otherwise, too. */
function markOf(software: SoftwareRow, settings: SoftwareSettings, bindingId: string, trust: string): string {
  const owners = software.owners.map(({ fingerprint }) => Buffer.from(fingerprint).toString('hex'))
  return createHash('sha256')
    .update(JSON.stringify([ENGINE, bindingId, owners, settings, trust]))
    .digest('hex')
}
