import { allowedSigners, bringIn, changeLayout, rerun, trustRoots } from './fixes.ts'
import type { Fix, Subject, Told } from './subject.ts'
import { keyName, short } from './words.ts'

const notNull = (fix: Fix | null): fix is Fix => fix !== null

/** The key is not among those that the layout lets sign this step. */
export function signerNotAllowed(subject: Subject): Told {
  const step = subject.reason.step ?? 'the step'
  const keyid = subject.reason.keyid ?? subject.step?.skipped.find((one) => one.code === 'SIGNER_NOT_ALLOWED')?.keyid
  return {
    kind: 'signer-not-allowed',
    heading: `${step} was signed by ${keyName(subject, keyid)}, which the layout does not let sign it`,
    demand: `The layout lets ${allowedSigners(subject)} sign ${step}. ${subject.reason.message}`,
    fixes: [
      rerun(
        subject,
        step,
        `Record ${step} again with a key that the layout lets sign it (${allowedSigners(subject)}):`,
      ),
      changeLayout(subject, `If this functionary may do ${step} from now on, add the key to the step.`),
    ].filter(notNull),
  }
}

/** The signature does not fit the bytes. */
export function signatureInvalid(subject: Subject): Told {
  const step = subject.reason.step ?? 'the step'
  const skipped = subject.step?.skipped.find((one) => one.code === 'SIGNATURE_INVALID')
  const keyid = subject.reason.keyid ?? skipped?.keyid
  return {
    kind: 'signature-invalid',
    heading: `The signature on the link of ${step} does not verify`,
    demand:
      `A link counts only if the signature of ${keyName(subject, keyid)} fits its bytes exactly. It does not: the file was changed after it was signed, or another key signed it. ${
        skipped === undefined ? '' : `File: ${short(skipped.source, 200)}.`
      }`.trim(),
    fixes: [
      rerun(
        subject,
        step,
        `Bring the link in as in-toto wrote it: no formatter, no line-end conversion, no editing. If the original is lost, record ${step} again:`,
      ),
    ],
  }
}

/** `name` inside the link is not the step it was filed under. */
export function stepNameMismatch(subject: Subject): Told {
  const step = subject.reason.step ?? 'the step'
  return {
    kind: 'step-name',
    heading: `The link filed under ${step} says it is about another step`,
    demand: `${subject.reason.message} A link of another step, renamed, proves nothing about this one.`,
    fixes: [rerun(subject, step, `Record ${step} under its own name:`)],
  }
}

/** Two functionaries of one step recorded different files. */
export function signersDisagree(subject: Subject): Told {
  const step = subject.reason.step ?? 'the step'
  return {
    kind: 'signers-disagree',
    heading: `The functionaries of ${step} recorded ${subject.reason.artifact === undefined ? 'different files' : `different ${subject.reason.artifact}`}`,
    demand: `All valid links of one step must list the same materials and products, also those beyond the threshold. ${subject.reason.message}`,
    fixes: [
      rerun(
        subject,
        step,
        `Compare the links in the Evidence tab: the differing file is made differently each time (a time stamp, a path) or one of the machines is not like the other. Make it reproducible and record ${step} again on each:`,
      ),
    ],
  }
}

/** What a heading says of each fault of a certificate or key. */
const CERTIFICATE_HEADINGS: Readonly<Record<string, (step: string) => string>> = {
  CERT_CONSTRAINT: (step) => `The certificate that signed ${step} is not one the layout asks for`,
  CERT_INVALID: (step) => `The certificate that signed ${step} may not sign`,
  CERT_UNTRUSTED: (step) => `The certificate that signed ${step} leads to no root that the layout trusts`,
  CERT_ROOT_UNBOUND: (step) => `Nothing says whose root the certificate of ${step} leads to`,
  CERT_UNSUPPORTED: (step) => `${step} is signed with a certificate in a form that cannot be checked`,
  KEY_EXPIRED: (step) => `The key that signed ${step} had expired`,
}

/** Everything about certificates and the times of keys. */
export function certificate(subject: Subject): Told {
  const step = subject.reason.step ?? 'the step'
  const code = subject.reason.code
  const late = `The certificate of ${step} is out of date, and nothing proves when it signed`
  return {
    kind: code === 'CERT_CONSTRAINT' ? 'certificate-constraint' : 'certificate',
    heading: CERTIFICATE_HEADINGS[code]?.(step) ?? late,
    demand: subject.reason.message,
    fixes: [
      ...certificateFixes(subject, step),
      rerun(
        subject,
        step,
        `Record ${step} again as somebody whom the layout lets sign it (${allowedSigners(subject)}):`,
      ),
      changeLayout(
        subject,
        `If this identity may do ${step}, say so in the step: its key, or what its certificate must say.`,
      ),
    ].filter(notNull),
  }
}

/** Somebody said that a key is not its owner's alone any more, and nothing shows that it signed before. */
export function revoked(subject: Subject): Told {
  const { step, keyid, path, message } = subject.reason
  const line = subject.inner.layout.signatures.find((one) => one.message === message)
  const owner = line?.fingerprint ? subject.context.keyNames?.get(line.fingerprint) : undefined
  const key = (owner ?? keyName(subject, keyid)).replace(/^key /, '')
  const layout = path === undefined ? 'the layout' : `the sublayout of ${path.join(', ')}`
  const mistaken: Fix = {
    id: 'revoked-keys',
    title: 'Look at the revocation',
    text: 'Who revoked the key, from when on and why stands under Identities. If that was a mistake, an administrator takes it back there; builds are judged again at once.',
    snippet: null,
    href: '/identities?tab=revoked',
  }
  return {
    kind: 'key-revoked',
    heading: `The key ${key}, which signed ${step ?? layout}, is revoked`,
    demand: `${subject.reason.message} What a revoked key signed counts only where a time stamp or a receipt proves that it is from before.`,
    fixes: [
      step === undefined
        ? changeLayout(
            subject,
            'Let owners whose keys are sound sign the layout, and set their keys for this software.',
          )
        : rerun(subject, step, `Record ${step} again with another key that the layout lets sign it:`),
      step === undefined ? null : changeLayout(subject, `Put a new key in the place of the revoked one in ${step}.`),
      mistaken,
    ].filter(notNull),
  }
}

/** Words by which the engine says that a root is not known, or was not in force. */
const ABOUT_ROOTS = /bundle|in force|compromised/

function certificateFixes({ reason: { code, message } }: Subject, step: string): Fix[] {
  const roots = trustRoots(
    `If ${step} was signed by the right workload, Waybill does not know the roots that its trust domain had then. An administrator brings the trust domain's bundle in under Settings, with the time since when it was in force; builds are judged again at once.`,
  )
  if (code === 'CERT_ROOT_UNBOUND') return [roots]
  if (code === 'CERT_UNTRUSTED') {
    const intermediates = bringIn(
      `If an authority between ${step}'s certificate and the root is missing, bring its certificate in: in-toto-golang writes it beside the link as ${step}-intermediate-0.cert.pem.`,
    )
    return ABOUT_ROOTS.test(message) ? [roots, intermediates] : [intermediates, roots]
  }
  if (code === 'CERT_EXPIRED_NO_TIMESTAMP') {
    const early = bringIn(
      'Let the pipeline push its links as soon as they are signed: what is received while the certificate is valid counts for ever.',
    )
    return ABOUT_ROOTS.test(message) ? [early, roots] : [early]
  }
  return []
}
