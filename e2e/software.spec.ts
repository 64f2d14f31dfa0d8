import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'
import { bringChain, makeBuild } from './supply-chain.ts'

test('an administrator creates a software and sets its owner key; a private key is refused unsent', async ({
  admin: page,
  own,
}) => {
  const name = own('payments')
  const owner = makeKey('owner')
  const bodies: string[] = []
  page.on('request', (request) => bodies.push(request.postData() ?? ''))
  await page.goto('/software?new=1')
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await expect(page.getByText('Nobody owns its layouts yet')).toBeVisible()

  await page.getByRole('button', { name: 'Set owner keys' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Or paste a public key').fill(owner.privatePem())
  await dialog.getByRole('button', { name: 'Add the pasted key' }).click()
  await expect(dialog.getByRole('alert')).toContainText('is a private key')
  await dialog.getByLabel('Or paste a public key').fill(owner.key.pem ?? '')
  await dialog.getByRole('button', { name: 'Add the pasted key' }).click()
  await expect(dialog.getByText('1 key, all must sign')).toBeVisible()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Save owner keys' }).click()
  await expect(page.getByRole('region', { name: 'Owner keys' })).toContainText('ed25519')
  await expectAccessible(page)
  expect(bodies.filter((body) => body.includes('PRIVATE KEY'))).toEqual([])
})

test('a software shows its layout in force, its builds and who signed', async ({ viewer: page, api, own }) => {
  const made = await makeBuild(await api('admin'), own('ledger'), 'tampered')
  await page.goto(`/software/${made.slug}`)
  await expect(page.getByRole('region', { name: 'Layout in force' }).getByRole('link')).toBeVisible()
  await expect(page.getByRole('table', { name: 'Layouts' })).toContainText('1 of 1')
  await expect(page.getByRole('list', { name: /^Last builds: 1 blocked/ })).toBeVisible()
  // what a viewer may not do is absent
  await expect(page.getByRole('button', { name: 'Put in force' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Change' })).toHaveCount(0)
  await expectAccessible(page)
  await page.goto('/software')
  await expect(page.getByRole('row').filter({ hasText: made.slug })).toContainText('Blocked')
  await expectAccessible(page)
})

test('an engineer says how a layout is bound, puts it in force, and its builds are judged', async ({
  engineer: page,
  api,
  own,
}) => {
  const { slug } = await bringChain(await api('admin'), own('bound'), 'none')
  await page.goto(`/software/${slug}`)
  await page.getByRole('button', { name: 'Put in force' }).click()
  const dialog = page.getByRole('dialog', { name: 'Put in force' })
  await dialog.getByRole('checkbox', { name: 'clone (takes files from no other step)' }).check()
  await expect(dialog.getByRole('checkbox', { name: 'package' })).toHaveCount(0)
  await dialog.getByText('Pinned sublayouts').click()
  const pin = dialog.getByLabel('Sublayout of build, sha256 of its file')
  await pin.fill('0123')
  await expect(dialog.getByText('Expected are 64 hexadecimal digits')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Put in force' })).toBeDisabled()
  await expectAccessible(page)
  await pin.fill(`sha256:${'AB'.repeat(32)}`)
  await dialog.getByRole('button', { name: 'Put in force' }).click()
  await expect(dialog.getByRole('alert')).toContainText('no layout with this digest is here')
  await pin.fill('')
  // a form that is not whole cannot be sent; one that no evidence has is a choice as well
  await dialog.getByText('Forms of evidence and time stamps').click()
  await dialog.getByLabel('Evidence of build').selectOption('vsa')
  await dialog.getByLabel('Policy of build').fill('https://policies.example/release')
  await expect(dialog.getByRole('button', { name: 'Put in force' })).toBeDisabled()
  await dialog.getByLabel('Verifier of build').fill('https://verifier.example')
  await expect(dialog.getByRole('button', { name: 'Put in force' })).toBeEnabled()
  await expectAccessible(page)
  await dialog.getByLabel('Evidence of build').selectOption('link')
  await dialog.getByRole('button', { name: 'Put in force' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('region', { name: 'Layout in force' }).getByRole('link')).toBeVisible()
  await expect(page.getByRole('list', { name: /^Last builds: 1 verified/ })).toBeVisible({ timeout: 30_000 })
  const { binding } = await (await page.request.get(`/api/v1/software/${slug}`)).json()
  expect(binding).toEqual({
    parameters: null,
    sharedSteps: ['clone'],
    mixedRuns: false,
    sublayouts: {},
    forms: {},
    timestampRoots: '',
  })
})
