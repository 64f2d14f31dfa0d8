import type { Digests, Reason, Report, SignerRef, StepReport } from '#lib/in-toto/index.ts'

type Paint = (style: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string) => string

const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const

/** The report for a person at a terminal: the answer, why, and what every step showed. */
export function reportText(report: Report, colour: boolean): string {
  const paint: Paint = (style, text) => (colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text)
  const lines = [headline(report, paint), '']
  lines.push(...rootCauses(report, paint))
  lines.push(...steps(report, paint))
  lines.push(...warnings(report, paint))
  lines.push(...closing(report, paint))
  return `${lines.join('\n')}\n`
}

function headline(report: Report, paint: Paint): string {
  const root = report.reasons[0]
  if (report.verdict === 'allow') {
    const signed = report.steps.length === 1 ? '1 step' : `${report.steps.length} steps`
    return `${paint('green', 'ALLOW')}  ${signed} signed as the layout asks, ${report.checks.length} checks made, none failed.`
  }
  const word = report.verdict === 'deny' ? paint('red', 'DENY') : paint('yellow', 'CANNOT TELL')
  return `${word}  ${safe(root?.message ?? '')}`
}

/** Every root cause with its evidence, and in one line each what follows from it. */
function rootCauses(report: Report, paint: Paint): string[] {
  const lines: string[] = []
  for (const [index, reason] of report.reasons.entries()) {
    if (reason.severity === 'warning' || reason.follows !== undefined) continue
    const follows = report.reasons.filter((one) => one.follows === index)
    lines.push(`  ${paint('bold', reason.code)}  ${index === 0 ? place(reason) : safe(reason.message)}`)
    lines.push(...facts(reason, paint))
    for (const one of follows) lines.push(paint('dim', `      so: ${safe(one.message)}`))
    lines.push('')
  }
  return lines
}

function place(reason: Reason): string {
  const parts = [
    ...(reason.path ?? []).map((step) => `sublayout of ${step}`),
    reason.step === undefined ? '' : `step ${reason.step}`,
    reason.inspection === undefined ? '' : `inspection ${reason.inspection}`,
    reason.keyid === undefined ? '' : `key ${reason.keyid.slice(0, 8)}`,
  ]
  return safe(parts.filter((part) => part !== '').join(', '))
}

function facts(reason: Reason, paint: Paint): string[] {
  const lines: string[] = []
  const fact = (name: string, text: string) => lines.push(`      ${paint('dim', name.padEnd(9))} ${safe(text)}`)
  if (reason.artifact !== undefined) fact('file', reason.artifact)
  if (reason.expected !== undefined)
    fact('expected', `${digestText(reason.expected)}${reason.counterpart ? `  (${reason.counterpart})` : ''}`)
  if (reason.found !== undefined) fact('found', digestText(reason.found))
  if (reason.rule !== undefined) fact('rule', `${reason.rule.list} ${reason.rule.index + 1}: ${reason.rule.text}`)
  if (reason.strictOnly) fact('note', 'in-toto does not check this; this verifier does.')
  return lines
}

function digestText(digests: Digests): string {
  return (
    Object.entries(digests)
      .map(([algorithm, hex]) => `${algorithm}:${hex}`)
      .join(' ') || 'no digest'
  )
}

const MARKS = {
  passed: ['green', 'passed '],
  warning: ['yellow', 'warning'],
  failed: ['red', 'failed '],
  missing: ['red', 'missing'],
  'not-judged': ['dim', 'open   '],
  'not-performed': ['yellow', 'not run'],
} as const

function steps(report: Report, paint: Paint): string[] {
  const width = Math.max(0, ...[...report.steps, ...report.inspections].map(({ name }) => name.length))
  const line = (outcome: keyof typeof MARKS, name: string, text: string) => {
    const [style, mark] = MARKS[outcome]
    return `  ${paint(style, mark)}  ${safe(name.padEnd(Math.min(width, 40)))}  ${paint('dim', safe(text))}`
  }
  return [
    ...report.steps.flatMap((step) => [line(step.outcome, step.name, stepText(step)), ...skipped(step, paint)]),
    ...report.inspections.map((one) => line(one.outcome, one.name, `inspection: ${one.run.join(' ')}`)),
    '',
  ]
}

function stepText(step: StepReport): string {
  const first = step.counted[0]
  const who = step.counted.map(({ signer }) => signerText(signer)).join(', ')
  const files = first === undefined ? '' : `  ${first.materials} in, ${first.products} out`
  return `${step.signerCount} of ${step.threshold} signed${who === '' ? '' : ` (${who})`}${files}`
}

function signerText({ keyid, keytype, certificate }: SignerRef): string {
  if (certificate === undefined) return `${keyid.slice(0, 8)} ${keytype}`
  const { spiffeId, subject, time } = certificate
  const when = time.evidence === 'unproven' ? 'certificate valid at this time' : `${time.evidence} ${time.at}`
  return `${spiffeId ?? subject}, ${when}`
}

function skipped(step: StepReport, paint: Paint): string[] {
  return step.skipped.map((link) => paint('dim', `             ${safe(`${link.source} not counted: ${link.message}`)}`))
}

function warnings(report: Report, paint: Paint): string[] {
  const found = report.reasons.filter(({ severity }) => severity === 'warning')
  if (found.length === 0) return []
  const shown = found.slice(0, 10).map((reason) => `  ${paint('yellow', 'warning')}  ${safe(reason.message)}`)
  return [...shown, ...(found.length > 10 ? [`  and ${found.length - 10} more warnings`] : []), '']
}

function closing(report: Report, paint: Paint): string[] {
  const lines = [
    `  layout ${report.layout.sha256.slice(0, 12)}, valid until ${report.layout.expires ?? '?'}, judged for ${report.at}`,
  ]
  const same = report.referenceVerdict === report.verdict
  if (!same) {
    lines.push(
      `  in-toto itself answers ${report.referenceVerdict}.${report.verdict === 'allow' ? '' : ' This verifier asks for more; see above.'}`,
    )
  }
  return lines.map((line) => paint('dim', line))
}

/** Names come from documents: control and direction characters are shown, not obeyed. */
function safe(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\n/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
