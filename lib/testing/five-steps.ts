import type { Report } from '#lib/in-toto/index.ts'
import type { LayoutSpec } from './authority/documents.ts'
import { makeKey } from './authority/keys.ts'
import { EvidenceStore } from './evidence-store.ts'

export const owner = makeKey('owner')
export const git = makeKey('git')
export const ci = makeKey('ci')
export const tester = makeKey('tester')
export const manager = makeKey('manager')
export const packer = makeKey('packer')
export const other = makeKey('other packer')
export const stranger = makeKey('stranger')

/** A supply chain of five steps, of which `approve` is bound to nothing. */
export const LAYOUT: LayoutSpec = {
  expires: new Date('2031-01-01T00:00:00Z'),
  steps: [
    { name: 'clone', keys: [git.key], products: ['CREATE src/*', 'CREATE LICENSE', 'DISALLOW *'] },
    {
      name: 'build',
      keys: [ci.key],
      materials: ['MATCH * WITH PRODUCTS FROM clone', 'DISALLOW *'],
      products: ['CREATE app', 'MATCH LICENSE WITH PRODUCTS FROM clone', 'DISALLOW *'],
    },
    {
      name: 'test',
      keys: [tester.key],
      materials: ['MATCH app WITH PRODUCTS FROM build', 'DISALLOW *'],
      products: ['CREATE result', 'DISALLOW *'],
    },
    { name: 'approve', keys: [manager.key], materials: ['ALLOW *'], products: ['DISALLOW *'] },
    {
      name: 'package',
      keys: [packer.key, other.key],
      materials: [
        'MATCH app WITH PRODUCTS FROM build',
        'MATCH LICENSE WITH PRODUCTS FROM build',
        'MATCH result WITH PRODUCTS FROM test',
        'DISALLOW *',
      ],
      products: ['CREATE app.tgz', 'DISALLOW *'],
    },
  ],
}

/** Links of run `n`; every file but LICENSE and `result` differs from run to run. */
export function links(n: string) {
  const sources = { 'src/main.c': `source ${n}`, LICENSE: 'MIT' }
  const built = { app: `app ${n}`, LICENSE: 'MIT' }
  return {
    clone: { name: 'clone', products: sources, stdout: n },
    build: { name: 'build', materials: sources, products: built, stdout: n },
    test: { name: 'test', materials: { app: `app ${n}` }, products: { result: 'PASS' }, stdout: n },
    approve: { name: 'approve', stdout: n },
    package: {
      name: 'package',
      materials: { ...built, result: 'PASS' },
      products: { 'app.tgz': `tgz ${n}` },
      stdout: n,
    },
  }
}
/** Who signs what. */
export const signer = { clone: git, build: ci, test: tester, approve: manager, package: packer }
export type Step = keyof typeof signer
export const STEPS: readonly Step[] = ['clone', 'build', 'test', 'approve', 'package']

/** A store with one whole run in it. */
export function storeWith(id: string, at = 0, without: readonly Step[] = [], layout = LAYOUT) {
  const store = new EvidenceStore(layout, owner)
  return { store, brought: addRun(store, id, at, without) }
}

/** Brings a whole run, but for some steps, in a delivery of its own. */
export function addRun(store: EvidenceStore, id: string, at: number, without: readonly Step[] = []) {
  store.run({ id, openedAt: at })
  const run = links(id)
  const made = STEPS.filter((step) => !without.includes(step)).map(
    (step) => [step, store.bring(id, at, run[step], signer[step])] as const,
  )
  return new Map(made)
}

/** What speaks against an allow. */
export const codes = ({ reasons }: Report) =>
  reasons.filter(({ severity }) => severity !== 'warning').map(({ code }) => code)

export function brought<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const found = map.get(key)
  if (found === undefined) throw new Error(`no ${String(key)}`)
  return found
}
