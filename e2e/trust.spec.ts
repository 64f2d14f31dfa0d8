import type { APIRequestContext } from '@playwright/test'
import { decodeUtf8, publicKeyFile } from '../lib/crypto/index.ts'
import {
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '../lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '../lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '../lib/testing/authority/envelopes.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

const bundleOf = (sequence: number, ...roots: TestCertificate[]) =>
  JSON.stringify({
    keys: roots.map(({ certificate }) => ({
      use: 'x509-svid',
      kty: 'EC',
      x5c: [Buffer.from(certificate.der).toString('base64')],
    })),
    spiffe_sequence: sequence,
  })

const NOW = Date.now()
const valid = { from: new Date(NOW - 3_600_000), until: new Date(NOW + 20 * 86_400_000) }

/** A build whose first step is signed with an SVID, by a layout that names no roots. */
async function certifiedBuild(api: APIRequestContext, name: string, domain: string, root: TestCertificate) {
  const [owner, shipper] = [makeKey('owner'), makeKey('shipper')]
  const id = `spiffe://${domain}/ci/build`
  const document = layoutDocument({
    expires: new Date(NOW + 30 * 86_400_000),
    readme: name,
    steps: [
      { name: 'build', keys: [], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'ship', keys: [shipper.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
    ],
  })
  const steps = document.get('steps')
  const [first] = Array.isArray(steps) ? steps : []
  if (first instanceof Map) first.set('cert_constraints', [constraintObject({ uris: [id] })])
  const svid = makeSvid(root, id, valid)
  const built = linkDocument({ name: 'build', products: { app: name } })
  const shipped = linkDocument({ name: 'ship', materials: { app: name }, products: { 'image.tar': name } })
  const software = await api.post('/api/v1/software', { data: { name } })
  const { slug }: { slug: string } = await software.json()
  const text = decodeUtf8(publicKeyFile(owner.key, 'legacy'))
  const keys = await api.put(`/api/v1/software/${slug}/owner-keys`, { data: { keys: [{ text, name: 'owner' }] } })
  expect(keys.status(), await keys.text()).toBe(200)
  const form = new FormData()
  const add = (path: string, bytes: Uint8Array) =>
    form.append('files', new File([Uint8Array.from(bytes)], `${name}/${path}`))
  add(`${name}.layout`, metablock(document, [owner]))
  add(`build.${svid.keyid.slice(0, 8)}.link`, certifiedMetablock(built, [{ by: svid }]))
  add(linkFileName('ship', shipper), metablock(shipped, [shipper]))
  const brought = await api.post('/api/v1/imports', { multipart: form })
  expect(brought.status(), await brought.text()).toBe(201)
  const layouts = await (await api.get('/api/v1/layouts')).json()
  const version: { id: string } = layouts.versions.find((one: { name: string }) => one.name.includes(name))
  const put = await api.post(`/api/v1/software/${slug}/in-force`, { data: { versionId: version.id } })
  expect(put.status(), await put.text()).toBe(200)
  let short = ''
  await expect(async () => {
    const { rows } = await (await api.get(`/api/v1/builds?software=${slug}`)).json()
    short = rows.find((row: { state: string }) => row.state !== 'running')?.short ?? ''
    expect(short).not.toBe('')
  }).toPass({ timeout: 30_000 })
  return { slug, short }
}

test('a build that no root speaks for is verified once an administrator puts its trust domain in force', async ({
  admin: page,
  api,
  own,
}) => {
  test.setTimeout(120_000)
  const name = own('certified')
  const domain = `${name}.example`
  const root = makeAuthority('SPIRE', domain, null, valid)
  const { slug, short } = await certifiedBuild(await api('admin'), name, domain, root)
  await page.goto(`/builds/${short}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('leads to no root')
  await page
    .getByRole('tab', { name: 'Say whose roots count' })
    .or(page.getByText('Say whose roots count'))
    .first()
    .click()
  await page.getByRole('link', { name: 'Open', exact: true }).click()
  await expect(page.getByRole('tab', { name: 'Trust domains', selected: true })).toBeVisible()
  await page.getByRole('button', { name: 'Add roots', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Trust domain').fill(domain)
  await dialog.getByLabel('SPIFFE bundle or root certificates').fill(bundleOf(1, root))
  await dialog.getByLabel('Why, and how you know').fill('fingerprints compared by phone')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Put in force' }).click()
  const card = page.getByRole('region', { name: domain })
  await expect(card).toContainText('In force')
  await expect(card.getByRole('link', { name: name })).toHaveAttribute('href', `/software/${slug}`)
  await expectAccessible(page)
  await expect(async () => {
    const build = await (await (await api('admin')).get(`/api/v1/builds/${short}`)).json()
    expect(build.state).toBe('verified')
  }).toPass({ timeout: 30_000 })
})

test('a bundle that leaves a root out is put in force only where that is meant; an engineer ends roots, with a reason', async ({
  admin,
  engineer,
  viewer,
  own,
}) => {
  test.setTimeout(120_000)
  const domain = `${own('rotating')}.example`
  const [first, second] = ['first', 'second'].map((name) => makeAuthority(name, domain, null, valid))
  if (first === undefined || second === undefined) throw new Error('two roots')
  await admin.goto('/settings?tab=trust')
  const card = (page: typeof admin) => page.getByRole('region', { name: domain })
  const fill = async (text: string) => {
    const dialog = admin.getByRole('dialog')
    await dialog.getByLabel('SPIFFE bundle or root certificates').fill(text)
    await dialog.getByLabel('Why, and how you know').fill('asked the operators')
    await dialog.getByRole('button', { name: 'Put in force' }).click()
    return dialog
  }
  await admin.getByRole('button', { name: 'Add roots', exact: true }).click()
  await admin.getByRole('dialog').getByLabel('Trust domain').fill(domain)
  await fill(bundleOf(1, first))
  await card(admin)
    .getByRole('button', { name: `Add roots of ${domain}` })
    .click()
  const dialog = await fill(bundleOf(2, second))
  await expect(dialog.getByRole('alert')).toContainText('"O=first"')
  await dialog.getByRole('checkbox', { name: /End O=first/ }).check()
  await dialog.getByRole('button', { name: 'Put in force' }).click()
  await expect(card(admin).getByRole('row').filter({ hasText: 'O=first' })).toContainText('Ended')

  await engineer.goto('/settings?tab=trust')
  await expect(engineer.getByRole('button', { name: 'Add roots', exact: true })).toHaveCount(0)
  await card(engineer).getByRole('button', { name: 'End O=second' }).click()
  const say = engineer.getByRole('dialog')
  await say.getByRole('radio', { name: /compromised/ }).check()
  await expect(say.getByRole('button', { name: 'Call it compromised' })).toBeDisabled()
  await say.getByLabel('Why').fill('incident 7')
  await expectAccessible(engineer)
  await say.getByRole('button', { name: 'Call it compromised' }).click()
  await expect(card(engineer)).toContainText('No root is in force')
  await card(engineer).getByText('3 decisions').click()
  await expect(card(engineer)).toContainText('incident 7')

  await viewer.goto('/settings?tab=trust')
  await expect(card(viewer)).toContainText('Compromised')
  await expect(card(viewer).getByRole('button')).toHaveCount(0)
  await expectAccessible(viewer)
})
