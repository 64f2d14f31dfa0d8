import { defineConfig } from 'vitest/config'

/** The tests of one target (see `targets.ts`), named by the run. */
export default defineConfig({
  test: {
    include: (process.env.MUTATION_TESTS ?? '').split(','),
    // those that count time would count that of the instruments, some take seconds; the catalogue reads other files
    testNamePattern:
      /^(?!.*(less than two seconds|takes long|in their time|come to an end|flipped byte|the catalogue)).*$/,
    testTimeout: 20_000,
  },
})
