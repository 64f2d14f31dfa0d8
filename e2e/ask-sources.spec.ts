import { jsonObject } from '../lib/crypto/index.ts'
import { digestOf } from '../lib/testing/authority/documents.ts'
import { dsse } from '../lib/testing/authority/envelopes.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { FakeArchivista } from '../lib/testing/sources/fake-archivista/fake-archivista.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

const port = process.env.E2E_ARCHIVISTA_PORT ?? ''
test.skip(port === '', 'needs a server that may reach an Archivista: E2E_ARCHIVISTA_PORT')

function attestation(name: string): Uint8Array {
  const subject = [jsonObject({ name, digest: jsonObject({ sha256: digestOf(name) }) })]
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: 'https://bank.example/scan/v1' }
  return dsse(jsonObject({ ...statement, predicate: jsonObject({ result: 'PASSED' }) }), [makeKey(name)])
}

test('a developer asks the sources about a file that nothing speaks of, and what they have comes in', async ({
  developer: page,
  viewer,
  api,
  own,
}) => {
  const archivista = await FakeArchivista.start({ port: Number(port) })
  const name = own('asked')
  const engineer = await api('engineer')
  const settings = { kind: 'archivista', url: archivista.server.origin }
  const added = await engineer.post('/api/v1/sources', { data: { name, settings } })
  expect(added.status(), await added.text()).toBe(201)
  const { id } = await added.json()
  try {
    // following would find it only tomorrow
    await expect
      .poll(async () => (await (await engineer.get(`/api/v1/sources/${id}`)).json()).state, { timeout: 30_000 })
      .toBe('up-to-date')
    expect((await engineer.patch(`/api/v1/sources/${id}`, { data: { everySeconds: 86_400 } })).status()).toBe(200)
    await expect
      .poll(async () => Date.parse((await (await engineer.get(`/api/v1/sources/${id}`)).json()).nextAt) - Date.now(), {
        timeout: 30_000,
      })
      .toBeGreaterThan(3_600_000)
    archivista.add(attestation(name))

    const address = `/artifacts/sha256:${digestOf(name)}`
    await page.goto(address)
    const heading = page.getByRole('heading', { level: 1 })
    await expect(heading).toHaveText('No evidence speaks of this digest')
    await expectAccessible(page)
    const button = page.getByRole('button', { name: 'Ask the sources' })
    await button.click()
    const said = page.getByRole('list', { name: 'What the sources said' })
    const mine = said.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) })
    await expect(mine).toContainText('1 found: 1 new', { timeout: 45_000 })
    await expect(heading).toHaveText(name)
    await expect(page.getByRole('table', { name: 'Where it was seen' })).toContainText('subject of a statement')
    await expectAccessible(page)

    await button.click()
    await expect(mine).toContainText('1 found: 1 known already', { timeout: 45_000 })
    await archivista.close()
    await button.click()
    await expect(mine).toContainText('Failed', { timeout: 45_000 })
    await expect(page.getByText(/Those that failed may have more/)).toBeVisible()

    await viewer.goto(address)
    await expect(viewer.getByRole('heading', { level: 1 })).toHaveText(name)
    await expect(viewer.getByRole('button', { name: 'Ask the sources' })).toHaveCount(0)
  } finally {
    await engineer.delete(`/api/v1/sources/${id}`)
    await archivista.close().catch(() => undefined)
  }
})
