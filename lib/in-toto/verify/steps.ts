// Longer than most: what is asked of a step, in the specification's order, and how that is reported.
import { type Recorded, type RulesOutcome, sameFile } from '../evaluate-rules.ts'
import type { CertConstraint, Layout, Step } from '../layout.ts'
import { equalArtifacts } from '../link.ts'
import type { LinkFound, ReasonCode, RuleListTrace, SignerCertificate, StepReport } from '../report.ts'
import type { RuleAnswers } from '../rule-answers.ts'
import { abnormalName } from './artifact-names.ts'
import type { Session } from './chain-input.ts'
import type { DeclaredFunctionaries, Headcount } from './declared-functionaries.ts'
import type { Finding, Findings } from './findings.ts'
import type { Candidate } from './input.ts'
import { type ItemRulesInput, verifyItemRules } from './item-rules.ts'
import type { Signers } from './signers.ts'
import { type Counted, gatherEvidence, type StepEvidence } from './step-evidence.ts'

/** What one document says was done: a link's own record, or a sublayout's summary. */
export interface Stood extends Recorded {
  readonly counted: Counted
  readonly command: readonly string[]
  readonly returnValue: number | null
}

/** A step while it is being verified. */
export interface StepCase {
  readonly step: Step
  readonly evidence: StepEvidence
  readonly signerCount: number
  /** why nothing stands for it */
  absent: Finding | null
  stood: Stood[]
  sublayout: StepReport['sublayout']
  materials: RuleListTrace | null
  products: RuleListTrace | null
}

/** Specification 5.2 steps 4 and 5: enough valid signatures by different people for each step. */
export function verifyThresholds(
  layout: Layout,
  store: ReadonlyMap<string, readonly Candidate[]>,
  signers: Signers,
  session: Pick<Session, 'book' | 'certificates' | 'revoked' | 'forms' | 'functionaries'>,
  path: readonly string[],
  findings: Findings,
): StepCase[] {
  return layout.steps.map((step) => {
    const candidates = store.get(step.name) ?? []
    const gathered = gatherEvidence(step, layout, candidates, signers, session, { of: session.forms, path })
    const evidence = { ...gathered, counted: gathered.counted.map((one) => named(one, session.functionaries)) }
    checkCertificates(step, evidence, findings)
    warnRevoked(step, evidence, findings)
    const headcount = session.functionaries.count(evidence.counted)
    const absent = verifyThreshold(step, evidence, headcount, candidates.length, findings)
    return {
      step,
      evidence,
      signerCount: headcount.people,
      absent,
      stood: [],
      sublayout: undefined,
      materials: null,
      products: null,
    }
  })
}

function named(counted: Counted, functionaries: DeclaredFunctionaries): Counted {
  const names = functionaries.of(counted).map(({ name }) => name)
  return names.length === 0 ? counted : { ...counted, signer: { ...counted.signer, functionary: names.join(', ') } }
}

/** Who signed with which certificate, and for which moment it is trusted. */
function checkCertificates(step: Step, { counted }: StepEvidence, findings: Findings): void {
  for (const { document, keyid, signer, taintedAt } of counted) {
    const { certificate } = signer
    if (certificate === undefined) continue
    const { spiffeId, subject, root, time } = certificate
    const who = spiffeId ?? subject
    findings.check({
      id: `step.${step.name}.certificate.${keyid}`,
      title: `Certificate of ${who} trusted`,
      outcome: taintedAt === null ? 'passed' : 'warning',
      detail: `It leads to the root "${root.subject}" and was valid at ${time.at}: ${evidenceText(time)}.`,
      step: step.name,
      evidence: [document.sha256],
    })
    if (taintedAt === null) continue
    const message = `${who} signed step ${step.name} before ${taintedAt}, when the root "${root.subject}" was marked as compromised. It counts, because it was ${evidenceText(time)}.`
    findings.add({
      code: 'CERT_ROOT_TAINTED',
      severity: 'warning',
      message,
      step: step.name,
      keyid,
      strictOnly: true,
    })
  }
}

/** Signatures of keys that were revoked since. */
function warnRevoked(step: Step, { counted }: StepEvidence, findings: Findings): void {
  for (const { keyid, earlier } of counted) {
    if (earlier === null) continue
    const message = `Key ${keyid.slice(0, 8)} signed step ${step.name} before it was revoked from ${earlier.revokedAt} on. It counts, because ${earlier.told}.`
    findings.add({ code: 'KEY_REVOKED_LATER', severity: 'warning', message, step: step.name, keyid, strictOnly: true })
  }
}

function evidenceText({ evidence, at, by }: SignerCertificate['time']): string {
  if (evidence === 'unproven') return 'the time that this verdict is for; nothing proves when it signed'
  return evidence === 'timestamped' ? `time-stamped at ${at} by ${by}` : `received at ${at} by ${by}`
}

/** What was not found out might have been the signature that is missing. */
const UNDECIDED: readonly ReasonCode[] = [
  'MALFORMED',
  'UNSUPPORTED',
  'LIMIT',
  'CERT_UNSUPPORTED',
  'CERT_EXPIRED_NO_TIMESTAMP',
  'CERT_ROOT_UNBOUND',
  'KEY_REVOKED_NO_TIMESTAMP',
]

function verifyThreshold(
  step: Step,
  evidence: StepEvidence,
  headcount: Headcount,
  found: number,
  findings: Findings,
): Finding | null {
  const { people, joined } = headcount
  const enough = people >= step.threshold
  const skipped = `${evidence.skipped.length} of ${found} document(s) skipped.`
  const detail = [`${people} of ${step.threshold} signer(s) counted, ${skipped}`, ...joined].join(' ')
  findings.check({
    id: `step.${step.name}.threshold`,
    title: `Step ${step.name} signed by ${step.threshold} allowed`,
    outcome: enough ? 'passed' : 'failed',
    detail,
    step: step.name,
    evidence: [...new Set(evidence.counted.map(({ document }) => document.sha256))],
  })
  return enough ? null : explainShortage(step, evidence, headcount, found, findings)
}

/** For these the reference would have counted it. */
const OURS_ALONE: readonly ReasonCode[] = ['STEP_NAME_MISMATCH', 'KEY_REVOKED', 'KEY_REVOKED_NO_TIMESTAMP']

function explainShortage(
  step: Step,
  evidence: StepEvidence,
  { people, joined }: Headcount,
  found: number,
  findings: Findings,
): Finding {
  if (found === 0) {
    const message = `There is no link for step ${step.name}. Nothing proves that it was done.`
    return findings.add({ code: 'STEP_MISSING', severity: 'deny', message, step: step.name, strictOnly: false })
  }
  const causes = evidence.skipped.map(({ code, message, source, keyid }) =>
    findings.add({
      code,
      severity: UNDECIDED.includes(code) ? 'cannot-tell' : 'deny',
      message: `${source} does not count for step ${step.name}: ${message}`,
      step: step.name,
      ...(keyid === null ? {} : { keyid }),
      strictOnly: OURS_ALONE.includes(code),
    }),
  )
  const message = `Step ${step.name} needs ${step.threshold} signature(s) by different people whom the layout allows; ${[`${people} counted.`, ...joined].join(' ')}`
  // with the layout alone there would have been enough: what was skipped is not why
  const declared = new Set(evidence.counted.map(({ identity }) => identity)).size >= step.threshold
  const because = declared ? null : (causes[0] ?? null)
  const strictOnly = because?.strictOnly ?? new Set(evidence.counted.map(({ keyid }) => keyid)).size >= step.threshold
  return findings.add({ code: 'STEP_THRESHOLD', severity: 'deny', message, step: step.name, strictOnly, because })
}

/** Specification 4.3.1: everyone who did the step must have seen the same. (in-toto compares from threshold 2 on.) */
export function verifyAgreement(cases: readonly StepCase[], findings: Findings): void {
  for (const { step, stood } of cases) {
    const first = stood[0]
    if (first === undefined) continue
    const other = stood.find((one) => !sameRecord(first, one))
    const id = `step.${step.name}.agreement`
    const title = `Signers of ${step.name} agree`
    const strictOnly = step.threshold === 1
    const evidence = stood.map(({ counted }) => counted.document.sha256)
    if (other === undefined) {
      if (stood.length < 2) continue
      findings.check({ id, title, outcome: 'passed', detail: 'Same files, same digests.', step: step.name, evidence })
      continue
    }
    const names = [first, other].map(({ counted }) => `${counted.document.source} (${counted.keyid.slice(0, 8)})`)
    const message = `${names.join(' and ')} say different things about step ${step.name}: ${disagreement(first, other)}.`
    findings.add({
      code: 'SIGNERS_DISAGREE',
      severity: 'deny',
      message,
      step: step.name,
      keyid: other.counted.keyid,
      strictOnly,
      ...artifactOf(first, other),
    })
    findings.check({ id, title, outcome: 'failed', detail: message, step: step.name, evidence, strictOnly })
  }
}

function sameRecord(a: Recorded, b: Recorded): boolean {
  if (a.fromStatement === true || b.fromStatement === true) return firstDifference(a, b) === null
  return equalArtifacts(a.materials, b.materials) && equalArtifacts(a.products, b.products)
}

function firstDifference(a: Recorded, b: Recorded): { list: 'materials' | 'products'; artifact: string } | null {
  for (const list of ['materials', 'products'] as const) {
    if (a[list] === b[list]) continue
    for (const artifact of new Set([...a[list].keys(), ...b[list].keys()])) {
      const one = a[list].get(artifact)
      const two = b[list].get(artifact)
      if (one === undefined || two === undefined || !sameFile(one, a, two, b)) return { list, artifact }
    }
  }
  return null
}

function disagreement(a: Recorded, b: Recorded): string {
  const difference = firstDifference(a, b)
  if (difference === null) return 'they differ'
  const { list, artifact } = difference
  if (a[list].has(artifact) && b[list].has(artifact)) return `${artifact} has other digests among the ${list}`
  return `${artifact} is among the ${list} of one only`
}

function artifactOf(a: Recorded, b: Recorded): { artifact?: string } {
  const difference = firstDifference(a, b)
  return difference === null ? {} : { artifact: difference.artifact }
}

/** Specification 4.3.1: another command, or one that failed, is for people to judge; it never decides. */
export function warnCommands(cases: readonly StepCase[], findings: Findings): void {
  for (const { step, stood } of cases) {
    const warning = { severity: 'warning' as const, step: step.name }
    for (const { command, returnValue, counted } of stood) {
      const { keyid } = counted
      if (step.expectedCommand.length > 0 && !sameList(command, step.expectedCommand)) {
        const done = saysNoCommand(counted)
          ? `The evidence of step ${step.name} does not say with which command it was done`
          : `Step ${step.name} was done with "${command.join(' ')}"`
        const message = `${done}, expected was "${step.expectedCommand.join(' ')}".`
        findings.add({ ...warning, code: 'COMMAND_MISMATCH', message, keyid, strictOnly: false })
      }
      if (returnValue !== null && returnValue !== 0) {
        const message = `The command of step ${step.name} ended with ${returnValue}, which usually means that it failed.`
        findings.add({ ...warning, code: 'STEP_FAILED', message, keyid, strictOnly: true })
      }
      if (hasTestWarnings(counted)) {
        const message = `The test result that stands for step ${step.name} is WARNED, not PASSED.`
        findings.add({ ...warning, code: 'STEP_FAILED', message, keyid, strictOnly: true })
      }
    }
  }
}

/** Provenance and test results name no command. */
function saysNoCommand({ document: { envelope } }: Counted): boolean {
  return envelope.kind === 'statement' && envelope.document.command === null
}

function hasTestWarnings({ document: { envelope } }: Counted): boolean {
  return envelope.kind === 'statement' && envelope.document.result === 'WARNED'
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** Names under which a file could hide from a rule that knows it. */
export function verifyNames(cases: readonly StepCase[], findings: Findings): void {
  for (const { step, stood } of cases) {
    for (const record of stood) {
      const abnormal = abnormalName(record)
      if (abnormal === null) continue
      const message = `Step ${step.name} lists ${JSON.stringify(abnormal.artifact)} among its ${abnormal.list}: a name that can be written differently, so rules may not see the file. Record it in its normal form.`
      findings.add({
        code: 'ARTIFACT_NAME_NOT_NORMAL',
        severity: 'deny',
        message,
        step: step.name,
        artifact: abnormal.artifact,
        keyid: record.counted.keyid,
        strictOnly: true,
      })
      break
    }
  }
}

/** Specification 5.2 step 7: the rules of every step, over the links that stand for the steps. */
export function verifyStepRules(
  cases: readonly StepCase[],
  answers: RuleAnswers,
  findings: Findings,
): ReadonlyMap<string, Recorded> {
  const links = new Map<string, Recorded>()
  const absent = new Map<string, Finding>()
  for (const { step, stood, absent: why } of cases) {
    const first = stood[0]
    if (first !== undefined && why === null) links.set(step.name, first)
    else if (why !== null) absent.set(step.name, why)
  }
  for (const one of cases) {
    const item = links.get(one.step.name)
    if (item === undefined) continue
    const shared = { kind: 'step' as const, name: one.step.name, item, links, absent }
    const evidence = one.stood.map(({ counted }) => counted.document.sha256)
    const materials = { ...shared, list: 'materials' as const, rules: one.step.expectedMaterials, evidence }
    const products = { ...shared, list: 'products' as const, rules: one.step.expectedProducts, evidence }
    one.materials = applied(materials, answers, findings).trace
    one.products = applied(products, answers, findings).trace
  }
  return links
}

function applied(input: ItemRulesInput, answers: RuleAnswers, findings: Findings): RulesOutcome {
  const outcome = verifyItemRules(input, findings)
  answers.remember(input, outcome)
  return outcome
}

function allowedCertificates({ certConstraints }: Step): Pick<StepReport, 'allowedCertificates'> {
  if (certConstraints.length === 0) return {}
  return { allowedCertificates: certConstraints.map(certificateText) }
}

/** The workload, where a constraint names one; else what else it asks for. */
function certificateText({ uris, commonName, dnsNames, emails, organizations }: CertConstraint): string {
  const [uri] = uris
  if (uris.length === 1 && uri !== undefined && uri !== '' && uri !== '*') return uri
  const parts = [
    ...uris.map((value) => `URI ${value}`),
    `common name ${commonName}`,
    ...dnsNames.map((value) => `DNS name ${value}`),
    ...emails.map((value) => `e-mail ${value}`),
    ...organizations.map((value) => `organization ${value}`),
  ]
  const named = parts.filter((part) => !part.endsWith(' ') && !part.endsWith(' *'))
  return named.length === 0 ? 'whoever has a certificate of its roots' : `certificate with ${named.join(', ')}`
}

/** The step as the report shows it. */
export function reportStep(one: StepCase, findings: readonly Finding[]): StepReport {
  const { step, evidence, stood } = one
  return {
    name: step.name,
    outcome: outcomeOf(one, findings),
    threshold: step.threshold,
    allowedKeyids: step.pubkeys,
    ...allowedCertificates(step),
    expectedCommand: step.expectedCommand,
    signerCount: one.signerCount,
    counted: evidence.counted.map((counted) => linkFound(counted, stood)),
    skipped: evidence.skipped,
    materials: one.materials,
    products: one.products,
    ...(one.sublayout === undefined ? {} : { sublayout: one.sublayout }),
  }
}

function outcomeOf({ step, evidence, absent }: StepCase, findings: readonly Finding[]): StepReport['outcome'] {
  if (absent !== null && evidence.counted.length === 0) return absent.code === 'STEP_MISSING' ? 'missing' : 'failed'
  const own = findings.filter((finding) => finding.step === step.name || finding.path?.[0] === step.name)
  if (own.some(({ severity }) => severity !== 'warning')) return 'failed'
  return own.length > 0 ? 'warning' : 'passed'
}

function linkFound(counted: Counted, stood: readonly Stood[]): LinkFound {
  const { document, signer } = counted
  const record = stood.find((one) => one.counted === counted)
  return {
    sha256: document.sha256,
    source: document.source,
    form: document.envelope.form,
    kind: document.envelope.kind,
    signer: { ...signer, keyid: counted.keyid },
    command: record?.command ?? [],
    returnValue: record?.returnValue ?? null,
    materials: record?.materials.size ?? 0,
    products: record?.products.size ?? 0,
  }
}
