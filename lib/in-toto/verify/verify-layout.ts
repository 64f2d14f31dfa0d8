import { sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import { ENGINE } from '../engine.ts'
import type { LayoutReport, Reason, Report } from '../report.ts'
import { RuleAnswers } from '../rule-answers.ts'
import { formatTimestamp } from '../time.ts'
import { CertificateBook } from './certificates.ts'
import { verifyChain } from './chain.ts'
import type { ChainResult, Session } from './chain-input.ts'
import { DeclaredFunctionaries } from './declared-functionaries.ts'
import { documentCode, documentMessage } from './document-problem.ts'
import { type Finding, Findings, orderReasons, rootOf, verdictOf } from './findings.ts'
import type { Document, Functionary, LinkStore, TimeProof, UnreadDocument, UnusableKey, VerifyInput } from './input.ts'
import { InspectionBook } from './inspection-book.ts'
import { type ReferenceAnswer, verifyAsReference } from './reference/verify-as-reference.ts'
import { RevokedKeys } from './revoked-keys.ts'
import { SignatureBook } from './signatures.ts'
import { formText } from './step-form.ts'

/**
 * Verifies a supply chain against its layout (specification 5.2) and says everything that was found.
 * Never throws for what the evidence says, and asks for nothing: keys, time, parameters, evidence, the signature
 * check and the results of inspections come in as arguments.
 */
export function verifyLayout(input: VerifyInput): Report {
  const book = new SignatureBook(input.verifySignature, input.at)
  const inspections = new InspectionBook(input.runInspection ?? null)
  const answers = new RuleAnswers()
  const result = verifyOutermost(input, { book, answers, runInspection: inspections.run })
  const reference = verifyAsReference(input, { book, answers, runInspection: inspections.recall })
  refuseKeys(input.unusableKeys ?? [], result.findings)
  const reasons = orderReasons(markReading(result.findings.all, reference))
  const at = formatTimestamp(input.at)
  const report: Report = {
    version: 1,
    engine: ENGINE,
    at,
    profile: input.profile,
    verdict: verdictOf(reasons),
    referenceVerdict: reference.allow ? 'allow' : 'deny',
    reasons,
    checks: result.findings.checks,
    layout: result.layout,
    steps: result.steps,
    inspections: result.inspections,
    inputs: digestInputs(input, at),
  }
  return input.profile === 'reference' ? asReference(report, reference) : report
}

function refuseKeys(keys: readonly UnusableKey[], findings: Findings): void {
  for (const { source, message } of keys) {
    const text = `The layout key ${source} cannot be used: ${message}`
    findings.add({ code: 'UNSUPPORTED', severity: 'cannot-tell', message: text, strictOnly: false })
  }
}

type Shared = Pick<Session, 'book' | 'answers' | 'runInspection'>
type Outermost = Pick<ChainResult, 'findings' | 'layout' | 'steps' | 'inspections'>

/** How strictly documents are read is ours alone wherever the reference could read them and allowed. */
const READING: readonly Reason['code'][] = ['MALFORMED', 'UNSUPPORTED', 'LIMIT', 'LAYOUT_INVALID', 'PARAMETER']

function markReading(findings: readonly Finding[], reference: ReferenceAnswer): readonly Finding[] {
  if (!reference.allow) return findings
  for (const finding of findings) {
    if (READING.includes(rootOf(finding).code)) finding.strictOnly = true
  }
  return findings
}

function verifyOutermost(input: VerifyInput, shared: Shared): Outermost {
  const { layout: document } = input
  if (document === null || !('envelope' in document)) return unreadable(document)
  const { envelope } = document
  if (envelope.kind !== 'layout') {
    return refused(document, 'LAYOUT_INVALID', `${document.source} is a ${envelope.kind}, not a layout.`)
  }
  return verifyChain(
    {
      envelope,
      layoutKeys: input.layoutKeys,
      proofs: input.layoutProofs ?? [],
      links: input.links,
      parameters: input.parameters ?? null,
      path: [],
      ancestors: [],
    },
    {
      ...shared,
      at: input.at,
      forms: input.forms ?? new Map(),
      certificates: new CertificateBook(input.certificates ?? null, input.at),
      revoked: new RevokedKeys(input.revokedKeys ?? [], input.at),
      functionaries: new DeclaredFunctionaries(input.functionaries ?? []),
    },
  )
}

/** No layout, no demands: nothing can be allowed. */
function unreadable(document: UnreadDocument | null): Outermost {
  if (document === null) return refused(null, 'NO_LAYOUT', 'There is no layout to verify against.')
  return refused(document, documentCode(document.problem.code), documentMessage(document.problem))
}

function refused(document: Document | null, code: Reason['code'], message: string): Outermost {
  const findings = new Findings()
  // read and found wanting is a no; unreadable is not known
  const severity = code === 'LAYOUT_INVALID' || code === 'NO_LAYOUT' ? 'deny' : 'cannot-tell'
  findings.add({ code, severity, message, strictOnly: false })
  findings.check({ id: 'layout.read', title: 'Layout readable', outcome: 'failed', detail: message })
  const layout: LayoutReport = {
    sha256: document?.sha256 ?? '',
    form: formOf(document),
    expires: null,
    readme: '',
    signatures: [],
  }
  return { findings, layout, steps: [], inspections: [] }
}

function formOf(document: Document | null): LayoutReport['form'] {
  if (document === null) return 'unknown'
  return ('envelope' in document ? document.envelope.form : document.open?.form) ?? 'unknown'
}

/** The reference's answer with our explanation: what it does not check no longer counts, what only it demands does. */
function asReference(report: Report, reference: ReferenceAnswer): Report {
  const reasons = report.reasons.map((reason) =>
    reason.strictOnly ? { ...reason, severity: 'warning' as const } : reason,
  )
  if (reference.allow) {
    return { ...report, verdict: 'allow', reasons: reasons.map((reason) => ({ ...reason, severity: 'warning' })) }
  }
  if (verdictOf(reasons) === 'deny') return { ...report, verdict: 'deny', reasons }
  const own: Reason = { code: reference.code, severity: 'deny', message: reference.message, strictOnly: false }
  const moved = reasons.map((reason) =>
    reason.follows === undefined ? reason : { ...reason, follows: reason.follows + 1 },
  )
  return { ...report, verdict: 'deny', reasons: [own, ...moved] }
}

/** One digest over everything the answer depends on. */
function digestInputs(input: VerifyInput, at: string): string {
  const lines = [
    `layout ${input.layout?.sha256 ?? 'none'}`,
    ...input.layoutKeys.map(({ keyid, fingerprint }) => `key ${keyid} ${fingerprint}`),
    ...(input.unusableKeys ?? []).map(({ message }) => `unusable key ${message}`),
    ...linesOf(input.links, ''),
    ...[...(input.parameters ?? [])].map(lineOfParameter),
    `parameters ${input.parameters ? 'given' : 'none'}`,
    ...[...(input.forms ?? [])].map(([step, form]) => `form ${JSON.stringify([step, formText(form)])}`),
    ...(input.functionaries ?? []).map(lineOfFunctionary),
    ...(input.revokedKeys ?? []).map(({ keys, at }) => `revoked ${JSON.stringify([[...keys].sort(), at])}`),
    ...(input.layoutProofs ?? []).map((proof) => lineOfProof(input.layout?.sha256 ?? '', proof)),
    ...linesOfTrust(input.certificates),
    `inspections ${input.runInspection ? 'run' : 'not run'}`,
  ]
  const text = [`${ENGINE} ${input.profile} ${at}`, ...lines.sort()].join('\n')
  return input.sha256Hex?.(text) ?? toHex(sha256(utf8(text)))
}

function lineOfParameter([name, value]: readonly [string, string]): string {
  return `parameter ${JSON.stringify([name, value])}`
}

function lineOfFunctionary({ name, keys, spiffeIds }: Functionary): string {
  return `functionary ${JSON.stringify([name, [...keys].sort(), [...spiffeIds].sort()])}`
}

function linesOfTrust(trust: VerifyInput['certificates']): string[] {
  if (trust === undefined) return ['certificates not judged']
  return [
    ...trust.intermediates.map((pem) => `intermediate ${toHex(sha256(utf8(pem)))}`),
    ...trust.bundles.flatMap(({ trustDomain, roots }) =>
      roots.map(({ certificate, from, until, taintedAt }) =>
        JSON.stringify(['root', trustDomain, certificate.sha256, from, until, taintedAt]),
      ),
    ),
  ]
}

function lineOfProof(sha: string, { kind, at, by, signature }: TimeProof): string {
  return `time ${sha} ${JSON.stringify([kind, at, by, signature])}`
}

function linesOf(store: LinkStore, place: string): string[] {
  const lines: string[] = []
  for (const [step, candidates] of store.steps) {
    for (const { document, keyid, proofs = [] } of candidates) {
      lines.push(`link ${JSON.stringify([place, step, keyid])} ${document.sha256}`)
      for (const proof of proofs) lines.push(lineOfProof(document.sha256, proof))
    }
  }
  for (const [name, inner] of store.namespaces) lines.push(...linesOf(inner, `${place}${name}/`))
  return lines
}
