import { sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import type { LinkFound, Report } from '../report.ts'
import { formText } from '../verify/step-form.ts'
import type { Case } from './choose.ts'
import type { SignedLink } from './evidence.ts'
import { SELECT_LIMITS } from './input.ts'
import { type Inner, namedChoices } from './namespaces.ts'
import { excludedFrom } from './taken-out.ts'

/**
 * The verdict's key. Time counts by what it changes: which reasons there are, not at which second they were found.
 * The nearest links of other runs only explain; they would make a new key with every run.
 */
export function digestInputs({ store, build, own }: Case, levels: readonly Inner[], report: Report): string {
  const { input } = store
  const lines = [
    `layout ${input.layout.sha256}`,
    ...input.layoutKeys.map(({ fingerprint }) => `key ${fingerprint}`),
    `parameters ${JSON.stringify(input.parameters === null ? null : [...input.parameters].sort())}`,
    `final files ${JSON.stringify(input.finalFiles)}`,
    `waiting ${input.waiting}`,
    `build ${JSON.stringify([input.softwareId, build.step, build.content, build.deliveryId, build.run])}`,
    `binding ${JSON.stringify([input.runIdPaths ?? [], [...(input.sharedSteps ?? [])].sort(), input.mixedRuns ?? false, [...(input.sublayouts ?? [])].sort()])}`,
    ...excludedFrom(store.excluded, build, own.attempts).map(({ stored }) => `taken out ${stored.document.sha256}`),
    ...[...(input.forms ?? [])].map(([step, form]) => `form ${step} ${formText(form)}`),
    ...levels
      .flatMap(namedChoices)
      .flatMap(([name, { groups, mixed, unusable, rebuilds = [] }]) => [
        ...groups.flatMap((group, index) =>
          group.map((link) => linkLine(name, `selected ${groups.length > 1 ? index : 0}`, link)),
        ),
        ...mixed.map((link) => linkLine(name, 'mixed', link)),
        ...rebuilds.slice(0, SELECT_LIMITS.shown).map(({ link }) => `rebuild ${name} ${link.stored.document.sha256}`),
        ...unusable.map(({ stored }) => `unusable ${name} ${stored.document.sha256}`),
      ]),
    ...report.steps.flatMap(({ name, counted }) => counted.flatMap((link) => certificateLine(name, link))),
    ...report.steps.flatMap(({ name, counted }) => counted.flatMap((link) => functionaryLine(name, link))),
    ...report.reasons.map(
      ({ code, severity, step, path }) => `reason ${code} ${severity} ${[...(path ?? []), step].join(' / ')}`,
    ),
    // from when on somebody revoked a key stands in the sentence alone
    ...report.reasons.flatMap(({ code, message }) => (code.startsWith('KEY_REVOKED') ? [`revoked ${message}`] : [])),
    `verdict ${report.verdict} ${report.referenceVerdict}`,
  ]
  return toHex(sha256(utf8([report.engine, ...lines.sort()].join('\n'))))
}

/** By which chain and which proof of time a certificate counts; the second at which nothing was proven says nothing. */
function certificateLine(step: string, { sha256: document, signer }: LinkFound): string[] {
  const { certificate } = signer
  if (certificate === undefined) return []
  const { chain, time } = certificate
  const proof = time.evidence === 'unproven' ? '' : ` ${time.at} ${time.by}`
  return [`certificate ${step} ${document} ${certificate.sha256} ${chain.join(' ')} ${time.evidence}${proof}`]
}

/** As whom a signer counts by declaration. */
function functionaryLine(step: string, { sha256: document, signer }: LinkFound): string[] {
  return signer.functionary === undefined ? [] : [`functionary ${step} ${document} ${signer.functionary}`]
}

function linkLine(step: string, role: string, link: SignedLink): string {
  const places = [...link.heldBy].sort().join(' ')
  return `${role} ${step} ${link.stored.document.sha256} ${link.identity} ${link.firstSeen} ${link.freshIn ?? '-'} ${places}`
}
