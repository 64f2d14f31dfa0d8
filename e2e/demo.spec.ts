import type { APIRequestContext } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

/** One build of the demo for each of these, and one file in quarantine. */
const reasons = [
  'ARTIFACT_MODIFIED',
  'ARTIFACT_REQUIRED_MISSING',
  'ARTIFACT_UNEXPECTED',
  'LAYOUT_EXPIRED',
  'REPLAYED',
  'SIGNATURE_INVALID',
  'SIGNERS_DISAGREE',
  'SIGNER_NOT_ALLOWED',
  'STEP_MISSING',
  'STEP_THRESHOLD',
  'STEP_UNBOUND',
]

async function demoReasons(api: APIRequestContext): Promise<string[]> {
  const { rows } = await (await api.get('/api/v1/builds?limit=200')).json()
  const codes = rows
    .filter((build: { demo: boolean }) => build.demo)
    .map((build: { code: string | null }) => build.code)
  return [...new Set<string>(codes.filter((code: string | null) => code !== null))].sort()
}

test('an administrator loads the demo, finds each kind of failure in it, and removes it', async ({ admin, api }) => {
  test.setTimeout(180_000)
  const http = await api('admin')
  await http.delete('/api/v1/demo')
  await admin.goto('/welcome')
  await admin.getByRole('button', { name: 'Load the demo' }).click()
  await expect(admin).toHaveURL(/:\d+\/$/, { timeout: 60_000 })
  const banner = admin.getByRole('region', { name: 'Demo data' })
  await expect(banner).toBeVisible()
  await expect.poll(() => demoReasons(http), { timeout: 60_000 }).toEqual(reasons)

  await admin.goto('/')
  const row = admin.getByRole('row', { name: /Payments API/ })
  await expect(row).toContainText('image used a build/libs/payments-api.jar that build did not make')
  await expectAccessible(admin)
  await row.getByRole('link', { name: /Why/ }).click()
  await expect(admin.getByRole('heading', { level: 1 })).toContainText('that build did not make')

  // one build verifies here and failed at the bank's release gate, whose key is declared
  await admin.goto('/builds?elsewhere=failed&q=mobile-release')
  await admin.getByRole('table', { name: 'Builds' }).getByRole('link').first().click()
  const elsewhere = admin.getByRole('region', { name: 'Decided elsewhere' })
  await expect(elsewhere).toContainText('Release gate decided FAILED')
  await expect(elsewhere).toContainText('The signature verifies')
  await expect(admin.getByText('Verified', { exact: true }).first()).toBeVisible()

  await banner.getByRole('button', { name: 'Remove the demo' }).click()
  await expect(banner).toBeHidden({ timeout: 30_000 })
  expect(await demoReasons(http)).toEqual([])
})

test('nobody but an administrator may load or remove it', async ({ api }) => {
  for (const role of ['viewer', 'developer', 'engineer'] as const) {
    const http = await api(role)
    expect((await http.post('/api/v1/demo')).status()).toBe(403)
    expect((await http.delete('/api/v1/demo')).status()).toBe(403)
  }
})
