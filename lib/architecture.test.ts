import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cyclesOf, type Import, importGraph, importsOf } from './testing/import-graph.ts'

// Who may import whom, in one list. The first zone whose prefix fits a file is its zone; what a zone may import is
// given by prefixes. A finding reads `file -> import`.

const root = resolve(import.meta.dirname, '..')

const crypto = ['lib/crypto/']
const inToto = [...crypto, 'lib/in-toto/']
const pure = [...inToto, 'lib/layout-draft/', 'lib/provenance/', 'lib/spiffe/']
const seam = ['lib/contract/', 'lib/errors.ts']
const server = [
  ...pure,
  ...seam,
  'lib/env.ts',
  'lib/db/',
  'lib/generated/',
  'lib/archives/',
  'lib/jobs/',
  'lib/auth/',
  'lib/sources/',
  'lib/services/',
]

const zones: readonly { of: string; may: readonly string[] }[] = [
  { of: 'lib/crypto/', may: crypto },
  { of: 'lib/in-toto/', may: inToto },
  { of: 'lib/spiffe/', may: [...crypto, 'lib/spiffe/'] },
  { of: 'lib/layout-draft/', may: [...inToto, 'lib/layout-draft/'] },
  { of: 'lib/provenance/', may: [...inToto, 'lib/provenance/', 'lib/contract/'] },
  { of: 'lib/contract/', may: [...inToto, 'lib/contract/'] },
  { of: 'lib/client/', may: [...pure, 'lib/contract/', 'lib/client/'] },
  { of: 'lib/errors.ts', may: [] },
  { of: 'lib/env.ts', may: [] },
  { of: 'lib/db/', may: ['lib/db/', 'lib/env.ts', 'lib/errors.ts', 'lib/generated/'] },
  { of: 'lib/archives/', may: ['lib/archives/', 'lib/errors.ts', ...crypto] },
  { of: 'lib/jobs/', may: ['lib/jobs/', 'lib/db/', 'lib/errors.ts', 'lib/generated/'] },
  { of: 'lib/sources/', may: [...inToto, ...seam, 'lib/sources/'] },
  { of: 'lib/auth/', may: server },
  { of: 'lib/services/demo/', may: [...server, 'lib/demo/'] },
  { of: 'lib/services/', may: server },
  { of: 'lib/http/', may: [...server, 'lib/http/'] },
  { of: 'lib/worker/', may: [...server, 'lib/worker/'] },
  { of: 'lib/demo/', may: [...server, 'lib/demo/', 'lib/testing/'] },
  { of: 'lib/cli/', may: ['lib/'] },
  { of: 'lib/testing/', may: ['lib/'] },
  { of: 'components/', may: [...pure, 'lib/contract/', 'lib/client/', 'components/', 'app/globals.css'] },
  { of: 'app/', may: [...server, 'lib/http/', 'lib/client/', 'components/', 'app/'] },
  { of: 'proxy.ts', may: ['lib/auth/', 'lib/env.ts'] },
]

/** Tests may also use what is there for them. */
const testsMayAlso = [
  'lib/testing/',
  'lib/crypto/node/',
  'lib/demo/',
  'lib/services/',
  'lib/db/',
  'lib/auth/',
  'lib/cli/',
  'lib/http/',
  'lib/worker/',
  'app/',
  'lib/jobs/',
  'lib/env.ts',
  'lib/errors.ts',
]

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
const shipped = ['app', 'components', 'lib', 'proxy.ts', 'next.config.ts']
const graph = importGraph(root, shipped)
const product = [...graph].filter(([file]) => !isTest(file))
const isPure = (file: string): boolean =>
  /^lib\/(crypto|in-toto|spiffe|layout-draft|provenance)\//.test(file) && !file.startsWith('lib/crypto/node/')
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

function breaches(file: string, imports: readonly Import[]): string[] {
  const zone = zones.find((z) => file.startsWith(z.of))
  if (zone === undefined) return file === 'next.config.ts' || isTest(file) ? [] : [`${file} is in no zone`]
  const may = isTest(file) ? [...zone.may, ...testsMayAlso] : zone.may
  return imports
    .filter((i) => i.file !== null && !may.some((prefix) => i.file?.startsWith(prefix)))
    .map((i) => `${file} -> ${i.file}`)
}

describe('imports', () => {
  test('the graph is read: it has files, and knows every kind of import', () => {
    expect(graph.size).toBeGreaterThan(100)
    const text = [
      `import 'a'`,
      `import type { B } from './b.ts'`,
      `import { c,\n  d } from '#lib/c.ts'`,
      `export * from './e.ts'`,
      `const f = await import('./f.ts')`,
    ].join('\n')
    expect(importsOf(root, 'lib/x/y.ts', text)).toEqual([
      { specifier: 'a', file: null, typeOnly: false, dynamic: false },
      { specifier: './b.ts', file: 'lib/x/b.ts', typeOnly: true, dynamic: false },
      { specifier: '#lib/c.ts', file: 'lib/c.ts', typeOnly: false, dynamic: false },
      { specifier: './e.ts', file: 'lib/x/e.ts', typeOnly: false, dynamic: false },
      { specifier: './f.ts', file: 'lib/x/f.ts', typeOnly: false, dynamic: true },
    ])
  })

  test('stay in their zones', () => {
    expect([...graph].flatMap(([file, imports]) => breaches(file, imports))).toEqual([])
  })

  test('name files that are there', () => {
    const missing = product.flatMap(([file, imports]) =>
      imports
        .filter((i) => i.file !== null && !i.file.startsWith('lib/generated/') && !existsSync(join(root, i.file)))
        .map((i) => `${file} -> ${i.specifier}`),
    )
    expect(missing).toEqual([])
  })

  test('make no cycles', () => {
    expect(cyclesOf(new Map(product)).map((cycle) => cycle.join(' -> '))).toEqual([])
  })

  test('of Prisma and pg are made by lib/db only', () => {
    const users = product.filter(([, imports]) =>
      imports.some((i) => /^(pg|@prisma\/.*)$/.test(i.specifier) && !i.typeOnly),
    )
    const outside = users.map(([file]) => file).filter((file) => !/^lib\/(db|cli|testing)\//.test(file))
    expect(outside).toEqual([])
  })

  test('of next-auth are made by lib/auth, its route and the sign-in pages only', () => {
    const users = product.filter(([, imports]) => imports.some((i) => i.specifier.startsWith('next-auth')))
    const outside = users
      .map(([file]) => file)
      .filter(
        (file) =>
          !/^(lib\/(auth|testing)\/|app\/api\/auth\/|app\/\(auth\)\/|components\/(access|shell|settings)\/)/.test(file),
      )
    expect(outside).toEqual([])
  })
})

describe('pure modules', () => {
  const pureFiles = product.map(([file]) => file).filter(isPure)

  test('use nothing of Node unless the top of the file says so', () => {
    const users = pureFiles.filter((file) => graph.get(file)?.some((i) => i.specifier.startsWith('node:')))
    expect(
      users.filter((file) => !/^\/[/*].*\b[Nn]ode\b/m.test(textOf(file).split('\n').slice(0, 8).join('\n'))),
    ).toEqual([])
  })

  test('have no clock, no chance and no network', () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bfetch\(|\bprocess\.env\b/
    expect(pureFiles.filter((file) => impure.test(withoutComments(textOf(file))))).toEqual([])
  })
})

describe('the way out', () => {
  const server = product.filter(([file]) => /^(lib|app)\//.test(file) && !/^lib\/(cli|testing|client)\//.test(file))

  test('to other machines is guarded: nothing else opens a connection', () => {
    const network = /^(node:)?(http|https|http2|net|tls|dgram|dns)(\/promises)?$|^(undici|axios|node-fetch|ws)$/
    const users = server.filter(([, imports]) => imports.some((i) => network.test(i.specifier) && !i.typeOnly))
    const outside = users.map(([file]) => file).filter((file) => !file.startsWith('lib/sources/guarded-fetch/'))
    expect(outside).toEqual([])
    expect(users.length).toBeGreaterThan(0)
  })

  test('is handed to whoever may use it: nobody takes the fetch of Node', () => {
    const users = server.map(([file]) => file).filter((file) => /(?<![.\w])fetch\(/.test(withoutComments(textOf(file))))
    const given = (file: string): boolean => /\bfetch: GuardedFetch\b/.test(textOf(file))
    const declares = (file: string): boolean => /^lib\/sources\/(connector|directory\/directory)\.ts$/.test(file)
    expect(users.filter((file) => !given(file) && !declares(file))).toEqual([])
  })
})

describe('the tree', () => {
  const files = [...graph.keys()]

  test('has no drawers for everything', () => {
    const drawers = /(^|\/)(utils?|helpers?|common|types|hooks|misc)(\/|\.tsx?$)/
    expect(files.filter((file) => drawers.test(file))).toEqual([])
  })

  test('has one index per pure module and no other barrel', () => {
    const indexes = files.filter((file) => /(^|\/)index\.tsx?$/.test(file))
    const module =
      /^lib\/(crypto|crypto\/node|crypto\/web|in-toto|in-toto\/select|spiffe|layout-draft|provenance)\/index\.ts$/
    expect(indexes.filter((file) => !module.test(file))).toEqual([])
  })

  test('has at its top only what belongs there', () => {
    const allowed = new Set([
      ...['app', 'components', 'lib', 'prisma', 'public', 'e2e', 'bench', 'deploy', 'docs', '.ci', '.github'],
      ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE', '.gitignore', '.gitattributes'],
      ...['next.config.ts', 'proxy.ts', 'biome.json', 'postcss.config.mjs', 'prisma.config.ts', 'vitest.config.ts'],
      ...[
        'playwright.config.ts',
        'instrumentation.ts',
        '.npmrc',
        '.nvmrc',
        '.editorconfig',
        'CHANGELOG.md',
        'SECURITY.md',
      ],
    ])
    expect(topLevel().filter((name) => !allowed.has(name))).toEqual([])
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

/** Tracked names; where this is no git clone, all that is not made by running things. */
function topLevel(): string[] {
  try {
    const out = execFileSync('git', ['ls-files', '-z'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return [
      ...new Set(
        out
          .split('\0')
          .filter(Boolean)
          .map((path) => path.split('/')[0] ?? ''),
      ),
    ]
  } catch {
    const made =
      /^(node_modules|\.next|\.waybill|test-results|playwright-report|next-env\.d\.ts|.*\.tsbuildinfo|\.git)$/
    return readdirSync(root).filter((name) => !made.test(name))
  }
}
