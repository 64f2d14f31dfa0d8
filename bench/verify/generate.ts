import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonObject, jsonObject, keyObject, printJson } from '#lib/crypto/index.ts'
import { digestOf } from '#lib/testing/authority/documents.ts'
import { linkFileName, metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'

const STEPS = ['fetch', 'install', 'build', 'package']

/**
 * Writes a chain of four steps: every step takes over the files before it; build and package make more. The last one
 * ends with `count` files.
 */
export function generateChain(dir: string, count: number): void {
  const owner = makeKey('owner')
  const ci = makeKey('ci')
  mkdirSync(join(dir, 'links'), { recursive: true })
  mkdirSync(join(dir, 'final'), { recursive: true })
  const paths = Array.from({ length: count - 2 }, (_, i) => pathOf(i))
  const sources = paths.filter((path) => !path.startsWith('dist/'))
  const built = paths.filter((path) => path.startsWith('dist/'))
  const made = [sources, ['package-lock.json'], built, ['out/app.tgz']]
  let before: JsonObject = new Map()
  for (const [index, name] of STEPS.entries()) {
    const more = (made[index] ?? []).map((path) => [path, jsonObject({ sha256: digestOf(path) })] as const)
    const products: JsonObject = new Map([...before, ...more].sort(([a], [b]) => (a < b ? -1 : 1)))
    const link = jsonObject({
      _type: 'link',
      byproducts: jsonObject({ 'return-value': 0n, stderr: '', stdout: '' }),
      command: ['make', name],
      environment: jsonObject({ workdir: '/w' }),
      materials: before,
      name,
      products,
    })
    writeFileSync(join(dir, 'links', linkFileName(name, ci)), metablock(link, [ci]))
    before = products
  }
  const layout = jsonObject({
    _type: 'layout',
    expires: '2040-01-01T00:00:00Z',
    inspect: [],
    keys: new Map([[ci.keyid, keyObject(ci.key, 'legacy')]]),
    readme: '',
    steps: STEPS.map((name, index) => stepOf(name, STEPS[index - 1], ci.keyid)),
  })
  writeFileSync(join(dir, 'root.layout'), metablock(layout, [owner]))
  const keys = new Map([[owner.keyid, keyObject(owner.key, 'legacy')]])
  writeFileSync(join(dir, 'layout-keys.json'), printJson(keys))
  writeFileSync(join(dir, 'owner.pub'), `${owner.key.pem}\n`)
}

function pathOf(i: number): string {
  if (i % 10 < 7) return `node_modules/@scope${i % 37}/pkg-${Math.floor(i / 23)}/dist/esm/file-${i}.js`
  if (i % 10 < 9) return `src/app/module${i % 113}/component-${i}.tsx`
  return `dist/assets/chunk-${i}.js`
}

function stepOf(name: string, previous: string | undefined, keyid: string): JsonObject {
  const taken = previous === undefined ? [] : [['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', previous]]
  const made = [
    ['CREATE', 'dist/*'],
    ['CREATE', 'out/*.tgz'],
    ['ALLOW', 'package-lock.json'],
    ['ALLOW', '*.log'],
  ]
  const first = previous === undefined ? [['CREATE', '*']] : made
  return jsonObject({
    _type: 'step',
    expected_command: ['make', name],
    expected_materials: [...taken, ['DISALLOW', '*']],
    expected_products: [...taken, ...first, ['DISALLOW', '*']],
    name,
    pubkeys: [keyid],
    threshold: 1n,
  })
}
