/**
 * The one answer the engine gives: what was checked, on what evidence, with what outcome.
 * JSON-serialisable; the same inputs give the same bytes. Times are RFC 3339 in UTC; digests are lower-case hex.
 */

export type Verdict = 'allow' | 'deny' | 'cannot-tell'

/** Stable codes. The gate list of the field's terms first, then what a single store of many runs needs. */
export type ReasonCode =
  // layout
  | 'NO_LAYOUT'
  | 'LAYOUT_EXPIRED'
  | 'LAYOUT_UNSIGNED' // no key given, a given key has no signature, or its signature does not verify
  | 'LAYOUT_INVALID' // not a layout as the specification has it (names the place)
  | 'LAYOUT_STRICT' // a layout every known verifier accepts and a strict one refuses (names the place)
  // steps
  | 'STEP_MISSING'
  | 'STEP_THRESHOLD'
  | 'STEP_NAME_MISMATCH'
  | 'SIGNER_NOT_ALLOWED'
  | 'SIGNATURE_INVALID'
  | 'KEY_EXPIRED'
  | 'KEY_REVOKED' // proven only since then
  | 'KEY_REVOKED_NO_TIMESTAMP' // revoked, and nothing proves that it signed before
  | 'KEY_REVOKED_LATER' // warning: it signed before
  | 'CERT_EXPIRED_NO_TIMESTAMP' // certificate or root ended, and nothing proves that it signed before
  | 'CERT_CONSTRAINT' // not what the step asks for
  | 'CERT_INVALID' // may not sign at all: an authority, no proper SPIFFE ID, another key
  | 'CERT_UNTRUSTED' // leads to no root that speaks for its trust domain
  | 'CERT_ROOT_UNBOUND' // which of several roots speaks for its trust domain is not said
  | 'CERT_ROOT_TAINTED' // warning: its root was marked as compromised after it signed
  | 'CERT_UNSUPPORTED'
  | 'SIGNERS_DISAGREE'
  | 'COMMAND_MISMATCH' // warning
  | 'STEP_FAILED' // warning: return-value is not 0
  | 'SUBLAYOUT_FAILED'
  // rules
  | 'ARTIFACT_MODIFIED' // digest differs from what the other step recorded
  | 'ARTIFACT_UNEXPECTED' // DISALLOW hit, no counterpart by that name
  | 'ARTIFACT_REQUIRED_MISSING' // REQUIRE
  | 'MATCH_SOURCE_MISSING' // MATCH names a step without a link
  | 'NO_STRONG_DIGEST' // a MATCH rests on no digest, on md5 or sha1 alone, or on one of the wrong length
  | 'ARTIFACT_NAME_NOT_NORMAL' // `./evil`, `x/../evil`, a backslash: another name for a file that rules know
  | 'CONFUSABLE_NAME' // warning: fits a DISALLOW but for letter case or Unicode form
  | 'UNCONSUMED_ARTIFACTS' // warning: no rule speaks about them and none disallows the rest
  // inspections
  | 'INSPECTION_FAILED'
  | 'INSPECTION_NOT_RUN'
  // documents
  | 'MALFORMED'
  | 'UNSUPPORTED'
  | 'LIMIT'
  | 'PARAMETER'
  // which evidence belongs to the build (lib/in-toto/select)
  | 'EVIDENCE_PENDING'
  | 'EVIDENCE_VANISHED'
  | 'STEP_UNBOUND'
  | 'REPLAYED'
  | 'RUN_TWICE'
  | 'MIXED_RUNS'
  | 'REBUILD_DIFFERS' // warning: elsewhere the same materials gave other products
  | 'TAKEN_OUT' // warning: somebody took evidence of the build out of consideration
  | 'NOT_FINAL'
  | 'BACKEND_UNREACHABLE'
  | 'DIGEST_UNKNOWN'
  | 'TAG_NOT_DIGEST'

/** algorithm -> lower-case hex, exactly as recorded */
export type Digests = Readonly<Record<string, string>>

export interface RuleRef {
  readonly list: 'materials' | 'products'
  /** position in the list, from 0 */
  readonly index: number
  /** the rule as people write it, e.g. `MATCH dist/* WITH PRODUCTS FROM build` */
  readonly text: string
}

export interface Reason {
  readonly code: ReasonCode
  /** what this does to the verdict; a warning never changes it */
  readonly severity: 'deny' | 'cannot-tell' | 'warning'
  /** one sentence for people: what was expected, what was found, where */
  readonly message: string
  readonly step?: string
  readonly inspection?: string
  /** path of the artifact, as recorded */
  readonly artifact?: string
  readonly expected?: Digests
  readonly found?: Digests
  /** the step whose record was expected */
  readonly counterpart?: string
  readonly rule?: RuleRef
  readonly keyid?: string
  /** names of the sublayout steps that lead here, outermost first */
  readonly path?: readonly string[]
  /** true where the reference verifier does not make this check */
  readonly strictOnly: boolean
  /** index in `reasons` of the root cause that this follows from */
  readonly follows?: number
}

export interface Check {
  /** stable within a report, e.g. `layout.signature`, `step.build.threshold`, `step.package.products.2` */
  readonly id: string
  readonly title: string
  readonly outcome: 'passed' | 'failed' | 'warning' | 'not-performed'
  /** what was found, for people */
  readonly detail: string
  readonly strictOnly: boolean
  readonly step?: string
  /** sha256 of the documents this check read */
  readonly evidence: readonly string[]
}

export interface SignerRef {
  readonly keyid: string
  /** sha256 of the SPKI DER; of the canonical key object for gpg */
  readonly fingerprint: string
  readonly keytype: string
  readonly scheme: string
  /** ITE-7: signed with the key of a certificate */
  readonly certificate?: SignerCertificate
  /** the person or workload that somebody declared this signer to be */
  readonly functionary?: string
}

/** Who signed with a certificate, why it is trusted, and for which time (ITE-7). */
export interface SignerCertificate {
  /** the workload; null where the certificate names none */
  readonly spiffeId: string | null
  readonly subject: string
  readonly issuer: string
  /** of the DER, lower-case hex */
  readonly sha256: string
  readonly notBefore: string
  readonly notAfter: string
  /** sha256 of the certificates from its issuer to the root */
  readonly chain: readonly string[]
  readonly root: { readonly sha256: string; readonly subject: string }
  /**
   * What is known of when it signed: `timestamped` (RFC 3161) and `witnessed` (received by somebody trusted) prove
   * that the signature existed at `at`; `unproven`: nothing does, but the chain is valid at the verdict's own time.
   */
  readonly time: {
    readonly evidence: 'timestamped' | 'witnessed' | 'unproven'
    readonly at: string
    readonly by: string | null
  }
  /** until when the chain is valid: from then on an unproven signature counts no more */
  readonly validUntil: string
}

export interface LinkFound {
  /** sha256 of the file */
  readonly sha256: string
  /** file name or other place it was found at */
  readonly source: string
  readonly form: 'metablock' | 'dsse'
  readonly kind: 'link' | 'layout' | 'statement'
  readonly signer: SignerRef
  readonly command: readonly string[]
  readonly returnValue: number | null
  readonly materials: number
  readonly products: number
}

export interface LinkSkipped {
  readonly sha256: string | null
  readonly source: string
  readonly keyid: string | null
  readonly code: ReasonCode
  readonly message: string
}

export type NotConsumed =
  | 'pattern' // the pattern does not fit the name
  | 'prefix' // not below the IN prefix
  | 'source-step-missing' // FROM names a step without a link
  | 'source-missing' // the other side has no artifact of that name
  | 'digest-differs'
  | 'not-created'
  | 'not-deleted'
  | 'not-modified'
  | 'disallowed' // DISALLOW: fits the pattern

export interface RuleTrace extends RuleRef {
  readonly keyword: 'CREATE' | 'DELETE' | 'MODIFY' | 'ALLOW' | 'DISALLOW' | 'REQUIRE' | 'MATCH'
  /** MATCH: the step named by FROM */
  readonly from?: string
  /** artifacts in the queue before this rule */
  readonly before: number
  readonly consumed: number
  /** up to 100 names, sorted by code point */
  readonly consumedNames: readonly string[]
  /**
   * artifacts that stayed, with why; up to 100. Those that are left at the end of the list come first and are all
   * explained, also where the pattern did not fit; of the others only those that fit it.
   */
  readonly left: readonly {
    readonly artifact: string
    readonly why: NotConsumed
    readonly expected?: Digests
    readonly found?: Digests
  }[]
  /** DISALLOW, REQUIRE */
  readonly failed: boolean
}

export interface RuleListTrace {
  readonly rules: readonly RuleTrace[]
  /** left in the queue after the last rule evaluated (they pass silently unless disallowed); up to 100 */
  readonly leftover: readonly string[]
  readonly leftoverCount: number
  readonly failed: boolean
}

export interface StepReport {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'warning' | 'missing' | 'not-judged'
  readonly threshold: number
  readonly allowedKeyids: readonly string[]
  /** ITE-7: the URIs, else what else its constraints ask of a certificate; absent where none may sign */
  readonly allowedCertificates?: readonly string[]
  readonly expectedCommand: readonly string[]
  /** different people among those that counted: what is held against the threshold */
  readonly signerCount: number
  readonly counted: readonly LinkFound[]
  readonly skipped: readonly LinkSkipped[]
  /** null where no link stands for the step */
  readonly materials: RuleListTrace | null
  readonly products: RuleListTrace | null
  readonly sublayout?: Report
}

export interface InspectionReport {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not-performed'
  readonly run: readonly string[]
  readonly returnValue: number | null
  readonly materials: RuleListTrace | null
  readonly products: RuleListTrace | null
}

export interface LayoutReport {
  readonly sha256: string
  readonly form: 'metablock' | 'dsse' | 'unknown'
  readonly expires: string | null
  readonly readme: string
  readonly signatures: readonly {
    readonly keyid: string
    readonly fingerprint: string | null
    readonly outcome: 'valid' | 'invalid' | 'missing' | 'not-asked'
    readonly message: string
  }[]
}

export interface Report {
  readonly version: 1
  /** name and version of the engine */
  readonly engine: string
  /** the time it speaks for */
  readonly at: string
  readonly profile: 'strict' | 'reference'
  readonly verdict: Verdict
  /** what the reference verifier answers (in-toto 1.3.1; 3.1.0 where DSSE occurs) */
  readonly referenceVerdict: 'allow' | 'deny'
  /** root cause first; empty when nothing is to be said */
  readonly reasons: readonly Reason[]
  /** every check made, in the specification's order */
  readonly checks: readonly Check[]
  readonly layout: LayoutReport
  readonly steps: readonly StepReport[]
  readonly inspections: readonly InspectionReport[]
  /** sha256 over the sorted digests of all inputs, time and parameters */
  readonly inputs: string
}
