import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{app,components,lib}/**/*.test.{ts,tsx}'],
    globalSetup: ['lib/testing/vitest-setup.ts'],
    env: { NEXTAUTH_SECRET: 'only for tests: nothing outside is signed with this', TZ: 'UTC' },
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
