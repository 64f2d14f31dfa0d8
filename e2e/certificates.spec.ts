import { layoutText } from '../lib/layout-draft/index.ts'
import { makeAuthority } from '../lib/testing/authority/certificates.ts'
import { layoutDocument } from '../lib/testing/authority/documents.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './fixtures.ts'

test('a workload may sign a step by its SPIFFE ID; patterns are refused in words; roots are the layout’s', async ({
  engineer: page,
  api,
  own,
}) => {
  const name = own('workload')
  const read = await api('engineer')
  const document = layoutDocument({
    expires: new Date(Date.now() + 60 * 86_400_000),
    readme: name,
    steps: [{ name: 'build', keys: [makeKey('ci').key], products: ['CREATE app', 'DISALLOW *'] }],
  })
  document.set('x-team', 'payments')
  const made = await read.post('/api/v1/layout-drafts', { data: { name, document: layoutText(document) } })
  const { id }: { id: string } = await made.json()
  await page.goto(`/layouts/${id}/edit`)
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await page.getByRole('group', { name: /^step build:/ }).click()
  const wished = `spiffe://${name}.example/ci/*`
  await inspector.getByLabel('SPIFFE ID of a workload').fill(wished)
  await inspector.getByRole('button', { name: 'Add workload' }).click()
  await expect(page.getByText('in-toto knows no patterns here').first()).toBeVisible()
  await inspector.getByText('What its certificate must say').click()
  await inspector.getByLabel('SPIFFE ID or URI').fill(`spiffe://${name}.example/ci/build`)
  await expect(page.getByText('in-toto knows no patterns here')).toHaveCount(0)
  await inspector.getByLabel('Organizations').fill('SPIRE')
  await expectAccessible(page)
  await page.getByRole('group', { name: /^step build:/ }).press('Escape')
  await inspector.getByRole('button', { name: 'Paste a certificate' }).first().click()
  const root = makeAuthority('Bank root', `${name}.example`)
  await inspector.getByLabel('Root certificates, PEM').fill(root.pem)
  await inspector.getByRole('button', { name: 'Add certificate' }).click()
  await expect(inspector.getByText('O=Bank root')).toBeVisible()
  await expectAccessible(page)
  await expect(async () => {
    const saved = JSON.parse((await (await read.get(`/api/v1/layout-drafts/${id}`)).json()).document)
    expect(saved['x-team']).toBe('payments')
    expect(saved.steps[0].cert_constraints).toEqual([
      {
        common_name: '*',
        dns_names: ['*'],
        emails: ['*'],
        organizations: ['SPIRE'],
        roots: ['*'],
        uris: [`spiffe://${name}.example/ci/build`],
      },
    ])
    expect(Object.keys(saved.rootcas)).toEqual([root.keyid])
  }).toPass()
})
