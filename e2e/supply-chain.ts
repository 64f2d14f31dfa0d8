import { type APIRequestContext, expect } from '@playwright/test'
import { type Files, type LinkSpec, layoutDocument, linkDocument } from '../lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '../lib/testing/authority/envelopes.ts'
import { makeKey, type TestKey } from '../lib/testing/authority/keys.ts'

/** What happens between `build` and `package`: nothing; a changed and an added file; or `test` is never recorded. */
export type Change = 'none' | 'tampered' | 'untested'

export interface MadeBuild {
  readonly slug: string
  readonly short: string
  readonly state: string
}

const numbered = (folder: string, count: number): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${folder}/chunk-${n}.js`, `chunk ${n}`]))

/**
 * A supply chain of five steps with keys of its own, brought in through the API as a person would, its layout put in
 * force, and judged: software, owner key, layout, links, verdict.
 */
export async function makeBuild(api: APIRequestContext, name: string, change: Change): Promise<MadeBuild> {
  const { slug, versionId } = await bringChain(api, name, change)
  const inForce = await api.post(`/api/v1/software/${slug}/in-force`, { data: { versionId } })
  expect(inForce.status(), await inForce.text()).toBe(200)
  return { slug, ...(await judged(api, slug)) }
}

/** The same up to where somebody has to decide: nothing is in force yet. */
export async function bringChain(api: APIRequestContext, name: string, change: Change) {
  const files = signedFiles(name, change)
  const software = await api.post('/api/v1/software', { data: { name } })
  expect(software.status(), await software.text()).toBe(201)
  const { slug }: { slug: string } = await software.json()
  const keys = [{ text: files.ownerKey, name: 'owner.pem' }]
  const owners = await api.put(`/api/v1/software/${slug}/owner-keys`, { data: { keys } })
  expect(owners.status(), await owners.text()).toBe(200)
  const form = new FormData()
  for (const [path, bytes] of files.documents) form.append('files', new File([bytes], `${name}/${path}`))
  const brought = await api.post('/api/v1/imports', { multipart: form })
  expect(brought.status(), await brought.text()).toBe(201)
  const layouts = await (await api.get('/api/v1/layouts')).json()
  const version: { id: string } = layouts.versions.find((one: { name: string }) => one.name.includes(name))
  return { slug, versionId: version.id }
}

async function judged(api: APIRequestContext, slug: string): Promise<{ short: string; state: string }> {
  let found: { short: string; state: string } | undefined
  await expect(async () => {
    const { rows } = await (await api.get(`/api/v1/builds?software=${slug}`)).json()
    found = rows.find((row: { state: string }) => row.state !== 'running')
    expect(found).toBeDefined()
  }).toPass({ timeout: 30_000 })
  if (found === undefined) throw new Error('no build was judged')
  return found
}

function signedFiles(name: string, change: Change) {
  const owner = makeKey('owner', 'rsa')
  const ci = makeKey('ci', 'ecdsa-p256')
  const person = makeKey('person')
  const source: Files = { 'src/a.ts': 'a', 'package-lock.json': 'lock' }
  const dist: Files = { ...numbered('dist', 16), 'dist/server.js': 'server' }
  const used: Files = change === 'tampered' ? { ...dist, 'dist/server.js': 'evil', 'dist/server.js.map': 'map' } : dist
  const links: (LinkSpec & { signer: TestKey })[] = [
    { signer: person, name: 'clone', products: source },
    { signer: ci, name: 'build', materials: source, products: dist, command: ['npm', 'run', 'build'] },
    ...(change === 'untested' ? [] : [{ signer: ci, name: 'test', materials: dist, products: { 'report.xml': 'ok' } }]),
    { signer: ci, name: 'sbom', materials: dist, products: { 'sbom.json': 'sbom' } },
    {
      signer: ci,
      name: 'package',
      materials: { ...used, 'sbom.json': 'sbom', ...(change === 'untested' ? {} : { 'report.xml': 'ok' }) },
      // its own content for each test: the same digest would belong to the builds of others too
      products: { 'image.tar': name },
    },
  ]
  const layout = layoutDocument({
    expires: new Date(Date.now() + 30 * 86_400_000),
    readme: name,
    steps: [
      { name: 'clone', keys: [person.key], products: ['CREATE *', 'DISALLOW *'] },
      {
        name: 'build',
        keys: [ci.key],
        materials: ['MATCH * WITH PRODUCTS FROM clone', 'DISALLOW *'],
        products: ['CREATE dist/*', 'ALLOW src/*', 'DISALLOW *'],
      },
      { name: 'test', keys: [ci.key], materials: ['MATCH dist/* WITH PRODUCTS FROM build', 'DISALLOW *'] },
      { name: 'sbom', keys: [ci.key], materials: ['MATCH dist/* WITH PRODUCTS FROM build', 'DISALLOW *'] },
      {
        name: 'package',
        keys: [ci.key],
        materials: [
          'MATCH dist/* WITH PRODUCTS FROM build',
          'MATCH report.xml WITH PRODUCTS FROM test',
          'MATCH sbom.json WITH PRODUCTS FROM sbom',
          'DISALLOW *',
        ],
        products: ['CREATE image.tar', 'DISALLOW *'],
      },
    ],
  })
  return {
    ownerKey: owner.key.pem ?? '',
    documents: [
      [`${name}.layout`, metablock(layout, [owner])] as const,
      ...links.map(
        ({ signer, ...spec }) => [linkFileName(spec.name, signer), metablock(linkDocument(spec), [signer])] as const,
      ),
    ],
  }
}
