import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

test('a token is shown once with commands that carry it, works, and ends when it is revoked', async ({
  admin: page,
  own,
  playwright,
  origin,
}) => {
  const name = own('pipeline')
  await page.goto('/settings?tab=tokens')
  await page.getByRole('button', { name: 'Create a token' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel(/^read/).check()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  const shown = page.getByRole('region', { name: 'Token', exact: true })
  const token = (await shown.textContent())?.trim() ?? ''
  expect(token).toMatch(/^wbl_/)
  await expect(page.getByRole('region', { name: 'curl command' })).toContainText(token)
  await expectAccessible(page)

  const bare = await playwright.request.newContext({
    baseURL: origin,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  })
  expect((await bare.get('/api/v1/software')).status()).toBe(200)
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await expect(page.getByText(token)).toHaveCount(0)
  await page.getByRole('button', { name: `Revoke ${name}` }).click()
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('Revoked')
  expect((await bare.get('/api/v1/software')).status()).toBe(401)
  await bare.dispose()
})

test('an administrator adds a member and changes the role; the audit log has both', async ({ admin: page, own }) => {
  test.setTimeout(120_000)
  const name = own('Mei')
  await page.goto('/settings?tab=members')
  await page.getByRole('button', { name: 'Add a member' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Email').fill(`${name}@bank.example`)
  await page.getByLabel('First password').fill('short')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText(/at least 15 characters/).first()).toBeVisible()
  await page.getByLabel('First password').fill('a sentence that is easily remembered')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByLabel(`Role of ${name}`).selectOption('engineer')
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('puts layouts in force')
  await expectAccessible(page)
  await page.goto('/audit')
  const acts = page.getByRole('table', { name: 'Audit log' }).getByRole('row').filter({ hasText: name })
  await expect(acts.filter({ hasText: 'user.create' })).toHaveCount(1)
  await expect(acts.filter({ hasText: 'user.change' })).toHaveCount(1)
  await expectAccessible(page)
})

test('single letters lead to pages until they are switched off', async ({ viewer: page }) => {
  await page.goto('/settings?tab=appearance')
  const letters = page.getByRole('switch', { name: /Single letters/ })
  await expect(letters).toBeChecked()
  await expectAccessible(page)
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await expect(page).toHaveURL(/\/builds$/)
  await page.goto('/settings?tab=appearance')
  await letters.uncheck({ force: true })
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await page.getByRole('tab', { name: 'Account' }).click()
  await expect(page).toHaveURL(/\/settings/)
})

test('the chosen scheme is there from the first paint on', async ({ viewer: page }) => {
  await page.goto('/settings?tab=appearance')
  await page.getByRole('radio', { name: 'Dark' }).check()
  await page.goto('/builds', { waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
})

test('a viewer is offered neither members, tokens nor the audit log', async ({ viewer: page }) => {
  await page.goto('/settings?tab=members')
  await expect(page.getByRole('tab', { name: 'Account' })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Members' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Audit' })).toHaveCount(0)
})
