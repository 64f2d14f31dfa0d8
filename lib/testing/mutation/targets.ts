/** What is mutated together, and the tests that say what it does, quickly: each is run for hundreds of mutants. */
export interface MutationTarget {
  readonly name: string
  readonly files: readonly string[]
  readonly tests: readonly string[]
}

const verify = (...names: readonly string[]) => names.map((name) => `lib/in-toto/verify/${name}.ts`)
const inToto = (...names: readonly string[]) => names.map((name) => `lib/in-toto/${name}.ts`)
const RULES = inToto('evaluate-rules.test', 'glob.test')
const CHAINS = verify('attacks.test', 'security-cases.test', 'functionaries.test', 'whole-reports.test')
const STATEMENTS = inToto('statements/step-evidence.test', 'statements/certificates.test')
const CERTIFICATES = [...verify('certificates.test'), ...inToto('statements/certificates.test', 'trust-bundles.test')]
const VECTORS = 'lib/cli/verify/vectors.test.ts'

export const TARGETS: readonly MutationTarget[] = [
  {
    name: 'rules',
    files: [...verify('item-rules', 'artifact-names'), ...inToto('evaluate-rules', 'strong-digests')],
    tests: [...RULES, ...verify('item-rules.test', 'artifact-names.test'), ...CHAINS, ...STATEMENTS, VECTORS],
  },
  { name: 'globs', files: inToto('glob', 'glob-pattern'), tests: inToto('glob.test') },
  {
    name: 'signers',
    files: verify(
      'step-evidence',
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
      ),
      ...CHAINS,
      ...STATEMENTS,
      VECTORS,
    ],
  },
  { name: 'certificates', files: verify('certificates', 'trust'), tests: [...CERTIFICATES, ...CHAINS] },
  {
    name: 'steps',
    files: verify('steps', 'layout-checks', 'sublayouts', 'inspections', 'inspection-book', 'parameters'),
    tests: [...CHAINS, ...STATEMENTS, ...verify('certificates.test'), VECTORS],
  },
  {
    name: 'answer',
    files: verify('chain', 'findings', 'verify-layout', 'read-document'),
    tests: [...CHAINS, ...STATEMENTS, ...verify('certificates.test', 'inputs-digest.test'), VECTORS],
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
