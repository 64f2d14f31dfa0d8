import { equalBytes, type Key, sha256, toHex } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import {
  type Document,
  FORMS_IN_WORDS,
  namelessMark,
  parseForm,
  type ReadDocument,
  type Report,
  type RevokedKey,
  readDocument,
  type UnusableKey,
  verifyLayout,
} from '#lib/in-toto/index.ts'
import { finalSteps } from '#lib/in-toto/select/builds.ts'
import type { FinalFiles } from '#lib/in-toto/select/input.ts'
import { metablockBytes } from '#lib/layout-draft/index.ts'
import { signedEnvelope } from '../layouts/export-version.ts'
import type { VersionWithSignatures } from '../layouts/version-row.ts'
import { verifyNodeSignature } from '../verdicts/verify-node-signature.ts'

export interface Demands {
  readonly keys: readonly Key[]
  readonly unusable: readonly UnusableKey[]
  readonly parameters: Readonly<Record<string, string>> | null
  readonly finalFiles: readonly FinalFiles[]
  readonly sharedSteps: readonly string[]
  /** step -> sha256 of the sublayout that alone may stand for it */
  readonly sublayouts: Readonly<Record<string, string>>
  /** step -> form of its evidence, as text */
  readonly forms: Readonly<Record<string, string>>
  /** a layout is not put in force on the word of a key that is revoked by now */
  readonly revokedKeys: readonly RevokedKey[]
  readonly now: Date
}

export interface Enforced extends ReadDocument {
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * The envelope of a version that can be judged with: every owner key signed exactly these bytes, and the engine finds
 * nothing against the layout itself. Both forms are tried, the imported one as it was received.
 * @throws CONFLICT with the sentence of what is wrong
 */
export async function enforceableEnvelope(tx: Tx, version: VersionWithSignatures, demands: Demands): Promise<Enforced> {
  if (demands.keys.length === 0 || demands.unusable.length > 0) {
    const why = demands.unusable[0]
    throw new AppError(
      'CONFLICT',
      `The owner key ${why?.source ?? ''} cannot be used: ${why?.message ?? 'there is none'}.`,
    )
  }
  let complaint = 'The layout is signed by none of the owner keys.'
  for (const form of ['metablock', 'dsse'] as const) {
    const bytes = await signedEnvelope(tx, version, form)
    const digest = toHex(sha256(bytes))
    const document = readDocument(`${version.name} (${form})`, bytes, digest)
    const problem = problemWith(document, version, demands)
    if (problem === null && 'envelope' in document) return { ...document, bytes }
    // the metablock's complaint says most, unless nobody signed that form at all
    if (form === 'metablock' || hasSignature(document)) complaint = problem ?? complaint
  }
  throw new AppError('CONFLICT', `${version.name} cannot be put in force. ${complaint}`)
}

function hasSignature(document: Document): boolean {
  return 'envelope' in document && document.envelope.signatures.length > 0
}

function problemWith(document: Document, version: VersionWithSignatures, demands: Demands): string | null {
  if (!('envelope' in document)) return document.problem.message
  const { envelope } = document
  if (envelope.kind !== 'layout') return `It is a ${envelope.kind}, not a layout.`
  if (!equalBytes(sha256(metablockBytes(envelope.value)), version.signedSha256)) {
    return 'Its envelope holds other content than this version.'
  }
  const report = verifyLayout({
    layout: document,
    layoutKeys: demands.keys,
    links: { steps: new Map(), namespaces: new Map() },
    at: demands.now.getTime(),
    parameters: demands.parameters === null ? null : new Map(Object.entries(demands.parameters)),
    profile: 'strict',
    revokedKeys: demands.revokedKeys,
    verifySignature: verifyNodeSignature,
  })
  return (
    signatureProblem(report, demands.keys) ??
    layoutProblem(report) ??
    finalProblem(envelope.document, demands) ??
    sharedProblem(envelope.document, demands) ??
    pinProblem(envelope.document, demands) ??
    formsProblem(envelope.document, demands)
  )
}

/** Not only "no complaint": every owner key must be there with a signature that verifies. */
function signatureProblem(report: Report, keys: readonly Key[]): string | null {
  for (const key of keys) {
    const line = report.layout.signatures.find(({ fingerprint }) => fingerprint === key.fingerprint)
    if (line?.outcome !== 'valid') return line?.message ?? `It is not signed by key ${key.keyid.slice(0, 8)}.`
  }
  return null
}

/** What the engine has against the layout itself; steps without links and inspections are no concern here. */
function layoutProblem(report: Report): string | null {
  const own = report.reasons.find(
    ({ severity, step, inspection, path }) =>
      severity !== 'warning' && step === undefined && inspection === undefined && path === undefined,
  )
  return own?.message ?? null
}

function finalProblem(layout: Parameters<typeof finalSteps>[0], { finalFiles }: Demands): string | null {
  if (layout.steps.length === 0) return 'It has no steps, so no build could ever be found.'
  if (finalFiles.length === 0 || finalSteps(layout, finalFiles).length > 0) return null
  return `The final files of this software are set to ${finalFiles.map(({ step }) => step).join(', ')}, and it has no such step. Change the settings first.`
}

function sharedProblem(layout: Parameters<typeof finalSteps>[0], { sharedSteps, finalFiles }: Demands): string | null {
  const names = layout.steps.map(({ name }) => name)
  const unknown = sharedSteps.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    return `The step ${unknown} is marked as shared, and it has no such step; its steps are ${names.join(', ')}.`
  }
  const final = sharedSteps.find((name) => finalSteps(layout, finalFiles).includes(name))
  if (final === undefined) return null
  return `The step ${final} is marked as shared, but its link is what makes a build: it serves one only. Mark others.`
}

function pinProblem({ steps }: Parameters<typeof finalSteps>[0], { sublayouts }: Demands): string | null {
  const names = steps.map(({ name }) => name)
  const unknown = Object.keys(sublayouts).find((name) => !names.includes(name))
  if (unknown === undefined) return null
  return `A sublayout is pinned for the step ${unknown}, and it has no such step; its steps are ${names.join(', ')}.`
}

function formsProblem({ steps }: Parameters<typeof finalSteps>[0], { forms }: Demands): string | null {
  const names = steps.map(({ name }) => name)
  const taken = new Map<string, string>()
  for (const [place, text] of Object.entries(forms)) {
    const [outer = ''] = place.split('/')
    if (!names.includes(place) && !names.includes(outer)) {
      return `A form of evidence is given for the step ${place}, and it has no such step; its steps are ${names.join(', ')}.`
    }
    const form = parseForm(text)
    if (form === null) {
      return `The form of evidence for ${place} is none: expected ${FORMS_IN_WORDS}; found ${JSON.stringify(text.slice(0, 200))}.`
    }
    const mark = namelessMark(form)
    if (mark === null) continue
    const key = `${place.split('/').slice(0, -1).join('/')} ${mark}`
    const other = taken.get(key)
    if (other !== undefined) {
      return `Steps ${other} and ${place} would take the same evidence (${mark}), which names no step: one document would serve both.`
    }
    taken.set(key, place)
  }
  return null
}
