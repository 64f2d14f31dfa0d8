import { decodeUtf8, publicKeyFile } from '../lib/crypto/index.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

test('an engineer revokes a stolen key from a moment on; an administrator takes that back', async ({
  admin,
  engineer,
  viewer,
  own,
}) => {
  const key = makeKey(own('stolen'))
  const reason = own('laptop stolen')
  await engineer.goto('/identities?tab=revoked')
  await engineer.getByRole('button', { name: 'Revoke a key' }).click()
  const dialog = engineer.getByRole('dialog', { name: 'Revoke a key' })
  const act = dialog.getByRole('button', { name: 'Revoke', exact: true })
  await expect(act).toBeDisabled()
  await dialog.getByLabel('Or a public key').fill(key.privatePem())
  await dialog.getByLabel('Why').fill(reason)
  await act.click()
  await expect(dialog.getByRole('alert')).toContainText('It was not sent')
  await dialog.getByLabel('Or a public key').fill(decodeUtf8(publicKeyFile(key.key, 'legacy')))
  await dialog.getByLabel('From when on').fill('yesterday')
  await expect(act).toBeDisabled()
  await dialog.getByLabel('From when on').fill('2099-01-01 00:00')
  await act.click()
  await expect(dialog.getByRole('alert')).toContainText('a time that has come')
  await dialog.getByLabel('From when on').fill('2026-01-02 03:04')
  await expectAccessible(engineer)
  await act.click()
  await expect(dialog).toBeHidden()
  const row = engineer.getByRole('row', { name: reason })
  await expect(row).toContainText('03:04:00 UTC')
  await expectAccessible(engineer)
  await expect(row.getByRole('button', { name: /Take back/ })).toHaveCount(0)

  await viewer.goto('/identities?tab=revoked')
  await expect(viewer.getByRole('row', { name: reason })).toBeVisible()
  await expect(viewer.getByRole('button', { name: 'Revoke a key' })).toHaveCount(0)
  await viewer.getByRole('tab', { name: 'Keys', exact: true }).click()
  await expect(viewer.locator(`[id="${key.key.fingerprint}"]`)).toContainText('Revoked from')

  await admin.goto('/identities?tab=revoked')
  await admin
    .getByRole('row', { name: reason })
    .getByRole('button', { name: /Take back/ })
    .click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Take the revocation back' }).click()
  await expect(admin.getByRole('row', { name: reason })).toHaveCount(0)
})
