import type { Key } from '#lib/crypto/index.ts'
import type { Envelope, OpenEnvelope } from '../envelope.ts'
import type { Layout } from '../layout.ts'
import type { LayoutReport } from '../report.ts'
import { formatTimestamp, parseTimestamp } from '../time.ts'
import type { ChainInput, Session } from './chain-input.ts'
import type { Findings } from './findings.ts'
import { keyidsOnDemand } from './keyids.ts'
import type { Standing } from './revoked-keys.ts'
import type { SignatureOutcome } from './signatures.ts'

type SignatureLine = LayoutReport['signatures'][number]

/** Specification 5.2 step 1: every key that was handed to us must have signed the layout; there must be one. */
export function verifyLayoutSignatures(
  { envelope, layoutKeys: keys, proofs }: Pick<ChainInput, 'envelope' | 'layoutKeys' | 'proofs'>,
  { book, revoked }: Pick<Session, 'book' | 'revoked'>,
  findings: Findings,
): SignatureLine[] {
  if (keys.length === 0) {
    const message = 'No layout key was given; a layout counts only if the keys of its owners signed it.'
    findings.add({ code: 'LAYOUT_UNSIGNED', severity: 'deny', message, strictOnly: false })
    findings.check({ id: 'layout.signature', title: 'Layout signed', outcome: 'failed', detail: message })
  }
  const lines = keys.map((key) => {
    const found = book.find(envelope, key, keyidsOnDemand(key))
    const line = verifyOne(envelope, key, found, findings)
    if (found.outcome !== 'valid') return line
    const standing = revoked.judge([key, found.key], found.signature, proofs)
    return standing.standing === 'unrevoked' ? line : judgeRevoked(line, key, standing, findings)
  })
  const asked = keys.map(keyidsOnDemand)
  const others = envelope.signatures.filter(({ keyid }) => !asked.some((keyids) => keyids.includes(keyid)))
  return [
    ...lines,
    ...others.map(({ keyid }) => ({
      keyid,
      fingerprint: null,
      outcome: 'not-asked' as const,
      message: 'Nobody asked for this signature; it was not checked.',
    })),
  ]
}

/** The reference knows no revocation: what follows from one is ours alone. */
function judgeRevoked(
  line: SignatureLine,
  { keyid }: Key,
  standing: Exclude<Standing, { standing: 'unrevoked' }>,
  findings: Findings,
): SignatureLine {
  const short = keyid.slice(0, 8)
  if (standing.standing === 'earlier') {
    const message = `Key ${short} signed the layout before it was revoked from ${standing.revokedAt} on. It counts, because ${standing.told}.`
    findings.add({ code: 'KEY_REVOKED_LATER', severity: 'warning', message, keyid, strictOnly: true })
    return line
  }
  const { code, why } = standing
  const message = `Key ${short}, which signed the layout, is revoked from ${why}.`
  const severity = code === 'KEY_REVOKED' ? 'deny' : 'cannot-tell'
  findings.add({ code, severity, message, keyid, strictOnly: true })
  findings.check({
    id: `layout.revoked.${keyid}`,
    title: `Key ${short} not revoked`,
    outcome: 'failed',
    detail: message,
    strictOnly: true,
  })
  return { ...line, outcome: 'invalid', message }
}

function verifyOne(envelope: OpenEnvelope, key: Key, found: SignatureOutcome, findings: Findings): SignatureLine {
  const short = key.keyid.slice(0, 8)
  const line = { keyid: found.outcome === 'missing' ? key.keyid : found.signature.keyid, fingerprint: key.fingerprint }
  const id = `layout.signature.${key.keyid}`
  const title = `Layout signed by key ${short}`
  const evidence = [envelope.sha256]
  if (found.outcome === 'valid') {
    findings.check({ id, title, outcome: 'passed', detail: 'The signature verifies.', evidence })
    return { ...line, outcome: 'valid', message: 'The signature verifies.' }
  }
  const message = messageOf(envelope, short, found.outcome === 'missing' ? null : found.why)
  const code = found.outcome === 'expired' ? 'KEY_EXPIRED' : 'LAYOUT_UNSIGNED'
  findings.add({ code, severity: 'deny', message, keyid: key.keyid, strictOnly: false })
  findings.check({ id, title, outcome: 'failed', detail: message, evidence })
  return { ...line, outcome: found.outcome === 'missing' ? 'missing' : 'invalid', message }
}

function messageOf(envelope: OpenEnvelope, short: string, why: string | null): string {
  if (why !== null) return `The layout's signature by key ${short} does not verify: ${why}.`
  const found = envelope.signatures.map(({ keyid }) => keyid.slice(0, 8) || '(none)').join(', ')
  return `The layout is not signed by key ${short}, as asked; it has ${found === '' ? 'no signature' : `signatures by ${found}`}.`
}

/** Specification 5.2 step 2. Expired from the very second that is named. */
export function verifyExpiry(layout: Layout, at: number, findings: Findings): void {
  const expires = parseTimestamp(layout.expires)
  const id = 'layout.expiry'
  const title = 'Layout not expired'
  if (expires !== null && at < expires) {
    findings.check({ id, title, outcome: 'passed', detail: `It is valid until ${layout.expires}.` })
    return
  }
  const message = `The layout expired at ${layout.expires}; this verdict is for ${formatTimestamp(at)}. Its owners must sign a new one.`
  findings.add({ code: 'LAYOUT_EXPIRED', severity: 'deny', message, strictOnly: false })
  findings.check({ id, title, outcome: 'failed', detail: message })
}

/** What other verifiers let pass, and members that nobody knows: they might restrict. */
export function verifyStrictly(envelope: Envelope, layout: Layout, findings: Findings): void {
  for (const { place, message } of layout.complaints) {
    findings.add({ code: 'LAYOUT_STRICT', severity: 'deny', message: `${message} (${place})`, strictOnly: true })
  }
  // the reference signs and verifies what it knows of a Metablock: with more in it, its signature never fits
  const metablock = envelope.form === 'metablock'
  for (const place of layout.unknownFields) {
    const message = `The layout has a member that the specification does not name: ${place}. It might restrict what this verifier cannot see.`
    const code = metablock ? 'LAYOUT_INVALID' : 'UNSUPPORTED'
    findings.add({ code, severity: metablock ? 'deny' : 'cannot-tell', message, strictOnly: !metablock })
  }
  const faults = layout.complaints.length + layout.unknownFields.length
  findings.check({
    id: 'layout.strict',
    title: 'Layout says what it means',
    outcome: faults === 0 ? 'passed' : 'failed',
    detail: faults === 0 ? 'Nothing in it weakens it unnoticed.' : `${faults} finding(s).`,
    strictOnly: true,
    evidence: [envelope.sha256],
  })
}
