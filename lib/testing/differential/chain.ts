// Longer than most: one random supply chain, drawn from the top to the last file.
import { type JsonObject, type JsonValue, jsonObject, keyObject, sha256, toHex, utf8 } from '#lib/crypto/index.ts'
import { dsse, metablock } from '../authority/envelopes.ts'
import { makeKey, type TestKey } from '../authority/keys.ts'
import type { Random } from './random.ts'

/** What a layout and its links are before they are signed; tamperings change it. */
export interface Draft {
  layout: JsonObject
  readonly owner: TestKey
  layoutSigners: TestKey[]
  layoutKeys: Map<string, JsonObject>
  links: DraftLink[]
  params: Record<string, string> | null
  /** changes the layout's file after it was signed */
  layoutAfter: ((bytes: Uint8Array) => Uint8Array) | null
  /** envelopes of layout and links: the second kind only where in-toto knows it */
  dsse: boolean
}

export interface DraftLink {
  /** folder below links/, empty or `STEP.KEYID8/` */
  folder: string
  step: string
  /** whose keyid the file name carries */
  fileKeyid: string
  document: JsonObject
  signers: TestKey[]
  dsse: boolean
  /** changes the file after it was signed */
  after: ((bytes: Uint8Array) => Uint8Array) | null
}

export type Keys = readonly TestKey[]

/** Keys for many chains: making RSA keys takes longer than judging a chain. */
export function makeKeys(): Keys {
  return [
    makeKey('a'),
    makeKey('b'),
    makeKey('c'),
    makeKey('d', 'rsa'),
    makeKey('e', 'ecdsa-p256'),
    makeKey('f', 'ecdsa-p384'),
    makeKey('g', 'rsa'),
  ]
}

const NAMES = [
  'src/main.c',
  'src/util.c',
  'README.md',
  'dist/app',
  'dist/lib.so',
  'app.tgz',
  '.hidden',
  'with blank.txt',
  'naïve.txt',
  'e\u0301.txt',
  '😀/\uFFFD',
  '[x].txt',
  'a*b',
  '__proto__',
  'constructor',
  'line\nbreak',
  'quote"back',
] as const
const ODD = ['./rel', 'x/../evil', 'back\\slash', 'dist//double', 'dir/', '/abs'] as const
const PATTERNS = [
  '*',
  'src/*',
  'dist/*',
  '*.c',
  '*.txt',
  '?hidden',
  '[!.]*',
  '[^s]*',
  '*/*',
  'app.tgz',
  '[[]x].txt',
  'a*b',
  'nothing',
  '**',
  '[c-a]',
  '[',
  'README.*',
] as const

type Files = Map<string, JsonObject>

function digest(random: Random, content: string): JsonObject {
  const hex = toHex(sha256(utf8(content)))
  const odd = random.below(100)
  if (odd === 0) return new Map()
  if (odd === 1) return jsonObject({ md5: hex.slice(0, 32) })
  if (odd === 2) return jsonObject({ sha256: hex.toUpperCase() })
  if (odd === 3) return jsonObject({ sha512: hex + hex, sha256: hex })
  return jsonObject({ sha256: hex })
}

/** A random chain that mostly hangs together: later steps take what earlier ones made, and rules mostly say so. */
export function makeDraft(random: Random, keys: Keys, allowDsse: boolean): Draft {
  const owner = random.pick(keys)
  const links: DraftLink[] = []
  const dsseLayout = allowDsse && random.chance(0.6)
  const layout = makeLayout(random, keys, links, '', allowDsse, random.chance(0.2) ? 1 : 0)
  const draft: Draft = {
    layout,
    owner,
    layoutSigners: [owner],
    layoutKeys: new Map([[owner.keyid, keyObject(owner.key, 'legacy')]]),
    links,
    params: null,
    layoutAfter: null,
    dsse: dsseLayout,
  }
  if (random.chance(0.12)) addParameters(random, draft)
  return draft
}

function makeLayout(
  random: Random,
  keys: Keys,
  links: DraftLink[],
  folder: string,
  allowDsse: boolean,
  depth: number,
): JsonObject {
  const count = 1 + random.below(4)
  let files: Files = new Map()
  const names: string[] = []
  const steps: JsonValue[] = []
  const used = new Map<string, TestKey>()
  for (let i = 0; i < count; i++) {
    const name = `step${i}`
    const materials = new Map(random.some([...files], 0.8))
    const products = makeProducts(random, materials)
    const pubkeys = random.some(keys, 0.4)
    if (pubkeys.length === 0) pubkeys.push(random.pick(keys))
    for (const key of pubkeys) used.set(key.keyid, key)
    const threshold = random.chance(0.8)
      ? 1
      : Math.min(2 + random.below(2), pubkeys.length + (random.chance(0.1) ? 1 : 0))
    const command = random.pick([[], ['make'], ['vi', 'main.c']] as const)
    const sub = depth > 0 && random.chance(0.5)
    for (const signer of signersOf(random, pubkeys, threshold)) {
      const asDsse = allowDsse && random.chance(0.5)
      const link = { folder, step: name, fileKeyid: signer.keyid, signers: [signer], dsse: asDsse, after: null }
      const inner = `${folder}${name}.${signer.keyid.slice(0, 8)}/`
      const document = sub
        ? makeLayout(random, keys, links, inner, allowDsse, depth - 1)
        : linkDocument(name, materials, products, command, random)
      links.push({ ...link, document })
    }
    steps.push(stepObject(random, name, pubkeys, threshold, command, names, materials.size > 0))
    names.push(name)
    files = new Map([...files, ...products])
  }
  return jsonObject({
    _type: 'layout',
    expires: '2040-01-01T00:00:00Z',
    inspect: random.chance(0.1) ? [inspection(random)] : [],
    keys: new Map(Array.from(used, ([keyid, key]) => [keyid, keyObject(key.key, 'legacy')])),
    readme: random.pick(['', 'x', 'two\nlines "quoted" \\ \u0001 😀']),
    steps,
  })
}

function signersOf(random: Random, pubkeys: readonly TestKey[], threshold: number): TestKey[] {
  const signers = pubkeys.slice(0, threshold)
  return random.chance(0.2) ? pubkeys.slice() : signers
}

function makeProducts(random: Random, materials: Files): Files {
  const products: Files = new Map(random.some([...materials], 0.7))
  for (const name of random.some(NAMES, 0.15)) products.set(name, digest(random, `${name}${random.below(3)}`))
  if (random.chance(0.03)) products.set(random.pick(ODD), digest(random, 'odd'))
  return products
}

function linkDocument(
  name: string,
  materials: Files,
  products: Files,
  command: readonly string[],
  random: Random,
): JsonObject {
  return jsonObject({
    _type: 'link',
    byproducts: jsonObject({
      'return-value': random.chance(0.9) ? 0n : 1n,
      stderr: '',
      stdout: random.pick(['', 'a\nb\tc']),
    }),
    command: random.chance(0.9) ? [...command] : ['other'],
    environment: jsonObject({}),
    materials: new Map(materials),
    name,
    products: new Map(products),
  })
}

function stepObject(
  random: Random,
  name: string,
  pubkeys: readonly TestKey[],
  threshold: number,
  command: readonly string[],
  before: readonly string[],
  takes: boolean,
): JsonObject {
  return jsonObject({
    _type: 'step',
    expected_command: [...command],
    expected_materials: rules(random, before, takes ? 'materials' : 'none'),
    expected_products: rules(random, before, 'products'),
    name,
    pubkeys: pubkeys.map(({ keyid }) => keyid),
    threshold: BigInt(threshold),
  })
}

function inspection(random: Random): JsonObject {
  return jsonObject({
    _type: 'inspection',
    expected_materials: rules(random, ['step0'], 'products').slice(0, 1),
    expected_products: [
      ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'step0'],
      ['ALLOW', '*'],
    ],
    name: 'inspect',
    run: [random.chance(0.8) ? 'true' : 'false'],
  })
}

/** Half of the lists are what a careful author writes; the others are anything at all. */
function rules(random: Random, before: readonly string[], kind: 'materials' | 'products' | 'none'): string[][] {
  if (random.chance(0.55)) {
    const matches = before.toReversed().map((step) => ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', step])
    const rest =
      kind === 'products'
        ? [
            ['CREATE', '*'],
            ['MODIFY', '*'],
            ['ALLOW', '*.txt'],
          ]
        : []
    return [
      ...matches,
      ...rest,
      [random.pick(['DISALLOW', 'disallow']), random.chance(0.7) ? '*' : random.pick(PATTERNS)],
    ]
  }
  return Array.from({ length: random.below(5) }, () => anyRule(random, before))
}

function anyRule(random: Random, before: readonly string[]): string[] {
  const keyword = random.pick([
    'CREATE',
    'DELETE',
    'MODIFY',
    'ALLOW',
    'Allow',
    'DISALLOW',
    'REQUIRE',
    'MATCH',
    'MATCH',
    'MATCH',
  ])
  if (keyword === 'REQUIRE') return [keyword, random.pick(NAMES)]
  if (keyword !== 'MATCH') return [keyword, random.pick(PATTERNS)]
  const source = random.chance(0.3) ? ['IN', random.pick(['src', 'dist/', '', 'dist', 'back\\slash'])] : []
  const destination = random.chance(0.3) ? ['in', random.pick(['src', 'dist/', '', '/abs'])] : []
  const from =
    random.chance(0.9) && before.length > 0
      ? random.pick(before)
      : random.pick(['step0', 'step1', 'nowhere', 'inspect'])
  return [
    'MATCH',
    random.pick(PATTERNS),
    ...source,
    'WITH',
    random.pick(['PRODUCTS', 'materials', 'Products']),
    ...destination,
    'FROM',
    from,
  ]
}

function addParameters(random: Random, draft: Draft): void {
  const step = firstStep(draft.layout)
  const list = step?.get('expected_products')
  if (!Array.isArray(list)) return
  list.unshift(['ALLOW', random.pick(['{name}', '{name}.txt', '{{name}}', '{other}', '{name', 'x{name}y{dir}'])])
  draft.params = random.pick<Record<string, string>>([
    { name: 'app.tgz', dir: 'dist' },
    { name: '{dir}' },
    {},
    { name: 'a', bad$: 'b' },
  ])
}

export function stepsOf(layout: JsonObject): JsonObject[] {
  const steps = layout.get('steps')
  return Array.isArray(steps) ? steps.filter((step) => step instanceof Map) : []
}

function firstStep(layout: JsonObject): JsonObject | undefined {
  return stepsOf(layout)[0]
}

/** Signs everything and gives the files of the case, by path. */
export function render(draft: Draft): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const layout = wrap(draft.layout, draft.layoutSigners, draft.dsse)
  files.set('root.layout', draft.layoutAfter === null ? layout : draft.layoutAfter(layout))
  const keys = Object.fromEntries([...draft.layoutKeys].map(([keyid, key]) => [keyid, plain(key)]))
  files.set('layout-keys.json', utf8(JSON.stringify(keys)))
  if (draft.params !== null) files.set('params.json', utf8(JSON.stringify(draft.params)))
  files.set('final/app.tgz', utf8('final'))
  for (const { folder, step, fileKeyid, document, signers, dsse: asDsse, after } of draft.links) {
    const bytes = wrap(document, signers, asDsse)
    files.set(`links/${folder}${step}.${fileKeyid.slice(0, 8)}.link`, after === null ? bytes : after(bytes))
  }
  return files
}

function wrap(document: JsonObject, signers: readonly TestKey[], asDsse: boolean): Uint8Array {
  return asDsse ? dsse(document, signers) : metablock(document, signers)
}

function plain(value: JsonValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]))
  if (Array.isArray(value)) return value.map(plain)
  return typeof value === 'bigint' ? Number(value) : value
}
