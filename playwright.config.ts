import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, devices } from '@playwright/test'
import { systemChromium } from './lib/testing/browser.mjs'

// The server under test is started as a person starts it, on a data folder and a port of its own. This file is loaded
// again by every worker: what is made up here is handed on in the environment.
process.env.E2E_DATA ??= mkdtempSync(join(tmpdir(), 'waybill-e2e-'))
process.env.E2E_PORT ??= String(20_000 + (process.pid % 20_000))
process.env.E2E_ADMIN_PASSWORD ??= randomBytes(16).toString('hex')
const port = process.env.E2E_PORT
/** where a browser test may start a registry: the server is allowed to reach it */
process.env.E2E_REGISTRY_PORT ??= process.env.E2E_URL ? '' : String(Number(port) - 10_000)
/** the same for an Archivista */
process.env.E2E_ARCHIVISTA_PORT ??= process.env.E2E_URL ? '' : String(Number(port) - 9_999)
/** With E2E_URL (and E2E_ADMIN_PASSWORD) a server that runs already is tested. */
const url = process.env.E2E_URL ?? `http://127.0.0.1:${port}`

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: Number(process.env.E2E_WORKERS ?? 2),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./lib/testing/playwright-reporter.ts']],
  use: {
    baseURL: url,
    trace: 'retain-on-failure',
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: {
      executablePath: systemChromium(),
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [{ name: 'desktop', use: { ...devices['Desktop Chrome'] } }],
  ...(process.env.E2E_URL
    ? {}
    : {
        webServer: {
          command: 'node lib/cli/start.mjs',
          url: `${url}/api/v1/health`,
          reuseExistingServer: false,
          timeout: 600_000,
          gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
          stdout: 'pipe',
          env: {
            PORT: port,
            HOST: '127.0.0.1',
            WAYBILL_DATA: process.env.E2E_DATA,
            WAYBILL_SOURCE_ORIGINS: [process.env.E2E_REGISTRY_PORT, process.env.E2E_ARCHIVISTA_PORT]
              .map((own) => `http://127.0.0.1:${own}`)
              .join(','),
            DATABASE_URL: '',
            WAYBILL_ADMIN_EMAIL: 'admin@bank.example',
            WAYBILL_ADMIN_PASSWORD: process.env.E2E_ADMIN_PASSWORD,
          },
        },
      }),
})
