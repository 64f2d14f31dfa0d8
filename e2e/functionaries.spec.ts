import { decodeUtf8, publicKeyFile } from '../lib/crypto/index.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

test('an engineer declares that a key and a workload are one person; an administrator takes it back', async ({
  admin,
  engineer,
  viewer,
  own,
}) => {
  const name = own('mira')
  const key = makeKey(name)
  await engineer.goto('/identities?tab=functionaries')
  await engineer.getByRole('button', { name: 'Declare a functionary' }).click()
  const dialog = engineer.getByRole('dialog', { name: 'Declare a functionary' })
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Or a public key').fill(key.privatePem())
  await dialog.getByLabel('Why, and how you know').fill('handed to her by the identity team')
  await dialog.getByRole('button', { name: 'Declare', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('It was not sent')
  await dialog.getByLabel('Or a public key').fill(decodeUtf8(publicKeyFile(key.key, 'legacy')))
  await dialog.getByRole('button', { name: 'Declare', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('give at least two')
  await dialog.getByLabel('SPIFFE IDs').fill(`spiffe://${name}.example/people/mira`)
  await dialog.getByLabel('SPIFFE IDs').press('Enter')
  await expectAccessible(engineer)
  await dialog.getByRole('button', { name: 'Declare', exact: true }).click()
  await expect(dialog).toBeHidden()
  const row = engineer.getByRole('row', { name })
  await expect(row).toContainText(`spiffe://${name}.example/people/mira`)
  await expect(row).toContainText('handed to her by the identity team')
  await expectAccessible(engineer)
  await expect(engineer.getByRole('button', { name: `Remove ${name}` })).toHaveCount(0)

  await viewer.goto('/identities?tab=functionaries')
  await expect(viewer.getByRole('row', { name })).toBeVisible()
  await expect(viewer.getByRole('button', { name: 'Declare a functionary' })).toHaveCount(0)

  await admin.goto('/identities?tab=functionaries')
  await admin.getByRole('button', { name: `Remove ${name}` }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Remove the declaration' }).click()
  await expect(admin.getByRole('row', { name })).toHaveCount(0)
})
