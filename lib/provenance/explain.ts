import type { Explanation } from '#lib/contract/builds.ts'
import type { Reason, ReasonCode, Report, RuleRef } from '#lib/in-toto/report.ts'
import { artifactDiffers } from './explain/artifact-differs.ts'
import { artifactMissing } from './explain/artifact-missing.ts'
import { artifactNotAllowed } from './explain/artifact-not-allowed.ts'
import { malformed, sublayoutFailed } from './explain/document.ts'
import { filesOf } from './explain/files.ts'
import { reproduce } from './explain/fixes.ts'
import { inspectionFailed, inspectionNotRun } from './explain/inspection.ts'
import { layoutExpired, layoutInvalid, layoutSignature, noLayout, parameterMissing } from './explain/layout.ts'
import { evidenceVanished, linkMissing, linkPending, thresholdNotMet } from './explain/link-missing.ts'
import { matchSourceMissing } from './explain/match-source-missing.ts'
import { running, runningFix, verified } from './explain/passed.ts'
import { mixedRuns, notFinal, notFound, replayed, runTwice, unbound } from './explain/selection.ts'
import {
  certificate,
  revoked,
  signatureInvalid,
  signerNotAllowed,
  signersDisagree,
  stepNameMismatch,
} from './explain/signer.ts'
import { nameNotNormal, noStrongDigest } from './explain/strict-names.ts'
import { matchThatLeft, type Subject, subjectOf, type Told } from './explain/subject.ts'
import { timelineOf } from './explain/timeline.ts'
import { short } from './explain/words.ts'
import type { ExplainContext } from './explain-context.ts'

/** One template per failure class; a code without one does not compile. */
const TEMPLATES: Readonly<Record<ReasonCode, (subject: Subject) => Told>> = {
  NO_LAYOUT: noLayout,
  LAYOUT_EXPIRED: layoutExpired,
  LAYOUT_UNSIGNED: layoutSignature,
  LAYOUT_INVALID: layoutInvalid,
  LAYOUT_STRICT: layoutInvalid,
  STEP_MISSING: linkMissing,
  STEP_THRESHOLD: thresholdNotMet,
  STEP_NAME_MISMATCH: stepNameMismatch,
  SIGNER_NOT_ALLOWED: signerNotAllowed,
  SIGNATURE_INVALID: signatureInvalid,
  KEY_EXPIRED: certificate,
  KEY_REVOKED: revoked,
  KEY_REVOKED_NO_TIMESTAMP: revoked,
  KEY_REVOKED_LATER: other,
  CERT_EXPIRED_NO_TIMESTAMP: certificate,
  CERT_CONSTRAINT: certificate,
  CERT_UNSUPPORTED: certificate,
  CERT_INVALID: certificate,
  CERT_UNTRUSTED: certificate,
  CERT_ROOT_UNBOUND: certificate,
  CERT_ROOT_TAINTED: other,
  SIGNERS_DISAGREE: signersDisagree,
  COMMAND_MISMATCH: other,
  STEP_FAILED: other,
  SUBLAYOUT_FAILED: sublayoutFailed,
  ARTIFACT_MODIFIED: (subject) => artifactDiffers(subject) ?? artifactNotAllowed(subject),
  ARTIFACT_UNEXPECTED: artifactNotAllowed,
  ARTIFACT_REQUIRED_MISSING: artifactMissing,
  MATCH_SOURCE_MISSING: matchSourceMissing,
  NO_STRONG_DIGEST: noStrongDigest,
  ARTIFACT_NAME_NOT_NORMAL: nameNotNormal,
  CONFUSABLE_NAME: other,
  UNCONSUMED_ARTIFACTS: other,
  INSPECTION_FAILED: inspectionFailed,
  INSPECTION_NOT_RUN: inspectionNotRun,
  MALFORMED: malformed,
  UNSUPPORTED: malformed,
  LIMIT: malformed,
  PARAMETER: parameterMissing,
  EVIDENCE_PENDING: linkPending,
  EVIDENCE_VANISHED: evidenceVanished,
  STEP_UNBOUND: unbound,
  REPLAYED: replayed,
  RUN_TWICE: runTwice,
  MIXED_RUNS: mixedRuns,
  REBUILD_DIFFERS: other,
  TAKEN_OUT: other,
  NOT_FINAL: notFinal,
  BACKEND_UNREACHABLE: notFound,
  DIGEST_UNKNOWN: notFound,
  TAG_NOT_DIGEST: notFinal,
}

/** The engine's own sentence, where a reason that never stands alone does. */
function other(subject: Subject): Told {
  return { kind: 'other', heading: short(subject.reason.message), demand: subject.reason.message, fixes: [] }
}

/**
 * What the why page says about a build: a heading that a developer understands in ten seconds, what the layout
 * demands, the files, what to do. Root cause first; everything else is in `more`. `null`: not judged yet.
 */
export function explain(report: Report | null, context: ExplainContext): Explanation {
  if (report === null) return { ...nothing, ...running(context), fixes: [runningFix] }
  const rest = { timeline: timelineOf(report, context), fixes: [reproduce(report, context)] }
  if (report.verdict === 'allow') return { ...nothing, ...verified(report, context), ...rest, more: moreOf(report, []) }
  const reason = rootCause(report)
  if (reason === null) return { ...nothing, ...unsaid(report), ...rest, more: moreOf(report, []) }
  const subject = subjectOf(report, reason, context)
  // a stored report of another version may carry a code that this one does not know
  const told = (Object.hasOwn(TEMPLATES, reason.code) ? TEMPLATES[reason.code] : other)(subject)
  const match = matchThatLeft(subject, reason.artifact)
  const files = filesOf(subject, match)
  return {
    kind: told.kind,
    heading: placed(told.heading, subject),
    demand: told.demand,
    code: reason.code,
    step: reason.step ?? reason.inspection ?? null,
    counterpart: told.counterpart ?? reason.counterpart ?? null,
    rule: ruleOf(subject, told.rule ?? match ?? reason.rule ?? null),
    files,
    more: moreOf(report, subject.group, files),
    timeline: rest.timeline,
    fixes: [...told.fixes, ...rest.fixes],
  }
}

const nothing = {
  code: null,
  step: null,
  counterpart: null,
  rule: null,
  files: [],
  fixes: [],
  more: [],
  timeline: [],
} satisfies Partial<Explanation>

/** The first reason that changes the verdict and follows from no other. */
function rootCause(report: Report): Reason | null {
  const severe = report.reasons.filter((reason) => reason.severity !== 'warning')
  return severe.find((reason) => reason.follows === undefined) ?? severe[0] ?? null
}

/** Not allowed, and no reason given: a fault of the engine, said as such and never as a pass. */
function unsaid(report: Report) {
  return {
    kind: 'other',
    heading: 'The verdict is not allow, and the report gives no reason',
    demand: `The verdict is ${report.verdict}. This is a fault of the verifier (${report.engine}); treat the build as not verified and report it.`,
  }
}

/** The rule with its whole list, so that it is shown in its place. */
function ruleOf(subject: Subject, rule: RuleRef | null): Explanation['rule'] {
  if (rule === null) return null
  const item = subject.inspection ?? subject.step
  const all = item?.[rule.list]?.rules.map((one) => one.text) ?? [rule.text]
  return { text: rule.text, list: rule.list, index: rule.index, of: Math.max(all.length, rule.index + 1), all }
}

/** Says in which sublayout it happened, where the sentence does not. */
function placed(heading: string, { reason }: Subject): string {
  const [outer] = reason.path ?? []
  return outer === undefined || heading.includes(outer) ? heading : `In the sublayout of ${outer}: ${heading}`
}

/** Every other reason. Those that the heading and the file table already speak for are not repeated. */
function moreOf(report: Report, told: readonly Reason[], files: Explanation['files'] = []): Explanation['more'] {
  const paths = new Set(files.map((file) => file.path))
  const [root] = told
  const shown = (reason: Reason): boolean =>
    root?.rule !== undefined &&
    reason.rule?.list === root.rule.list &&
    reason.severity === root.severity &&
    reason.step === root.step &&
    reason.inspection === root.inspection &&
    (reason.path ?? []).join('/') === (root.path ?? []).join('/') &&
    reason.artifact !== undefined &&
    paths.has(reason.artifact)
  return report.reasons
    .filter((reason) => !told.includes(reason) && !shown(reason))
    .map((reason) => ({
      code: reason.code,
      message: reason.message,
      step: reason.step ?? reason.inspection ?? null,
      follows: reason.follows !== undefined,
    }))
}
