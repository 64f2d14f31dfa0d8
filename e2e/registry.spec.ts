import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonObject } from '../lib/crypto/index.ts'
import { dsse } from '../lib/testing/authority/envelopes.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { isOnPath } from '../lib/testing/sources/programs.ts'
import { DSSE, EMPTY, Repository } from '../lib/testing/sources/registry/push.ts'
import { startRegistry } from '../lib/testing/sources/registry/real-registries.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

const port = process.env.E2E_REGISTRY_PORT ?? ''
/** bcrypt of `pass word` */
const users = 'robot:$2y$05$abcdefghijklmnopqrstuuIt/9/tGzLcigNq/.RWIDjeEVR30RSf.\n'
const authorization = `Basic ${Buffer.from('robot:pass word').toString('base64')}`

test.skip(!isOnPath('docker-registry'), 'needs docker-registry on PATH')
test.skip(port === '', 'needs a server that may reach a registry: E2E_REGISTRY_PORT')

/** As whoever runs Waybill keeps it. */
function keepSecret(name: string, text: string): void {
  const folder = join(process.env.E2E_DATA ?? '', 'source-secrets', `127.0.0.1_${port}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 })
}

test('an engineer connects a registry, sees what came in, and what was taken away there', async ({
  engineer: page,
  own,
}) => {
  const registry = await startRegistry('docker-registry', { users, port: Number(port) })
  try {
    const [name, signer] = [own('registry'), makeKey('registry')]
    const repository = new Repository(registry.origin, `team/${name}`, { authorization })
    const image = await repository.image(name, 'v1')
    const attestation = dsse(
      jsonObject({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [jsonObject({ name, digest: jsonObject({ sha256: image.digest.slice('sha256:'.length) }) })],
        predicateType: 'https://bank.example/scan/v1',
        predicate: jsonObject({ result: 'PASSED' }),
      }),
      [signer],
    )
    const broken = Uint8Array.from(Buffer.from(`{"payload":"${name}`))
    const attached = await repository.attach(image, [[attestation, DSSE]])
    await repository.noteInTag(image, attached)
    await repository.attach(null, [[broken, DSSE]], EMPTY, `${image.digest.replace(':', '-')}.att`)
    keepSecret('robot-wrong', 'pass')
    keepSecret('robot', 'pass word')

    await page.goto('/sources?tab=connected')
    await page.getByRole('button', { name: 'Add a source' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add a source' })
    await dialog.getByLabel('Name', { exact: true }).fill(name)
    await dialog.getByLabel('What it is').selectOption({ label: 'OCI registry' })
    await dialog.getByLabel('Address').fill(registry.origin)
    await dialog.getByLabel('Repositories').fill(`team/${name}`)
    await expect(dialog.getByText(`source-secrets/127.0.0.1_${port}`)).toBeVisible()
    const testIt = dialog.getByRole('button', { name: 'Test connection' })
    await testIt.click()
    await expect(dialog.getByText(/wants to know who asks/)).toBeInViewport()
    await dialog.getByLabel('User').fill('robot')
    await dialog.getByLabel('Name of the secret').fill('robot-wrong')
    await testIt.click()
    await expect(dialog.getByText(/does not take the user `robot` with the secret `robot-wrong`/)).toBeInViewport()
    await dialog.getByLabel('Name of the secret').fill('robot')
    await testIt.click()
    await expect(dialog.getByText(/^Reached in/)).toBeInViewport()
    await expect(dialog.getByText(`team/${name}: 3 tags.`)).toBeVisible()
    await expect(dialog.getByText(/It has no referrers API/)).toBeVisible()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Add and sync' }).click()

    await expect(page).toHaveURL(/\/sources\/connected\/[0-9a-f-]{36}/)
    const heading = page.getByRole('heading', { level: 1 })
    await expect(heading).toHaveText(`${name} is up to date; 1 entry did not come in`)
    const entries = page.getByRole('table', { name: 'Entries' })
    await expect(entries.getByRole('row').filter({ hasText: 'Not JSON' })).toContainText('Quarantined')
    await page.getByText('All', { exact: true }).click()
    const stored = entries.getByRole('row').filter({ hasText: 'Stored' })
    await expect(stored).toContainText(`team/${name}@${image.digest.slice(0, 19)}…`)
    await expectAccessible(page)

    // whoever may push may also take away
    await repository.remove(attached.digest)
    await page.getByRole('button', { name: 'Sync now' }).click()
    await expect(heading).toHaveText(`${name} is up to date; 1 entry did not come in, 1 entry is gone from there`)
    await page.getByText('Gone', { exact: true }).click()
    await expect(entries.getByRole('row').filter({ hasText: 'gone since' })).toHaveCount(1)
    await entries.getByRole('link', { name: 'Look at it' }).click()
    await expect(page.getByText('Gone from its source')).toBeVisible()
    await expect(page.getByRole('table', { name: 'Where it lies' })).toContainText('kept here')
    await expect(page.getByRole('region', { name: 'Signed payload' })).toContainText('PASSED')
    await expectAccessible(page)
  } finally {
    await registry.close()
  }
})
