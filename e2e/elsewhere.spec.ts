import type { APIRequestContext } from '@playwright/test'
import { digestOf } from '../lib/testing/authority/documents.ts'
import { dsse } from '../lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '../lib/testing/authority/keys.ts'
import { summaryDocument } from '../lib/testing/authority/verifications.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'
import { makeBuild } from './supply-chain.ts'

/** The final file of a build of `makeBuild` has the name of its software as content. */
const fileOf = (name: string) => digestOf(name)

/** Pushes a failed verification as a verifier's pipeline would. */
async function pushFailed(api: APIRequestContext, name: string, verifier: string, signers: readonly TestKey[]) {
  const at = new Date(Date.now() - 60_000)
  const subjects = [{ name: 'image.tar', sha256: fileOf(name) }]
  const policy = { uri: `https://policy.bank.example/${name}` }
  const document = summaryDocument({ subjects, verifier, result: 'FAILED', at, policy })
  const answer = await api.post('/api/v1/attestations', {
    data: Buffer.from(dsse(document, signers)),
    headers: { 'content-type': 'application/json' },
  })
  expect(answer.status(), await answer.text()).toBe(201)
}

test('a failure that a declared verifier signed is shown beside our verdict, found by the filter and counted', async ({
  engineer: page,
  api,
  own,
}) => {
  test.setTimeout(180_000)
  const name = own('gated')
  const verifier = `https://gate.bank.example/${name}`
  const gate = makeKey(name)
  const made = await makeBuild(await api('admin'), name, 'none')
  expect(made.state).toBe('verified')
  await pushFailed(await api('developer'), name, verifier, [gate])

  await page.goto(`/builds?software=${made.slug}`)
  await page.getByText('Failed elsewhere', { exact: true }).click()
  await expect(page).toHaveURL(/elsewhere=any/)
  const row = page.getByRole('table', { name: 'Builds' }).getByRole('row').filter({ hasText: made.short })
  await expect(row).toContainText('Verified')
  await expect(row.getByRole('img', { name: 'Claimed to fail' })).toBeVisible()

  await page.goto(`/b/${made.short}`)
  const card = page.getByRole('region', { name: 'Decided elsewhere' })
  await expect(card).toContainText(`${verifier} is said to have decided FAILED`)
  await expect(card).toContainText(
    'Unverified claim: it is signed with a key, or a certificate, that nobody here knows.',
  )
  await expectAccessible(page)

  await page.goto('/settings?tab=verifiers')
  await page.getByRole('button', { name: 'Declare a verifier' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(`Gate ${name}`)
  await dialog.getByLabel('Id in its verifications').fill(verifier)
  await dialog.getByLabel('Or a public key').fill(gate.privatePem())
  await dialog.getByRole('button', { name: 'Declare the verifier' }).click()
  await expect(dialog.getByRole('alert')).toContainText('private key')
  await dialog.getByLabel('Or a public key').fill(gate.key.pem ?? '')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Declare the verifier' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('table', { name: 'Verifiers' })).toContainText(verifier)

  const http = await api('viewer')
  const attention = async () => (await (await http.get(`/api/v1/builds/${made.short}`)).json()).attention
  await expect.poll(attention, { timeout: 30_000 }).toBe('failed')
  await page.goto(`/b/${made.short}`)
  await expect(card).toContainText(`Gate ${name} decided FAILED`)
  await expect(card).toContainText(`https://policy.bank.example/${name}`)
  await expect(card).toContainText('The signature verifies')
  await expect(card).toContainText('a later PASSED of the same verifier under the same policy takes this back')
  await expect(page.getByText('Verified', { exact: true }).first()).toBeVisible()
  await expectAccessible(page)

  await card.getByRole('link', { name: 'Look at the document' }).click()
  await expect(page.getByRole('region', { name: 'Document' })).toContainText('"verificationResult": "FAILED"')
  await expect(page.getByRole('region', { name: 'Signatures' })).toContainText(gate.keyid)
  await expectAccessible(page)

  await page.goto(`/artifacts/sha256:${fileOf(name)}`)
  await expect(page.getByRole('region', { name: 'Decided elsewhere' })).toContainText(`Gate ${name} decided FAILED`)
  await expectAccessible(page)

  await page.goto('/')
  const posture = page.getByRole('region', { name: 'Failed elsewhere' })
  await expect(posture).toContainText(/\d+ artifacts? failed a verification that somebody else made/)
  await posture.getByRole('link', { name: 'All failures decided elsewhere' }).click()
  await expect(page).toHaveURL(/\/verifications\?show=standing/)
  const item = page.getByRole('listitem').filter({ hasText: `Gate ${name} decided FAILED` })
  await expect(item).toContainText(made.short)
  await expectAccessible(page)

  await page.goto(`/software/${made.slug}`)
  await expect(page.getByRole('status')).toContainText('1 build failed a verification made elsewhere')
  await page.getByRole('link', { name: 'Show it' }).click()
  await expect(page.getByRole('table', { name: 'Builds' })).toContainText('Failed elsewhere')
})

test('what nobody signed is a claim, on a phone and in the dark, too', async ({ viewer: page, api, own }) => {
  const name = own('claimed')
  const made = await makeBuild(await api('admin'), name, 'tampered')
  await pushFailed(await api('developer'), name, 'https://gate.bank.example/nobody', [])
  await page.setViewportSize({ width: 320, height: 740 })
  await page.emulateMedia({ colorScheme: 'dark' })
  for (const path of [
    `/b/${made.short}`,
    `/artifacts/sha256:${fileOf(name)}`,
    '/verifications',
    '/settings?tab=verifiers',
  ]) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(over, path).toBeLessThanOrEqual(0)
    await expectAccessible(page)
  }
  await page.goto(`/b/${made.short}`)
  const card = page.getByRole('region', { name: 'Decided elsewhere' })
  await expect(card).toContainText('Unverified claim: nobody signed it.')
  await expect(page.getByText('Blocked', { exact: true }).first()).toBeVisible()
  await page.goto('/settings?tab=verifiers')
  await expect(page.getByRole('button', { name: 'Declare a verifier' })).toHaveCount(0)
})
