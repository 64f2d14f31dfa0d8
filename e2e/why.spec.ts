import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'
import { makeBuild } from './supply-chain.ts'

test('a blocked developer reads what happened, sees both digests, and copies the fix', async ({
  developer,
  api,
  own,
}) => {
  const { short } = await makeBuild(await api('admin'), own('why'), 'tampered')
  await developer.goto(`/b/${short}?f=dist/server.js`)
  await expect(developer).toHaveURL(new RegExp(`/builds/${short}\\?f=dist(/|%2F)server.js$`))
  await expect(
    developer.getByRole('heading', {
      level: 1,
      name: 'package used dist/server.js and 1 more file that build did not make',
    }),
  ).toBeVisible()
  await expect(developer).toHaveTitle(/^Blocked: /)
  const files = developer.getByRole('region', { name: 'Files' })
  await expect(files.getByText('2 of 18 differ')).toBeVisible()
  await expect(files.getByRole('row', { name: /dist\/server\.js .*Changed/ })).toBeVisible()
  await expect(files.getByRole('row', { name: /dist\/server\.js\.map .*none.*Not made by build/ })).toBeVisible()
  await expect(files.getByRole('row', { name: /chunk-0/ })).toBeHidden()
  await files.getByRole('switch', { name: 'Only differing' }).click()
  await expect(files.getByRole('row', { name: /chunk-0.*Same/ })).toBeVisible()
  await expect(developer.getByText('in-toto-run --step-name package', { exact: false })).toBeVisible()
  await expect(developer.getByText('MATCH dist/* WITH PRODUCTS FROM build').first()).toBeVisible()
  await expect(developer.getByText('rule 1 of 4', { exact: false })).toBeVisible()
  await expectAccessible(developer)
})

test('what a role may not do is not offered', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('why'), 'tampered')
  await viewer.goto(`/builds/${short}`)
  await expect(viewer.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(viewer.getByRole('button', { name: 'Check again' })).toHaveCount(0)
  await viewer.getByRole('tab', { name: /change the layout/ }).click()
  await expect(viewer.getByText('Drawing a layout needs the role engineer', { exact: false })).toBeVisible()
})

test('checking again says what came of it', async ({ developer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('why'), 'tampered')
  await developer.goto(`/builds/${short}`)
  await developer.getByRole('button', { name: 'Check again' }).click()
  await expect(developer.getByText('Checked again: the verdict is the same.')).toBeVisible({ timeout: 30_000 })
})

test('a build that passes says what was checked, and gives everything to check it elsewhere', async ({
  viewer,
  api,
  own,
}) => {
  const { short, state } = await makeBuild(await api('admin'), own('why'), 'none')
  expect(state).toBe('verified')
  await viewer.goto(`/builds/${short}`)
  await expect(viewer.getByRole('heading', { level: 1, name: /^Every step was done as/ })).toBeVisible()
  await expect(viewer.getByText(/5 steps of the layout were judged on 5 signed links/)).toBeVisible()
  const download = viewer.waitForEvent('download')
  await viewer.getByRole('link', { name: 'Download the inputs' }).click()
  expect((await download).suggestedFilename()).toBe(`${short}-inputs.tar.gz`)
  await expectAccessible(viewer)
})

test('a step that nobody recorded is named, and cannot be told from later arrivals as passed', async ({
  viewer,
  api,
  own,
}) => {
  const { short, state } = await makeBuild(await api('admin'), own('why'), 'untested')
  expect(['blocked', 'not-verified']).toContain(state)
  await viewer.goto(`/builds/${short}`)
  await expect(viewer.getByRole('heading', { level: 1, name: /test/ })).toBeVisible()
})

test('evidence, files and history have their own addresses', async ({ viewer, api, own }) => {
  const { short } = await makeBuild(await api('admin'), own('why'), 'tampered')
  await viewer.goto(`/builds/${short}`)
  const views = viewer.getByRole('navigation', { name: 'Views of the build' })
  await views.getByRole('link', { name: 'Evidence' }).click()
  await expect(viewer).toHaveURL(/tab=evidence/)
  await expect(viewer.getByRole('link', { name: /^Download/ })).toHaveCount(5)
  await expectAccessible(viewer)
  await views.getByRole('link', { name: 'Files' }).click()
  await expect(viewer.getByText('image.tar')).toBeVisible()
  await viewer.getByRole('button', { name: /^build / }).click()
  await viewer.getByRole('searchbox', { name: 'Find among the files of build' }).fill('server')
  await expect(viewer.getByText('dist/server.js', { exact: true })).toBeVisible()
  await expect(viewer.getByText('dist/chunk-1.js')).toBeHidden()
  await expectAccessible(viewer)
  await views.getByRole('link', { name: 'History' }).click()
  await expect(viewer.getByText('stands now', { exact: false })).toBeVisible()
  await expectAccessible(viewer)
})

test('no such build', async ({ viewer }) => {
  await viewer.goto('/builds/nowhere')
  await expect(viewer.getByText('There is no such build')).toBeVisible()
})

test.describe('on a phone', () => {
  test('the page reads without scrolling sideways', async ({ viewer, api, own }) => {
    const { short } = await makeBuild(await api('admin'), own('why'), 'tampered')
    await viewer.setViewportSize({ width: 390, height: 844 })
    await viewer.goto(`/builds/${short}`)
    await expect(viewer.getByText('Not made by build').filter({ visible: true })).toBeVisible()
    const wide = await viewer.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(wide).toBeLessThanOrEqual(0)
    await expectAccessible(viewer)
  })
})
