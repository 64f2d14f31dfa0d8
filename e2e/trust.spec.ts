import { readFileSync } from 'node:fs'
import type { APIRequestContext } from '@playwright/test'
import { decodeUtf8, parsePublicKeyPem, publicKeyFile } from '../lib/crypto/index.ts'
import { readDocument } from '../lib/in-toto/index.ts'
import { recordOf } from '../lib/in-toto/verify/step-form.ts'
import {
  certifiedMetablock,
  constraintObject,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '../lib/testing/authority/certificates.ts'
import { layoutDocument, linkDocument } from '../lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '../lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '../lib/testing/authority/keys.ts'
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

/** A signed layout with the key that signed it. */
const layout = (document: ReturnType<typeof layoutDocument>, owner: TestKey) => ({
  bytes: metablock(document, [owner]),
  ownerKey: decodeUtf8(publicKeyFile(owner.key, 'legacy')),
})

/** A software with its owner key, a layout and a run, up to where somebody has to put the layout in force. */
async function bring(
  api: APIRequestContext,
  name: string,
  { bytes, ownerKey }: ReturnType<typeof layout>,
  files: Readonly<Record<string, Uint8Array>>,
) {
  const software = await api.post('/api/v1/software', { data: { name } })
  const { slug }: { slug: string } = await software.json()
  const keys = await api.put(`/api/v1/software/${slug}/owner-keys`, {
    data: { keys: [{ text: ownerKey, name: 'owner' }] },
  })
  expect(keys.status(), await keys.text()).toBe(200)
  const form = new FormData()
  for (const [path, content] of Object.entries({ [`${name}.layout`]: bytes, ...files }))
    form.append('files', new File([Uint8Array.from(content)], `${name}/${path}`))
  const brought = await api.post('/api/v1/imports', { multipart: form })
  expect(brought.status(), await brought.text()).toBe(201)
  const layouts = await (await api.get('/api/v1/layouts')).json()
  const version: { id: string } = layouts.versions.find((one: { name: string }) => one.name.includes(name))
  return { slug, versionId: version.id }
}

async function judged(api: APIRequestContext, slug: string, state: RegExp = /./): Promise<{ short: string }> {
  let short = ''
  await expect(async () => {
    const { rows } = await (await api.get(`/api/v1/builds?software=${slug}`)).json()
    const found = rows.find((row: { state: string }) => row.state !== 'running' && state.test(row.state))
    short = found?.short ?? ''
    expect(short).not.toBe('')
  }).toPass({ timeout: 30_000 })
  return { short }
}

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
  const { slug, versionId } = await bring(api, name, layout(document, owner), {
    [`build.${svid.keyid.slice(0, 8)}.link`]: certifiedMetablock(built, [{ by: svid }]),
    [linkFileName('ship', shipper)]: metablock(shipped, [shipper]),
  })
  const put = await api.post(`/api/v1/software/${slug}/in-force`, { data: { versionId } })
  expect(put.status(), await put.text()).toBe(200)
  const { short } = await judged(api, slug)
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
  await expect(card(viewer).getByRole('button', { name: /^(End|Change|Add)/ })).toHaveCount(0)
  await expectAccessible(viewer)
})

test('collections of Witness count once an engineer chooses that form for their steps', async ({
  engineer: page,
  api,
  own,
}) => {
  test.setTimeout(120_000)
  const real = (name: string) => new Uint8Array(readFileSync(`lib/in-toto/vectors/real-witness/${name}`))
  const name = own('witness')
  const [owner, shipper] = [makeKey('owner'), makeKey('shipper')]
  const witness = parsePublicKeyPem(Buffer.from(real('k.pub')).toString())
  const read = readDocument('build.json', real('build.json'))
  if (!('envelope' in read) || read.envelope.kind !== 'statement') throw new Error('a statement')
  const { products } = recordOf(read.envelope.document)
  const shipped = linkDocument({ name: 'ship', products: { 'image.tar': name } })
  shipped.set('materials', new Map([...products].map(([path, found]) => [path, new Map(Object.entries(found))])))
  const document = layoutDocument({
    expires: new Date(NOW + 30 * 86_400_000),
    readme: name,
    steps: [
      { name: 'build', keys: [witness], materials: ['ALLOW *'], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'ship', keys: [shipper.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
    ],
  })
  const admin = await api('admin')
  const { slug } = await bring(admin, name, layout(document, owner), {
    'build.json': real('build.json'),
    [linkFileName('ship', shipper)]: metablock(shipped, [shipper]),
  })
  await page.goto(`/software/${slug}`)
  const put = async () => {
    await page
      .getByRole('button', { name: /^Put in force|^Change how/ })
      .first()
      .click()
    return page.getByRole('dialog')
  }
  const first = await put()
  await first.getByRole('button', { name: 'Put in force' }).click()
  await expect(first).toBeHidden()
  const { short } = await judged(admin, slug)
  await page.goto(`/builds/${short}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('not in the form that its evidence takes')
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Open', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/software/${slug}`))
  const dialog = await put()
  await dialog.getByText('Forms of evidence and time stamps').click()
  await dialog.getByLabel('Evidence of build').selectOption('witness-collection')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Change', exact: true }).click()
  await expect(dialog).toBeHidden()
  await judged(admin, slug, /verified/)
})

test('an engineer takes a link out of consideration and puts it back; a developer sees who did', async ({
  engineer,
  developer,
  api,
  own,
}) => {
  test.setTimeout(120_000)
  const name = own('dissent')
  const [owner, ci, other, shipper] = ['owner', 'ci', 'other', 'shipper'].map((one) => makeKey(one))
  if (!owner || !ci || !other || !shipper) throw new Error('four keys')
  const document = layoutDocument({
    expires: new Date(NOW + 30 * 86_400_000),
    readme: name,
    steps: [
      { name: 'build', keys: [ci.key, other.key], products: ['CREATE app', 'DISALLOW *'] },
      { name: 'ship', keys: [shipper.key], materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'] },
    ],
  })
  const admin = await api('admin')
  const built = (app: string) => linkDocument({ name: 'build', products: { app } })
  const shipped = linkDocument({ name: 'ship', materials: { app: name }, products: { 'image.tar': name } })
  const { slug, versionId } = await bring(admin, name, layout(document, owner), {
    [linkFileName('build', ci)]: metablock(built(name), [ci]),
    [linkFileName('build', other)]: metablock(built(`${name} else`), [other]),
    [linkFileName('ship', shipper)]: metablock(shipped, [shipper]),
  })
  const put = await admin.post(`/api/v1/software/${slug}/in-force`, { data: { versionId } })
  expect(put.status(), await put.text()).toBe(200)
  const { short } = await judged(admin, slug, /blocked/)
  await engineer.goto(`/builds/${short}?tab=evidence`)
  const row = (page: typeof engineer) =>
    page
      .getByRole('listitem')
      .filter({ hasText: linkFileName('build', other) })
      .first()
  await row(engineer)
    .getByRole('button', { name: /^Take out build/ })
    .click()
  const dialog = engineer.getByRole('dialog')
  await dialog.getByLabel('Why').fill('its key leaked')
  await expectAccessible(engineer)
  await dialog.getByRole('button', { name: 'Take out' }).click()
  await judged(admin, slug, /verified/)
  await developer.goto(`/builds/${short}?tab=evidence`)
  const card = developer.getByRole('region', { name: 'Taken out of consideration' })
  await expect(card).toContainText('its key leaked')
  await expect(card.getByRole('button', { name: /^Put back/ })).toHaveCount(0)
  await expectAccessible(developer)
  await engineer.reload()
  await row(engineer)
    .getByRole('button', { name: /^Put back build/ })
    .click()
  await dialog.getByLabel('Why').fill('it did not')
  await dialog.getByRole('button', { name: 'Put back' }).click()
  await judged(admin, slug, /blocked/)
})
