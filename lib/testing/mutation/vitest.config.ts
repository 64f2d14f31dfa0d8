import { defineConfig } from 'vitest/config'

/** The tests that say what the verifier does, and say it quickly: each is run for hundreds of mutants. */
export default defineConfig({
  test: {
    include: [
      'lib/in-toto/evaluate-rules.test.ts',
      'lib/in-toto/glob.test.ts',
      'lib/in-toto/envelope.test.ts',
      'lib/in-toto/verify/attacks.test.ts',
      'lib/in-toto/verify/functionaries.test.ts',
      'lib/in-toto/verify/security-cases.test.ts',
      'lib/cli/verify/vectors.test.ts',
    ],
    // those that count time would count that of the instruments; the catalogue reads other files
    testNamePattern: /^(?!.*(less than two seconds|takes long|in their time|the catalogue)).*$/,
    testTimeout: 20_000,
  },
})
