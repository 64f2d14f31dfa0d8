// node bench/verify/rules.ts: ten rules over 100,000 files that were read before, and patterns made to take for ever.
import { jsonObject, printJson, utf8 } from '#lib/crypto/index.ts'
import { applyRules, type Recorded } from '#lib/in-toto/evaluate-rules.ts'
import { ArtifactTables } from '#lib/in-toto/file-table.ts'
import { compileGlob } from '#lib/in-toto/glob.ts'
import { type Link, parseEnvelope, parseRule } from '#lib/in-toto/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'

const COUNT = 100_000
const ROUNDS = 15
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

function cpu(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

function pathOf(i: number): string {
  if (i % 10 < 7) return `node_modules/@scope${i % 37}/pkg-${Math.floor(i / 23)}/dist/esm/file-${i}.js`
  if (i % 10 < 9) return `src/app/module${i % 113}/component-${i}.tsx`
  return `dist/assets/chunk-${i}.js`
}

const paths = Array.from({ length: COUNT }, (_, i) => pathOf(i)).sort()
const sources = Object.fromEntries(paths.filter((path) => !path.startsWith('dist/')).map((path) => [path, path]))
const all = Object.fromEntries(paths.map((path) => [path, path]))

function ingested(materials: Record<string, string>, products: Record<string, string>, tables: ArtifactTables): Link {
  const signed = linkDocument({ name: 'build', materials, products })
  const envelope = parseEnvelope(utf8(printJson(jsonObject({ signatures: [], signed }))), undefined, tables)
  if (envelope.kind !== 'link') throw new Error('no link')
  return envelope.document
}

const LISTS: Readonly<Record<string, readonly string[]>> = {
  'as people write them': [
    'MATCH src/* WITH PRODUCTS FROM fetch',
    'MATCH node_modules/* WITH PRODUCTS FROM fetch',
    'CREATE dist/assets/*.js',
    'CREATE dist/*',
    'ALLOW package-lock.json',
    'ALLOW *.log',
    'MODIFY src/generated/*',
    'DELETE tmp/*',
    'ALLOW *.map',
    'DISALLOW *',
  ],
  'nothing taken until the last': [
    'ALLOW nomatch1/*',
    'ALLOW *.nomatch2',
    'CREATE zzz/*',
    'MODIFY *.jsx',
    'DELETE tmp/*',
    'ALLOW *nomatch*x*',
    'ALLOW node_modules/?nomatch',
    'MATCH nomatch/* WITH PRODUCTS FROM fetch',
    'ALLOW lib/*.js',
    'ALLOW *',
  ],
  'everything under a prefix': [
    'MATCH * IN node_modules WITH PRODUCTS IN node_modules FROM fetch',
    'MATCH * IN src WITH PRODUCTS IN src FROM fetch',
    ...Array.from({ length: 6 }, (_, i) => `ALLOW no-${i}/*`),
    'CREATE dist/*',
    'DISALLOW *',
  ],
}

const tables = new ArtifactTables()
const fetched = ingested({}, sources, tables)
const built = ingested(sources, all, tables)
const links = new Map<string, Recorded>([
  ['fetch', fetched],
  ['build', built],
])
const floor = median(
  Array.from({ length: ROUNDS }, () =>
    cpu(() => {
      let sum = 0
      for (let rule = 0; rule < 10; rule++) for (const path of paths) sum += path.length
      if (sum === 0) throw new Error('no paths')
    }),
  ),
)
console.log(
  `Ten rules over ${COUNT.toLocaleString('en')} files of links that were read before; CPU ms, median of ${ROUNDS} (first)`,
)
console.log(`floor: looking at every name ten times${floor.toFixed(2).padStart(11)}`)
for (const [name, texts] of Object.entries(LISTS)) {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const rules = texts.map((text) => parseRule(text.split(' ')))
    return cpu(() => {
      const { trace } = applyRules({ rules, list: 'products', item: built, links })
      if (trace.failed || trace.leftoverCount > 0) throw new Error(`${name}: every file should be taken`)
    })
  })
  const typical = median(rounds)
  console.log(
    `${name.padEnd(36)}${typical.toFixed(1).padStart(12)} (${rounds[0]?.toFixed(1)})   ${(typical / floor).toFixed(1)}x the floor, aim below 10 ms`,
  )
}

const text = 'a'.repeat(4_096)
const HOSTILE = [
  `${'*a'.repeat(500)}b`,
  `${'a*'.repeat(500)}b`,
  `${'*?'.repeat(500)}b`,
  `${'*[a]'.repeat(500)}b`,
  `${'*'.repeat(2_000)}b`,
  `${'?'.repeat(4_000)}*b`,
  `*${'a'.repeat(2_000)}b*${'a'.repeat(2_000)}b`,
  `*${'[a-z]'.repeat(400)}[!a]*`,
]
console.log(`\nHostile patterns on a name of ${text.length} characters: CPU ms, aim below 50 ms each`)
for (const pattern of HOSTILE) {
  const spent = median(Array.from({ length: 5 }, () => cpu(() => compileGlob(pattern).matches(text))))
  console.log(`${`${pattern.slice(0, 30)}… (${pattern.length})`.padEnd(44)}${spent.toFixed(2).padStart(8)}`)
}
