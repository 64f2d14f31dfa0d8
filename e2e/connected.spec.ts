import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkDocument } from '../lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '../lib/testing/authority/envelopes.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

/** A folder of its own where the server lets sources read. */
function inbox(name: string): { folder: string; put: (path: string, content: string | Uint8Array) => void } {
  const folder = join(process.env.E2E_DATA ?? '', 'inbox', name)
  mkdirSync(folder, { recursive: true })
  const old = new Date(Date.now() - 3_600_000)
  return {
    folder,
    put: (path, content) => {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), content)
      utimesSync(join(folder, path), old, old)
    },
  }
}

test('an engineer connects a folder, sees what came in and what did not, and it goes on by itself', async ({
  engineer: page,
  own,
}) => {
  const name = own('folder')
  const { folder, put } = inbox(name)
  const signer = makeKey(name)
  const link = (step: string) => metablock(linkDocument({ name: `${name}-${step}`, products: { app: name } }), [signer])
  put(`run-1/${linkFileName('build', signer)}`, link('build'))
  put('run-1/broken.link', `{"signed": "${name}"`)

  await page.goto('/sources?tab=connected')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Add a source' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Add a source' })
  // what is missing first is ready to be typed in
  await dialog.getByRole('button', { name: 'Add and sync' }).click()
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused()
  await dialog.getByLabel('Name', { exact: true }).fill(name)
  await dialog.getByRole('button', { name: 'Test connection' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Folder' })).toBeFocused()
  await expect(dialog.getByText('expected a folder, such as /srv/links')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Folder' }).fill('/etc')
  await dialog.getByRole('button', { name: 'Test connection' }).click()
  await expect(dialog.getByText('Not reached')).toBeVisible()
  await expect(dialog.getByText('WAYBILL_SOURCE_FOLDERS')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(folder)
  await dialog.getByRole('button', { name: 'Test connection' }).click()
  await expect(dialog.getByText('folder, 2 entries')).toBeVisible()
  await expectAccessible(page)
  await dialog.getByRole('checkbox', { name: /one run/ }).check()
  await dialog.getByRole('button', { name: 'Add and sync' }).click()

  await expect(page).toHaveURL(/\/sources\/connected\/[0-9a-f-]{36}/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${name} is up to date; 1 entry did not come in`)
  const entries = page.getByRole('table', { name: 'Entries' })
  await expect(entries.getByRole('row').filter({ hasText: 'run-1/broken.link' })).toContainText('Quarantined')
  await expectAccessible(page)

  put(`run-2/${linkFileName('build', signer)}`, link('again'))
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByText('All', { exact: true }).click()
  await expect(entries.getByRole('row').filter({ hasText: 'run-2/' })).toContainText('Stored')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${name} is paused`)
  await expect(page.getByText(/Paused by Test engineer/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sync now' })).toHaveCount(0)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${name} is up to date; 1 entry did not come in`)
  await page.getByRole('button', { name: 'Change' }).click()
  const change = page.getByRole('dialog', { name: `Change ${name}` })
  await expect(change.getByRole('textbox', { name: 'Folder' })).toHaveValue(folder)
  await change.getByRole('textbox', { name: 'Folder' }).fill(`${folder}/nowhere`)
  await change.getByRole('button', { name: 'Save and sync' }).click()
  await expect(change.getByText(/The source was not changed/)).toBeVisible()
  await change.getByRole('textbox', { name: 'Folder' }).fill(join(folder, 'run-2'))
  await change.getByLabel('Name', { exact: true }).fill(`${name} two`)
  await change.getByRole('button', { name: 'Save and sync' }).click()
  await expect(change).toHaveCount(0)
  // what lies elsewhere now is gone from there, and stays here
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`${name} two is up to date`)
  await expect(page.getByText(/3 gone from there/)).toBeVisible()

  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page).toHaveURL(/\/sources\?tab=connected/)
  await expect(page.getByText(name)).toHaveCount(0)
})

test('a viewer looks at sources and is offered nothing to change', async ({ viewer: page, api, own }) => {
  const name = own('seen')
  const { folder, put } = inbox(name)
  put('notes.txt', name)
  const engineer = await api('engineer')
  const settings = { kind: 'directory', folder, together: false }
  const added = await engineer.post('/api/v1/sources', { data: { name, settings } })
  expect(added.status(), await added.text()).toBe(201)
  await page.goto('/sources?tab=connected')
  await expect(page.getByRole('button', { name: 'Add a source' })).toHaveCount(0)
  await page.getByRole('link', { name }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
  for (const act of ['Sync now', 'Test connection', 'Change', 'Pause', 'Remove'])
    await expect(page.getByRole('button', { name: act })).toHaveCount(0)
})
