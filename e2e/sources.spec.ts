import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { linkDocument } from '../lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '../lib/testing/authority/envelopes.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

/** Notes what leaves in forms: the browser's own record of requests leaves files out. */
async function recordForms(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sent: Promise<string>[] = []
    Reflect.set(window, 'sentParts', sent)
    const { send } = XMLHttpRequest.prototype
    XMLHttpRequest.prototype.send = function record(body) {
      if (body instanceof FormData)
        for (const [, part] of body) sent.push(part instanceof File ? part.text() : Promise.resolve(part))
      return send.call(this, body)
    }
  })
}

const recordedForms = (page: Page): Promise<string[]> =>
  page.evaluate(() => Promise.all<string>(Reflect.get(window, 'sentParts')))

test('a developer brings files in and reads the fate of each; a private key stays in the browser', async ({
  developer: page,
  own,
}) => {
  const name = own('step')
  const signer = makeKey(name)
  const link = metablock(linkDocument({ name, products: { 'app.tar': name } }), [signer])
  const secret = signer.privatePem()
  const marked = secret.split('\n')[1] ?? ''
  await recordForms(page)

  await page.goto('/sources')
  await expectAccessible(page)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles([
    { name: linkFileName(name, signer), mimeType: 'application/json', buffer: Buffer.from(link) },
    { name: 'broken.link', mimeType: 'application/json', buffer: Buffer.from(`{"signed": "${name}"`) },
    { name: 'notes.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([1, 2, 3, ...Buffer.from(name)]) },
    { name: 'signer.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(secret) },
  ])
  await expect(page).toHaveURL(/\/sources\/[0-9a-f-]{36}/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^3 files:/)
  await expect(page.getByText('1 private key was recognised in the browser and left out.')).toBeVisible()
  const files = page.getByRole('table', { name: 'Files' })
  await expect(files.getByRole('row').filter({ hasText: linkFileName(name, signer) })).toContainText('Stored')
  await expect(files.getByRole('row').filter({ hasText: 'broken.link' })).toContainText('Quarantined')
  await expect(files.getByRole('row').filter({ hasText: 'notes.bin' })).toContainText('Listed')
  await expect(files).not.toContainText('signer.pem')
  await expectAccessible(page)
  const bodies = await recordedForms(page)
  expect(bodies.some((body) => body.includes(name))).toBe(true)
  expect(bodies.filter((body) => body.includes(marked) || body.includes('PRIVATE KEY'))).toEqual([])

  await files
    .getByRole('row')
    .filter({ hasText: linkFileName(name, signer) })
    .getByRole('link', { name: 'Look at it' })
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
  await expect(page.getByRole('region', { name: 'Document' })).toContainText('"_type"')
  await expectAccessible(page)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the original bytes' }).click()
  const stream = await (await download).createReadStream()
  expect(Buffer.compare(Buffer.concat(await stream.toArray()), Buffer.from(link))).toBe(0)
})

test('a folder dropped on the page comes in with everything below it', async ({ developer: page, own }) => {
  const name = own('dropped')
  const signer = makeKey(name)
  const folder = mkdtempSync(join(tmpdir(), 'waybill-drop-'))
  const links = ['build', 'package'].map((step) => ({
    file: linkFileName(step, signer),
    text: metablock(linkDocument({ name: step, products: { [`${step}.out`]: name } }), [signer]),
  }))
  mkdirSync(join(folder, 'run', 'inner'), { recursive: true })
  for (const [n, { file, text }] of links.entries())
    writeFileSync(join(folder, 'run', n === 0 ? 'inner' : '', file), text)

  await page.goto('/sources')
  await expect(page.getByRole('button', { name: 'Choose a folder' })).toBeVisible()
  // the browser itself drops the folder: a script cannot make a drop with one in it
  const browser = await page.context().newCDPSession(page)
  const data = { items: [], files: [join(folder, 'run')], dragOperationsMask: 1 }
  const at = async (type: 'dragEnter' | 'dragOver' | 'drop') =>
    browser.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  // a page that is shown may not listen yet
  await expect(async () => {
    await at('dragEnter')
    await at('dragOver')
    await expect(page.getByText('Drop to bring in')).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await at('drop')
  await expect(page).toHaveURL(/\/sources\/[0-9a-f-]{36}/)
  const files = page.getByRole('table', { name: 'Files' })
  for (const { file } of links) await expect(files.getByRole('row').filter({ hasText: file })).toContainText('Stored')
  await expect(files).toContainText(`inner/${links[0]?.file}`)
  rmSync(folder, { recursive: true })
})

test('a digest leads to everywhere it was seen', async ({ developer: page, api, own }) => {
  const name = own('seen')
  const signer = makeKey(name)
  const http = await api('developer')
  const push = async (link: Parameters<typeof linkDocument>[0]): Promise<string> => {
    const answer = await http.post('/api/v1/attestations', {
      data: Buffer.from(metablock(linkDocument(link), [signer])),
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status()).toBe(201)
    return (await answer.json()).sha256
  }
  await push({ name: 'compile', materials: { 'main.c': `${name} source` }, products: { 'main.o': `${name} object` } })
  const sha256 = await push({ name, materials: { 'main.o': `${name} object` }, products: { 'app.tar': name } })
  await page.goto(`/sources/envelopes/${sha256}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
  const { createHash } = await import('node:crypto')
  await page.goto(`/artifacts/${createHash('sha256').update(name).digest('hex')}`)
  await expect(page.getByRole('table', { name: 'Where it was seen' })).toContainText('made as product')
  const origins = page.getByRole('region', { name: 'What it came of' })
  const makers = origins.getByRole('table').getByRole('row')
  await expect(makers.nth(1)).toContainText('main.o')
  await expect(makers.nth(1).getByRole('link', { name })).toHaveAttribute('href', `/sources/envelopes/${sha256}`)
  await expect(makers.nth(2)).toContainText('compile')
  await expect(origins).toContainText('The trail ends at 1 file: no evidence says who made it.')
  await expectAccessible(page)
  await makers.nth(2).getByRole('link', { name: 'main.c' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('main.c')
  await expect(origins).toContainText('No evidence says who made it')
})

test('a digest that nothing speaks of is said to be unknown', async ({ viewer: page }) => {
  await page.goto(`/artifacts/${'0'.repeat(63)}1`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No evidence speaks of this digest')
})

test('a viewer looks at what came but is not offered to bring anything', async ({ viewer: page }) => {
  await page.goto('/sources?tab=quarantine')
  await expect(page.getByText('Developers, engineers and administrators bring in evidence')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Choose files' })).toHaveCount(0)
})
