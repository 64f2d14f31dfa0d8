import { FormatError, sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import { type Reason, type Report, verifyLayout } from '#lib/in-toto/index.ts'
import type { Judged } from '#lib/in-toto/select/judge-build.ts'
import { verifyNodeSignature } from './verify-node-signature.ts'

/** A report that says one thing about a build that could not be, or must not be, judged by a layout. */
function soleReason(reason: Reason, at: number): Report {
  const empty = verifyLayout({
    layout: null,
    layoutKeys: [],
    links: { steps: new Map(), namespaces: new Map() },
    at,
    profile: 'strict',
    verifySignature: verifyNodeSignature,
  })
  return { ...empty, verdict: reason.severity === 'deny' ? 'deny' : 'cannot-tell', reasons: [reason] }
}

function judgedAs(report: Report, inputs: string): Judged {
  return { report, files: new Map(), evidence: [], inputs: toHex(sha256(utf8(inputs))), validUntil: null }
}

/** Judging ended in an exception: that is never a pass, and never a build without a verdict. */
export function brokenVerdict(error: unknown, at: number): Judged {
  const what = error instanceof Error ? error.message : String(error)
  const limit = error instanceof RangeError || (error instanceof FormatError && error.code === 'LIMIT')
  const message = `The evidence of this build could not be judged: ${what}. It counts as not verified.`
  const report = soleReason(
    { code: limit ? 'LIMIT' : 'MALFORMED', severity: 'cannot-tell', message, strictOnly: true },
    at,
  )
  return judgedAs(report, `broken ${report.engine} ${what}`)
}

/** No layout is in force: nothing says what would have to be true. */
export function noLayoutVerdict(software: string, at: number): Judged {
  const message = `No layout is in force for ${software}. Put one in force that its owners signed.`
  const report = soleReason({ code: 'NO_LAYOUT', severity: 'deny', message, strictOnly: false }, at)
  return judgedAs(report, `no layout ${report.engine}`)
}
