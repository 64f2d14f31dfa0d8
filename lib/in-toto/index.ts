/** in-toto metadata and its verification. Pure: no files, no network, no clock; sees only lib/crypto. */
export { certificateFault, constraintFault } from './cert-constraint.ts'
export type { Envelope, EnvelopeSignature, OpenEnvelope, Signed, SignedJson } from './envelope.ts'
export { openEnvelope, parseDocument, parseEnvelope } from './envelope.ts'
export type { Recorded, RulesInput } from './evaluate-rules.ts'
export { counterpartName, evaluateRules } from './evaluate-rules.ts'
export { ArtifactTables } from './file-table.ts'
export { parseFunctionaries, printFunctionaries } from './functionaries.ts'
export type { Glob } from './glob.ts'
export { compileGlob, matchGlob } from './glob.ts'
export type { Authority, CertConstraint, Complaint, Inspection, Layout, Step } from './layout.ts'
export { parseLayoutDocument } from './layout.ts'
export { isSafeName } from './layout-strict.ts'
export { LIMITS } from './limits.ts'
export type { Artifacts, Link } from './link.ts'
export { equalArtifacts, equalDigests, parseLinkDocument } from './link.ts'
export type * from './report.ts'
export type { Resource } from './resource.ts'
export { parseRevokedKeys, printRevokedKeys } from './revoked-keys.ts'
export type { MatchRule, PatternRule, Rule, RuleKeyword } from './rule.ts'
export { parseRule, ruleText } from './rule.ts'
export { isSigstoreBundle } from './sigstore-bundle.ts'
export type { Statement } from './statement.ts'
export { parseStatementDocument } from './statement.ts'
export type { DescribedPart } from './statements/describe.ts'
export { describeDocument, describePolicy } from './statements/describe.ts'
export type { PredicateFacts } from './statements/facts.ts'
export type { VerifierStatus } from './statements/verification.ts'
export { verificationsIn, verifierStatus } from './statements/verification.ts'
export type { Verification } from './statements/verification-summary.ts'
export { VERIFICATION_SUMMARIES } from './statements/verification-summary.ts'
export type {
  SignedWitnessPolicy,
  WitnessFunctionary,
  WitnessPolicy,
  WitnessStep,
} from './statements/witness-policy.ts'
export { parseWitnessPolicy, WITNESS_POLICY } from './statements/witness-policy.ts'
export { formatTimestamp, parseTimestamp } from './time.ts'
export type { TimeEvidence, TimeFault } from './time-evidence.ts'
export { judgeTimestamps, timeEvidence, timestampProofs } from './time-evidence.ts'
export { parseTimeProofs } from './time-proofs.ts'
export { parseTrustBundles, printTrustBundles } from './trust-bundles.ts'
export { rootsInForce, type TrustDecision, trustBundlesOf } from './trust-history.ts'
export type {
  Candidate,
  CertificateTrust,
  Document,
  Functionary,
  InspectionRun,
  LinkStore,
  ReadDocument,
  RevokedKey,
  RunInspection,
  SignatureVerifier,
  TimeProof,
  TrustBundle,
  TrustedRoot,
  UnreadDocument,
  UnusableKey,
  VerifyInput,
} from './verify/input.ts'
export { readDocument } from './verify/read-document.ts'
export type { StepForm, StepForms } from './verify/step-form.ts'
export { FORMS_IN_WORDS, formFault, formOf, formText, namelessMark, parseForm } from './verify/step-form.ts'
export type { EnvelopeSigners } from './verify/verify-envelope.ts'
export { verifyEnvelope } from './verify/verify-envelope.ts'
export { verifyLayout } from './verify/verify-layout.ts'
