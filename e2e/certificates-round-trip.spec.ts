import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { APIRequestContext, Page } from '@playwright/test'
import { layoutText } from '../lib/layout-draft/index.ts'
import {
  certifiedMetablock,
  makeAuthority,
  makeSvid,
  type TestCertificate,
} from '../lib/testing/authority/certificates.ts'
import { type LayoutSpec, layoutDocument, linkDocument } from '../lib/testing/authority/documents.ts'
import { makeKey } from '../lib/testing/authority/keys.ts'
import { findGolang } from '../lib/testing/differential/golang/compare.ts'
import { expect, test } from './fixtures.ts'

// Workloads may sign by their SPIFFE IDs: drawn and signed in the browser, exported, and judged by `waybill verify` over
// links that in-toto-golang signed with SVIDs of a running SPIRE, and by in-toto-golang where there is one.

const WAYBILL = fileURLToPath(new URL('../lib/cli/waybill.mjs', import.meta.url))
const REAL = new URL('../lib/in-toto/vectors/real-spire.json', import.meta.url)
/** within the hour for which the real SVIDs are valid */
const THEN = '2026-11-22T23:30:00Z'
const owner = makeKey('owner')
const golang = findGolang()

/** clone, build and test as the real chain did them, by nobody yet. */
const STEPS: LayoutSpec['steps'] = [
  { name: 'clone', keys: [], products: ['CREATE main.c', 'DISALLOW *'] },
  {
    name: 'build',
    keys: [],
    materials: ['MATCH main.c WITH PRODUCTS FROM clone', 'DISALLOW *'],
    products: ['CREATE app', 'DISALLOW *'],
  },
  {
    name: 'test',
    keys: [],
    materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
    products: ['DISALLOW *'],
  },
]

type Workloads = Readonly<Record<'clone' | 'build' | 'test', string>>
const workloads = (domain: string): Workloads => ({
  clone: `spiffe://${domain}/ci/clone`,
  build: `spiffe://${domain}/ci/build`,
  test: `spiffe://${domain}/ci/test`,
})

/** Says in the editor who may sign, signs in the browser, and writes the exported layout and the owner's key. */
async function drawAndSign(
  page: Page,
  api: APIRequestContext,
  folder: string,
  { name, root, by }: { name: string; root: string; by: Workloads },
): Promise<void> {
  const document = layoutDocument({ expires: new Date(Date.now() + 60 * 86_400_000), readme: name, steps: STEPS })
  const made = await api.post('/api/v1/layout-drafts', { data: { name, document: layoutText(document) } })
  expect(made.status(), await made.text()).toBe(201)
  const { id }: { id: string } = await made.json()
  await page.goto(`/layouts/${id}/edit`)
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  for (const [step, spiffeId] of Object.entries(by)) {
    await page.getByRole('group', { name: new RegExp(`^step ${step}:`) }).click()
    await inspector.getByLabel('SPIFFE ID of a workload').fill(spiffeId)
    await inspector.getByRole('button', { name: 'Add workload' }).click()
    await expect(inspector.getByRole('button', { name: `Remove ${spiffeId}` })).toBeVisible()
  }
  await page.getByRole('group', { name: /^step build:/ }).press('Escape')
  await inspector.getByRole('button', { name: 'Paste a certificate' }).first().click()
  await inspector.getByLabel('Root certificates, PEM').fill(root)
  await inspector.getByRole('button', { name: 'Add certificate' }).click()
  await expect(inspector.getByLabel('Root certificates, PEM')).toBeHidden()
  await expect(page.getByRole('region', { name: 'Problems' })).not.toContainText(/\berrors?\b/)
  await page.getByRole('button', { name: 'Sign', exact: true }).click()
  await page.waitForURL(/\/sign$/)
  const key = { name: 'owner.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(owner.privatePem()) }
  await page.getByLabel('Private key file').setInputFiles(key)
  await expect(page.getByText('1 signature', { exact: true })).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Metablock/ }).click(),
  ])
  await download.saveAs(join(folder, 'root.layout'))
  writeFileSync(join(folder, 'owner.pub'), owner.key.pem ?? '')
}

function waybillVerify(folder: string, intermediates: string, more: readonly string[] = []) {
  const path = (name: string) => join(folder, name)
  const files = ['--layout', path('root.layout'), '--layout-keys', path('owner.pub'), '--link-dir', path('links')]
  const args = ['verify', ...files, '--intermediates', path(intermediates), '--json', ...more]
  const { status, stdout, stderr } = spawnSync(process.execPath, [WAYBILL, ...args], { encoding: 'utf8' })
  expect(stdout, stderr).not.toBe('')
  const { verdict, reasons } = JSON.parse(stdout)
  return { status, verdict, code: reasons[0]?.code, step: reasons[0]?.step }
}

function golangVerify(program: string, folder: string, intermediates: string) {
  const args = ['verify', '-l', 'root.layout', '-k', 'owner.pub', '-d', 'links', '-i', intermediates]
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder })
  return { status, text: `${stdout}${stderr}` }
}

const temporary = (): string => mkdtempSync(join(tmpdir(), 'waybill-certificates-'))
const ALLOWED = { status: 0, verdict: 'allow', code: undefined, step: undefined }
const OTHER_WORKLOAD = { status: 1, verdict: 'deny', code: 'CERT_CONSTRAINT', step: 'build' }

test('SPIFFE IDs drawn in the editor let in links under real SVIDs, and another SPIFFE ID does not', async ({
  engineer: page,
  api,
  own,
}) => {
  test.setTimeout(120_000)
  const folder = temporary()
  const { files }: { files: Record<string, string> } = JSON.parse(readFileSync(REAL, 'utf8'))
  for (const [path, content] of Object.entries(files).filter(([path]) => path.startsWith('links/'))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const root = files['upstream-root.pem'] ?? ''
  const chain = 'links/build-intermediate-0.cert.pem'
  const engineer = await api('engineer')
  const by = workloads('example.org')
  await drawAndSign(page, engineer, folder, { name: own('spire'), root, by })
  expect(waybillVerify(folder, chain, ['--at', THEN])).toEqual(ALLOWED)
  await drawAndSign(page, engineer, folder, {
    name: own('spire-other'),
    root,
    by: { ...by, build: 'spiffe://example.org/ci/deploy' },
  })
  expect(waybillVerify(folder, chain, ['--at', THEN])).toEqual(OTHER_WORKLOAD)
  rmSync(folder, { recursive: true })
})

/** The same chain under SVIDs of an authority below the root, valid now. */
function writeChain(folder: string, authority: TestCertificate, by: Workloads): void {
  mkdirSync(join(folder, 'links'))
  const specs = {
    clone: { products: { 'main.c': 'int main;' } },
    build: { materials: { 'main.c': 'int main;' }, products: { app: 'binary' } },
    test: { materials: { app: 'binary' } },
  }
  for (const name of ['clone', 'build', 'test'] as const) {
    const svid = makeSvid(authority, by[name])
    const bytes = certifiedMetablock(linkDocument({ name, ...specs[name] }), [{ by: svid }])
    writeFileSync(join(folder, 'links', `${name}.${svid.keyid.slice(0, 8)}.link`), bytes)
  }
  writeFileSync(join(folder, 'intermediate.pem'), authority.pem)
}

test('in-toto-golang agrees with both, over SVIDs that are valid now', async ({ engineer: page, api, own }) => {
  test.skip(golang === null, 'needs in-toto-golang on PATH (go install github.com/in-toto/in-toto-golang@v0.11.0)')
  if (golang === null) return
  test.setTimeout(120_000)
  const folder = temporary()
  const name = own('golang')
  const root = makeAuthority('Bank root', `${name}.example`)
  const by = workloads(`${name}.example`)
  writeChain(folder, makeAuthority('Bank SPIRE', `${name}.example`, root), by)
  const engineer = await api('engineer')
  await drawAndSign(page, engineer, folder, { name, root: root.pem, by })
  expect(waybillVerify(folder, 'intermediate.pem')).toEqual(ALLOWED)
  const accepted = golangVerify(golang, folder, 'intermediate.pem')
  expect(accepted.status, accepted.text).toBe(0)
  await drawAndSign(page, engineer, folder, {
    name: own('golang-other'),
    root: root.pem,
    by: { ...by, build: `spiffe://${name}.example/ci/deploy` },
  })
  expect(waybillVerify(folder, 'intermediate.pem')).toEqual(OTHER_WORKLOAD)
  const refused = golangVerify(golang, folder, 'intermediate.pem')
  expect(refused.status).toBe(1)
  expect(refused.text).toContain('unexpected uri')
  rmSync(folder, { recursive: true })
})
