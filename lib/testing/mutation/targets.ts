/** What is mutated together, and the tests that say what it does, quickly: each is run for hundreds of mutants. */
export interface MutationTarget {
  readonly name: string
  readonly files: readonly string[]
  readonly tests: readonly string[]
}

const verify = (...names: readonly string[]) => names.map((name) => `lib/in-toto/verify/${name}.ts`)
const inToto = (...names: readonly string[]) => names.map((name) => `lib/in-toto/${name}.ts`)
const RULES = inToto('evaluate-rules.test', 'evaluate-rules-ways.test', 'rule-answers.test', 'glob.test')
const CHAINS = verify(
  'attacks.test',
  'security-cases.test',
  'functionaries.test',
  'whole-reports.test',
  'revoked-keys.test',
)
const STATEMENTS = inToto(
  'statements/step-evidence.test',
  'statements/summary-evidence.test',
  'statements/certificates.test',
)
const CERTIFICATES = [
  ...verify('certificates.test', 'certificate-edges.test'),
  ...inToto('statements/certificates.test', 'trust-bundles.test'),
]
const VECTORS = 'lib/cli/verify/vectors.test.ts'

const select = (...names: readonly string[]) => names.map((name) => `lib/in-toto/select/${name}.ts`)
/** Without those that draw whole stores, which take half a minute for each change. */
const STORES = select(
  'deliveries.test',
  'content.test',
  'signed-runs.test',
  'ties.test',
  'builds.test',
  'taken-out.test',
  'judge-build.test',
  'verdict-key.test',
  'evidence.test',
  'unbound.test',
  'choose-own.test',
  'choose-elsewhere.test',
  'standing.test',
  'limits.test',
  'attacks.test',
  'named-attacks.test',
  'namespaces.test',
  'runs.test',
  'mixed-runs.test',
  'rebuilds.test',
  'merge.test',
  'pinned.test',
  'unproven-builds.test',
)

export const TARGETS: readonly MutationTarget[] = [
  {
    name: 'rules',
    files: [...verify('item-rules', 'artifact-names'), ...inToto('evaluate-rules', 'rule-answers', 'strong-digests')],
    tests: [...RULES, ...verify('item-rules.test', 'artifact-names.test'), ...CHAINS, ...STATEMENTS, VECTORS],
  },
  { name: 'globs', files: inToto('glob', 'glob-pattern'), tests: inToto('glob.test') },
  {
    name: 'signers',
    files: verify(
      'step-evidence',
      'document-problem',
      'signatures',
      'signers',
      'declared-functionaries',
      'keyids',
      'verify-envelope',
      'step-form',
    ),
    tests: [
      ...verify(
        'signatures.test',
        'signers.test',
        'certificates.test',
        'declared-functionaries.test',
        'step-form.test',
        'step-form-faults.test',
        'gather-evidence.test',
        'verify-layout.test',
      ),
      ...CHAINS,
      ...STATEMENTS,
      VECTORS,
    ],
  },
  { name: 'revoked', files: verify('revoked-keys'), tests: verify('revoked-keys.test') },
  { name: 'certificates', files: verify('certificates', 'trust'), tests: [...CERTIFICATES, ...CHAINS] },
  {
    name: 'steps',
    files: verify('steps', 'layout-checks', 'sublayouts', 'inspections', 'inspection-book', 'parameters'),
    tests: [
      ...CHAINS,
      ...STATEMENTS,
      ...verify('certificates.test', 'sublayouts.test', 'steps.test', 'declared-functionaries.test'),
      VECTORS,
    ],
  },
  {
    name: 'answer',
    files: verify('chain', 'findings', 'verify-layout', 'read-document'),
    tests: [
      ...CHAINS,
      ...STATEMENTS,
      ...verify('certificates.test', 'inputs-digest.test', 'findings.test', 'sublayouts.test', 'verify-layout.test'),
      VECTORS,
    ],
  },
  {
    name: 'envelopes',
    files: inToto('envelope', 'sigstore-bundle', 'statement', 'link'),
    // those of the parsers alone: every other test reads envelopes, too
    tests: inToto(
      'envelope.test',
      'envelope-forms.test',
      'link.test',
      'sigstore-bundle.test',
      'quick-link.test',
      'statements/step-evidence.test',
    ),
  },
  { name: 'quick', files: inToto('quick-link', 'file-table', 'scan'), tests: inToto('quick-link.test') },
  {
    name: 'layouts',
    files: inToto('layout', 'layout-strict', 'rule', 'reader'),
    tests: inToto('layout.test', 'evaluate-rules.test'),
  },
  {
    name: 'statements',
    files: inToto(
      'statements/digest-set',
      'statements/facts',
      'statements/files',
      'statements/link-predicate',
      'statements/slsa-provenance',
      'statements/test-result',
      'statements/verification',
      'statements/verification-summary',
      'statements/witness-collection',
    ),
    tests: [
      ...STATEMENTS,
      ...inToto(
        'statements/predicates.test',
        'statements/hostile-statements.test',
        'statements/real-witness.test',
        'statements/verification.test',
      ),
      ...select('mixed-runs.test'),
    ],
  },
  {
    name: 'select',
    files: select('select-evidence', 'choose', 'pinned', 'mixed-runs', 'standing'),
    tests: STORES,
  },
  {
    name: 'builds',
    files: select(
      'judge-build',
      'verdict-key',
      'merge',
      'evidence',
      'links-of',
      'builds',
      'deliveries',
      'signed-runs',
      'namespaces',
      'taken-out',
      'ties',
      'unbound',
      'content',
    ),
    tests: STORES,
  },
  {
    name: 'time',
    files: [
      ...inToto('time-evidence', 'time-proofs'),
      'lib/crypto/timestamp-check.ts',
      'lib/crypto/timestamp-token.ts',
    ],
    tests: [...inToto('time-evidence.test', 'time-proofs.test'), 'lib/crypto/timestamp.test.ts'],
  },
]
