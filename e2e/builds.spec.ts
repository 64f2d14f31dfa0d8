import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'
import { makeBuild } from './supply-chain.ts'

test('builds are filtered in the address, walked by keyboard and peeked at', async ({ viewer: page, api, own }) => {
  const made = await makeBuild(await api('admin'), own('edge'), 'tampered')
  await page.goto(`/builds?software=${made.slug}`)
  const table = page.getByRole('table', { name: 'Builds' })
  await expect(table.getByRole('row').filter({ hasText: made.short })).toContainText('Blocked')
  await expectAccessible(page)

  await page.getByRole('group', { name: 'Result' }).getByText('Verified', { exact: true }).click()
  await expect(page).toHaveURL(/state=verified/)
  await expect(page.getByText('No build fits this filter')).toBeVisible()
  await page.getByRole('button', { name: 'Remove the filter' }).click()
  await expect(page).toHaveURL(/\/builds$/)

  await page.getByLabel('Filter builds').fill(made.short)
  await expect(page).toHaveURL(new RegExp(`q=${made.short}`))
  const row = table.getByRole('row').filter({ hasText: made.short })
  // at once, while the rows that the filter takes away may still stand above it
  await row.focus()
  await page.keyboard.press('Space')
  const peek = page.getByRole('dialog')
  await expect(peek).toContainText('package used')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(peek).toBeHidden()
  await row.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/builds\/[0-9a-z-]+/)
})

test('posture names the failing build with its reason, and its numbers open the lists', async ({
  viewer: page,
  api,
  own,
}) => {
  const name = own('custody')
  await makeBuild(await api('admin'), name, 'tampered')
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('blocked')
  const failing = page.getByRole('table', { name: 'Failing now' }).getByRole('row').filter({ hasText: name })
  await expect(failing).toContainText('package')
  await expectAccessible(page)
  await page.getByRole('link', { name: /^Blocked now/ }).click()
  await expect(page).toHaveURL(/\/builds\?state=blocked,expired/)
  await expect(page.getByRole('table', { name: 'Builds' })).toBeVisible()
})

test('the search finds builds, software and pages, and goes there', async ({ viewer: page, api, own }) => {
  const name = own('search')
  const made = await makeBuild(await api('admin'), name, 'none')
  await page.goto('/settings')
  await page.keyboard.press('Control+k')
  const box = page.getByRole('textbox', { name: 'Search' })
  await box.fill(name)
  await expect(page.getByRole('button', { name: new RegExp(name) }).first()).toBeVisible()
  await expectAccessible(page)
  await box.fill(made.short)
  await expect(page.getByRole('button', { name: new RegExp(name) }).first()).toBeVisible()
  await page
    .getByRole('button', { name: new RegExp(name) })
    .first()
    .click()
  await expect(page).toHaveURL(/\/(builds|software)\//)
})

test('pages reflow on a phone, and in the dark', async ({ viewer: page, api, own }) => {
  test.setTimeout(180_000)
  await makeBuild(await api('admin'), own('phone'), 'tampered')
  await page.setViewportSize({ width: 320, height: 740 })
  await page.emulateMedia({ colorScheme: 'dark' })
  for (const path of ['/', '/builds', '/software', '/identities', '/sources', '/settings', '/welcome']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      path,
    ).toBeLessThanOrEqual(0)
    await expectAccessible(page)
  }
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('link', { name: 'Builds', exact: true }).click()
  await expect(page).toHaveURL(/\/builds$/)
})
