import type { APIRequestContext, Page } from '@playwright/test'
import { layoutText } from '../lib/layout-draft/index.ts'
import { layoutDocument } from '../lib/testing/authority/documents.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

const soon = () => new Date(Date.now() + 60 * 86_400_000)

/** A draft of two steps that are not connected yet, made through the API. */
async function draftOf(api: APIRequestContext, name: string): Promise<string> {
  const ci = makeKey('ci')
  const document = layoutDocument({
    expires: soon(),
    readme: name,
    steps: [
      { name: 'build', keys: [ci.key], materials: ['DISALLOW *'], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'package', keys: [ci.key], materials: ['DISALLOW *'], products: ['CREATE app.tar', 'DISALLOW *'] },
    ],
  })
  document.set('x-team', 'payments')
  const answer = await api.post('/api/v1/layout-drafts', { data: { name, document: layoutText(document) } })
  expect(answer.status(), await answer.text()).toBe(201)
  return (await answer.json()).id
}

const node = (page: Page, name: string) => page.getByRole('group', { name: new RegExp(`^step ${name}:`) })
const savedDocument = async (api: APIRequestContext, id: string): Promise<string> =>
  (await (await api.get(`/api/v1/layout-drafts/${id}`)).json()).document

async function open(page: Page, id: string): Promise<void> {
  await page.goto(`/layouts/${id}/edit`)
  await expect(node(page, 'build')).toBeVisible()
}

test('two steps are connected with the keyboard alone, and undo takes it back in one step', async ({
  engineer,
  api,
  own,
}) => {
  const id = await draftOf(await api('engineer'), own('keys'))
  await open(engineer, id)
  await expect(engineer.getByText('build is bound to nothing: one build would serve every build.')).toBeVisible()
  await node(engineer, 'package').focus()
  await engineer.keyboard.press('m')
  await engineer.getByRole('textbox', { name: 'Find a step' }).fill('bui')
  await engineer.keyboard.press('Enter')
  await expect(engineer.getByRole('combobox', { name: 'Pattern of rule 1' })).toBeFocused()
  await engineer.keyboard.type('app')
  await expect(engineer.getByRole('button', { name: 'app', exact: true })).toBeVisible()
  await expect(engineer.getByText('build is bound to nothing')).toBeHidden()
  await engineer.keyboard.press('Escape')
  // one step back: the pattern; another: the rule
  await engineer.keyboard.press('Control+z')
  await expect(engineer.getByRole('combobox', { name: 'Pattern of rule 1' })).toHaveValue('*')
  await engineer.keyboard.press('Control+z')
  await expect(engineer.getByText('build is bound to nothing')).toBeVisible()
  await engineer.keyboard.press('Control+Shift+z')
  await expect(engineer.getByText('build is bound to nothing')).toBeHidden()
})

test('a click on one port and a click on another connect as a drag does', async ({ engineer, api, own }) => {
  const id = await draftOf(await api('engineer'), own('clicks'))
  await open(engineer, id)
  await node(engineer, 'build').locator('[data-port="out-products"]').click()
  await node(engineer, 'package').locator('[data-port="in-materials"]').click()
  const read = await api('engineer')
  await expect(async () => {
    expect(JSON.parse(await savedDocument(read, id)).steps[1].expected_materials).toEqual([
      ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'build'],
      ['DISALLOW', '*'],
    ])
  }).toPass()
})

test('what is drawn is saved by itself, and members that nobody knows are kept', async ({ engineer, api, own }) => {
  const read = await api('engineer')
  const id = await draftOf(read, own('saved'))
  await open(engineer, id)
  await node(engineer, 'build').click()
  const name = engineer.getByRole('complementary', { name: 'Inspector' }).getByLabel('Name', { exact: true })
  await name.fill('compile')
  await name.press('Enter')
  await expect(node(engineer, 'compile')).toBeVisible()
  await expect(engineer.getByText('saved', { exact: true })).toBeVisible()
  await expect(async () => {
    const document = JSON.parse(await savedDocument(read, id))
    expect(document['x-team']).toBe('payments')
    expect(document.steps[0].name).toBe('compile')
  }).toPass()
})

test('a reload in the middle of drawing, with the server out of reach, loses nothing', async ({
  engineer,
  api,
  own,
}) => {
  const id = await draftOf(await api('engineer'), own('reload'))
  await open(engineer, id)
  await engineer.route(`**/api/v1/layout-drafts/${id}`, (route) =>
    route.request().method() === 'PATCH' ? route.abort() : route.continue(),
  )
  await engineer.getByRole('toolbar', { name: 'Add' }).getByRole('button', { name: 'Step' }).click()
  await expect(node(engineer, 'step')).toBeVisible()
  await expect(engineer.getByText('kept in this browser, trying again')).toBeVisible()
  await engineer.reload()
  await expect(node(engineer, 'step')).toBeVisible()
  await engineer.unroute(`**/api/v1/layout-drafts/${id}`)
  const read = await api('engineer')
  await expect(async () => expect(JSON.parse(await savedDocument(read, id)).steps).toHaveLength(3)).toPass({
    timeout: 20_000,
  })
})

test('a draft that somebody else saved is shown beside ones own, and neither is lost', async ({
  engineer,
  api,
  own,
}) => {
  const other = await api('engineer')
  const id = await draftOf(other, own('conflict'))
  await open(engineer, id)
  const theirs = (await savedDocument(other, id)).replace(/"readme": "[^"]*"/, '"readme": "theirs"')
  expect((await other.patch(`/api/v1/layout-drafts/${id}`, { data: { revision: 1, document: theirs } })).status()).toBe(
    200,
  )
  await engineer.getByRole('toolbar', { name: 'Add' }).getByRole('button', { name: 'Inspection' }).click()
  const dialog = engineer.getByRole('dialog', { name: 'Somebody else has saved this draft' })
  await expect(dialog.getByText('"readme": "theirs"')).toBeVisible()
  await dialog.getByRole('button', { name: 'Take over theirs' }).click()
  await expect(engineer.getByLabel('Readme')).toHaveValue('theirs')
  await engineer.getByRole('button', { name: /^Undo: Taken over/ }).click()
  await expect(engineer.getByRole('group', { name: /^inspection inspection:/ })).toBeVisible()
})

test('JSON and drawing follow each other; text that is no layout keeps the last drawing', async ({
  engineer,
  api,
  own,
}) => {
  const id = await draftOf(await api('engineer'), own('json'))
  await open(engineer, id)
  await engineer.getByRole('button', { name: 'JSON beside the drawing' }).click()
  const json = engineer.getByRole('textbox', { name: 'Layout as JSON' })
  await expect(json).toBeVisible()
  await json.click()
  await engineer.keyboard.press('Control+a')
  const document = layoutText(
    layoutDocument({
      expires: soon(),
      steps: [{ name: 'only', keys: [makeKey('x').key], products: ['CREATE a', 'DISALLOW *'] }],
    }),
  )
  await engineer.evaluate((text) => navigator.clipboard?.writeText(text).catch(() => undefined), document)
  await engineer.keyboard.insertText(document)
  await expect(node(engineer, 'only')).toBeVisible()
  await expect(node(engineer, 'build')).toBeHidden()
  await engineer.keyboard.press('Control+End')
  await engineer.keyboard.press('Backspace')
  await expect(engineer.getByText(/^Line \d+: .* The drawing shows the last text that was a layout\./)).toBeVisible()
  await expect(node(engineer, 'only')).toBeVisible()
  await expect(engineer.getByRole('button', { name: 'Sign', exact: true })).toBeDisabled()
  await engineer.getByRole('button', { name: 'Back to the drawing' }).click()
  await expect(engineer.getByText('In step with the drawing')).toBeVisible()
})

test('an error stops signing, says where, and one click mends it', async ({ engineer, api, own }) => {
  const id = await draftOf(await api('engineer'), own('lint'))
  await open(engineer, id)
  await node(engineer, 'build').click()
  await engineer.getByRole('textbox', { name: 'Signatures needed' }).fill('2')
  await engineer.getByRole('textbox', { name: 'Signatures needed' }).blur()
  const problems = engineer.getByRole('region', { name: 'Problems' })
  await expect(problems.getByText('build needs 2 signatures, but only 1 key may sign it.')).toBeVisible()
  await expect(engineer.getByRole('button', { name: 'Sign', exact: true })).toBeDisabled()
  await problems.getByRole('button', { name: 'Need 1' }).click()
  await expect(engineer.getByRole('button', { name: 'Sign', exact: true })).toBeEnabled()
})

test('a layout brought in as a file is drawn with everything in it', async ({ engineer, own }) => {
  const name = own('brought')
  const document = layoutDocument({
    expires: soon(),
    readme: name,
    steps: [{ name: 'vcs', keys: [makeKey('x').key], products: ['CREATE *', 'DISALLOW *'] }],
  })
  await engineer.goto('/layouts/new')
  await engineer.getByLabel('Layout file').setInputFiles({
    name: `${name}.layout`,
    mimeType: 'application/json',
    buffer: Buffer.from(layoutText(document)),
  })
  await engineer.waitForURL(/\/edit$/)
  await expect(node(engineer, 'vcs')).toBeVisible()
  await expect(engineer.getByRole('heading', { level: 1 })).toHaveText(name)
})

test('a file that is no layout is refused with what was expected and where', async ({ engineer }) => {
  await engineer.goto('/layouts/new')
  await engineer.getByLabel('Or paste it').fill('{"_type": "link"}')
  await engineer.getByRole('button', { name: 'Take this text' }).click()
  await expect(engineer.getByText('Expected "layout" at _type; found "link".')).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`list, new, editor, JSON and signing are accessible, ${scheme}`, async ({ engineer, api, own }) => {
    test.setTimeout(120_000)
    await engineer.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const access = await api('engineer')
    const id = await draftOf(access, own('axe'))
    await open(engineer, id)
    await expectAccessible(engineer)
    await node(engineer, 'package').click()
    await expect(engineer.getByRole('button', { name: 'Add rule' })).toBeVisible()
    await expectAccessible(engineer)
    await engineer.getByRole('button', { name: 'JSON beside the drawing' }).click()
    await expect(engineer.getByRole('textbox', { name: 'Layout as JSON' })).toBeVisible()
    // away from the button: its tooltip belongs to no landmark
    await engineer.mouse.move(700, 400)
    await expect(engineer.getByRole('tooltip')).toHaveCount(0)
    await expectAccessible(engineer)
    const frozen = await access.post('/api/v1/layout-versions', { data: { draftId: id, revision: 1 } })
    const version = await frozen.json()
    for (const [path, text] of [
      ['/layouts', 'New layout'],
      ['/layouts/new', 'Start with an empty layout'],
      [`/layouts/${version.id}`, 'In plain words'],
      [`/layouts/${version.id}/sign`, 'What you sign'],
    ] as const) {
      await engineer.goto(path)
      await expect(engineer.getByText(text).first()).toBeVisible()
      await expectAccessible(engineer)
    }
  })
}

test('on a phone the layout is a list to read', async ({ viewer, api, own }) => {
  const id = await draftOf(await api('engineer'), own('phone'))
  await viewer.setViewportSize({ width: 390, height: 844 })
  await viewer.goto(`/layouts/${id}/edit`)
  await expect(viewer.getByRole('heading', { name: /^build/ })).toBeVisible()
  await expect(viewer.getByText('CREATE app', { exact: true })).toBeVisible()
  expect(await viewer.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await expectAccessible(viewer)
})

test('a version cannot be exported before it is signed, and a viewer is offered no signing', async ({
  viewer,
  api,
  own,
}) => {
  const access = await api('engineer')
  const id = await draftOf(access, own('viewer'))
  const version = await (await access.post('/api/v1/layout-versions', { data: { draftId: id, revision: 1 } })).json()
  expect((await access.get(`/api/v1/layout-versions/${version.id}/export`)).status()).toBe(409)
  await viewer.goto(`/layouts/${version.id}`)
  await expect(
    viewer.getByText('The signed files can be downloaded here as soon as everyone needed has signed.'),
  ).toBeVisible()
  await expect(viewer.getByRole('link', { name: 'Sign', exact: true })).toHaveCount(0)
})
