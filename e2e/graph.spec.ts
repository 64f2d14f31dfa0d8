import { readFile } from 'node:fs/promises'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'
import { makeBuild } from './supply-chain.ts'

test('the graph opens on the failing edge, at a size that can be read', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('graph'), 'tampered')
  await viewer.goto(`/builds/${short}/graph`)
  await expect(viewer.getByText('16 match, 1 differs, 1 not made')).toBeInViewport()
  for (const name of ['build', 'package']) {
    await expect(viewer.getByRole('group', { name: new RegExp(`^Step ${name}: `) })).toBeInViewport()
  }
  const scale = await viewer
    .locator('.react-flow__viewport')
    .evaluate((pane) => new DOMMatrix(getComputedStyle(pane).transform).a)
  expect(scale).toBeGreaterThanOrEqual(0.8)
  expect(scale).toBeLessThanOrEqual(1)
  await expectAccessible(viewer)
})

test('everything about a step is one click away, and has an address', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('graph'), 'tampered')
  await viewer.goto(`/builds/${short}/graph`)
  await viewer.getByRole('group', { name: /^Step package: Blocked/ }).click()
  await expect(viewer).toHaveURL(/node=package/)
  const panel = viewer.getByRole('complementary', { name: 'Details' })
  await expect(panel.getByText('Valid over the canonical JSON (Metablock)')).toBeVisible()
  await expect(panel.getByText('The layout lists this key for the step')).toBeVisible()
  await panel.getByRole('tab', { name: 'Files' }).click()
  await panel.getByRole('searchbox').fill('server.js.map')
  await expect(panel.getByText('dist/server.js.map', { exact: true })).toBeVisible()
  await expect(panel.getByText('dist/chunk-1.js', { exact: true })).toBeHidden()
  await panel.getByRole('tab', { name: 'Rules' }).click()
  await expect(panel.getByText('took 16 of 20')).toBeVisible()
  await expect(panel.getByText('Refused 2')).toBeVisible()
  await panel.getByRole('tab', { name: 'Raw' }).click()
  await expect(panel.getByText('"_type": "link"', { exact: false })).toBeVisible()
  await expectAccessible(viewer)
  await viewer.reload()
  await expect(viewer.getByRole('complementary').getByRole('heading', { name: 'package' })).toBeVisible()
})

test('keys walk through problems and steps, and say where one is', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('graph'), 'tampered')
  await viewer.goto(`/builds/${short}/graph`)
  await expect(viewer.getByText('16 match, 1 differs, 1 not made')).toBeVisible()
  await viewer.keyboard.press('x')
  await expect(viewer).toHaveURL(/node=package/)
  await expect(
    viewer.getByText('From build: 16 match, 1 differs, 1 not made. package: Blocked.', { exact: false }),
  ).toBeAttached()
  await viewer.getByRole('group', { name: /^Step package/ }).focus()
  await viewer.keyboard.press('ArrowLeft')
  await expect(viewer).toHaveURL(/node=build/)
  await expect(viewer.getByRole('group', { name: /^Step build/ })).toBeFocused()
  await viewer.keyboard.press('Home')
  await expect(viewer).toHaveURL(/node=clone/)
  await viewer.keyboard.press('Escape')
  await expect(viewer.getByRole('complementary', { name: 'Details' })).toHaveCount(0)
  await viewer.keyboard.press('/')
  await expect(viewer.getByRole('searchbox', { name: 'Find in the graph' })).toBeFocused()
  await viewer.keyboard.type('sbom')
  await expect(viewer.getByText(/found, Enter for the next/)).toBeVisible()
  await viewer.keyboard.press('Enter')
  await expect(viewer).toHaveURL(/node=(sbom|build|package)/)
})

test('the list has the same content and the same selection', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('graph'), 'tampered')
  await viewer.goto(`/builds/${short}/graph?node=package`)
  await viewer.locator('label').filter({ hasText: 'List' }).click()
  await expect(viewer).toHaveURL(/view=list/)
  const table = viewer.getByRole('table', { name: 'Provenance, in flow order' })
  await expect(table.getByRole('row')).toHaveCount(1 + 5 + 1)
  await expect(table.getByRole('row', { name: /^package/ })).toContainText('build (16 match, 1 differs, 1 not made)')
  await expect(table.getByRole('button', { name: 'package' })).toHaveAttribute('aria-pressed', 'true')
  await table.getByRole('button', { name: 'sbom' }).click()
  await expect(viewer).toHaveURL(/node=sbom/)
  await expectAccessible(viewer)
})

test('the drawing can be taken away as an SVG that says what it is of', async ({ viewer, api, own }) => {
  const name = own('graph')
  const { short } = await makeBuild(await api('admin'), name, 'none')
  await viewer.goto(`/builds/${short}/graph`)
  const download = viewer.waitForEvent('download')
  await viewer.getByRole('button', { name: 'SVG' }).click()
  const svg = await readFile(await (await download).path(), 'utf8')
  expect(svg).toContain('<svg')
  expect(svg).toContain(name)
  expect(svg).toContain('package')
})

test('on a phone the list comes first and details open as a sheet', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('graph'), 'tampered')
  await viewer.setViewportSize({ width: 390, height: 844 })
  await viewer.goto(`/builds/${short}/graph`)
  await expect(viewer.getByRole('table', { name: 'Provenance, in flow order' })).toBeVisible()
  await viewer.getByRole('button', { name: 'package' }).click()
  await expect(viewer.getByRole('dialog').getByRole('heading', { name: 'package' })).toBeVisible()
  await expectAccessible(viewer)
})
