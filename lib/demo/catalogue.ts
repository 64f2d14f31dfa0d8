import type { TestKeyKind } from '#lib/testing/authority/keys.ts'

/** What goes wrong in a run of the demo. Each is a class of failure that the engine tells apart. */
export type Fault =
  | 'digest-changed'
  | 'file-not-made'
  | 'file-not-allowed'
  | 'required-missing'
  | 'threshold'
  | 'signers-disagree'
  | 'signature-invalid'
  | 'signer-not-allowed'
  | 'link-missing'
  | 'approval-replayed'
  | 'command-failed'

export interface DemoStep {
  readonly name: string
  readonly command: readonly string[]
  /** names of the functionaries whose keys may sign */
  readonly signers: readonly string[]
  readonly threshold: number
  readonly materials: readonly string[]
  readonly products: readonly string[]
}

export interface DemoSoftware {
  readonly name: string
  readonly steps: readonly DemoStep[]
  /** files that `clone` brings */
  readonly sources: readonly string[]
  /** files that `build` makes */
  readonly outputs: readonly string[]
  /** the final file; `{n}` is the run's number */
  readonly artifact: string
  /** days from loading until the layout expires, negative: expired by then; null: no layout in force */
  readonly expiresInDays: number | null
  /** days before loading on which a run arrives, oldest first */
  readonly runs: readonly { readonly daysAgo: number; readonly fault?: Fault }[]
}

export const functionaries: Readonly<Record<string, TestKeyKind>> = {
  'version-control': 'ed25519',
  'ci-build': 'ecdsa-p256',
  'ci-test': 'ed25519',
  'ci-package': 'ecdsa-p256',
  'reviewer Amara Okafor': 'ed25519',
  'reviewer Jonas Weber': 'ecdsa-p384',
  'reviewer Li Na': 'rsa',
  'release manager Sofia Haddad': 'ed25519',
}

const clone: DemoStep = {
  name: 'clone',
  command: ['git', 'clone', '--depth', '1'],
  signers: ['version-control'],
  threshold: 1,
  materials: ['DISALLOW *'],
  products: ['CREATE *', 'DISALLOW *'],
}

const build: DemoStep = {
  name: 'build',
  command: ['npm', 'run', 'build'],
  signers: ['ci-build'],
  threshold: 1,
  materials: ['MATCH * WITH PRODUCTS FROM clone', 'DISALLOW *'],
  products: ['CREATE dist/*', 'DISALLOW *'],
}

const test: DemoStep = {
  name: 'test',
  command: ['npm', 'test'],
  signers: ['ci-test'],
  threshold: 1,
  materials: ['MATCH dist/* WITH PRODUCTS FROM build', 'DISALLOW *'],
  products: ['CREATE reports/junit.xml', 'DISALLOW *'],
}

const review: DemoStep = {
  name: 'review',
  command: [],
  signers: ['reviewer Amara Okafor', 'reviewer Jonas Weber', 'reviewer Li Na'],
  threshold: 2,
  materials: ['MATCH * WITH PRODUCTS FROM clone', 'DISALLOW *'],
  products: ['MATCH * WITH PRODUCTS FROM clone', 'DISALLOW *'],
}

const approve: DemoStep = {
  name: 'approve',
  command: [],
  signers: ['release manager Sofia Haddad'],
  threshold: 1,
  materials: ['DISALLOW *'],
  products: ['DISALLOW *'],
}

function pack(artifact: string, extra: readonly string[] = []): DemoStep {
  return {
    name: 'package',
    command: ['tar', 'czf', artifact, 'dist'],
    signers: ['ci-package'],
    threshold: 1,
    materials: [
      'MATCH dist/* WITH PRODUCTS FROM build',
      'MATCH reports/junit.xml WITH PRODUCTS FROM test',
      'DISALLOW *',
    ],
    products: [...extra, `CREATE ${artifact}`, 'DISALLOW *'],
  }
}

function weekdays(from: number, to: number, faults: Readonly<Record<number, Fault>> = {}) {
  const days = Array.from({ length: from - to + 1 }, (_, index) => from - index)
  return days
    .filter((day) => day % 7 < 5 && (day % 2 === 0 || day in faults))
    .map((daysAgo) => ({ daysAgo, ...(faults[daysAgo] === undefined ? {} : { fault: faults[daysAgo] }) }))
}

function tree(folder: string, names: readonly string[], ending: string): string[] {
  return names.map((name) => `${folder}/${name}.${ending}`)
}

/** Six pieces of software of a custodian bank, with every class of failure among their runs. */
export const catalogue: readonly DemoSoftware[] = [
  {
    name: 'Payments core',
    steps: [clone, build, test, pack('payments-core-*.tgz')],
    sources: [
      'package.json',
      'package-lock.json',
      ...tree('src', ['server', 'iso20022', 'ledger', 'fx', 'limits', 'sanctions', 'routes', 'audit', 'retry'], 'ts'),
      ...tree('src/swift', ['mt103', 'mt202', 'pacs008', 'camt053'], 'ts'),
    ],
    outputs: tree(
      'dist',
      ['server', 'iso20022', 'ledger', 'fx', 'limits', 'sanctions', 'routes', 'audit'],
      'js',
    ).concat(['dist/manifest.json']),
    artifact: 'payments-core-2.{n}.tgz',
    expiresInDays: 71,
    runs: weekdays(29, 0, { 9: 'file-not-made', 0: 'digest-changed' }),
  },
  {
    name: 'Ledger worker',
    steps: [clone, review, build, test, pack('ledger-worker-*.tgz')],
    sources: ['pom.xml', ...tree('src/main', ['Posting', 'Journal', 'Balance', 'Cutoff', 'Reversal', 'Batch'], 'java')],
    outputs: ['dist/ledger-worker.jar', 'dist/ledger-worker.jar.sha256', 'dist/classes.idx'],
    artifact: 'ledger-worker-5.{n}.tgz',
    expiresInDays: 24,
    runs: weekdays(28, 1, { 15: 'signers-disagree', 1: 'threshold' }),
  },
  {
    name: 'Mobile app',
    steps: [clone, build, test, pack('mobile-app-*.tgz', ['REQUIRE sbom.cdx.json', 'CREATE sbom.cdx.json'])],
    sources: ['app.json', 'yarn.lock', ...tree('app', ['Login', 'Portfolio', 'Transfer', 'Alerts', 'Settings'], 'tsx')],
    outputs: ['dist/index.bundle', 'dist/index.bundle.map', 'dist/assets.bin'],
    artifact: 'mobile-app-11.{n}.tgz',
    expiresInDays: 190,
    runs: weekdays(27, 0, { 22: 'file-not-allowed', 8: 'required-missing', 2: 'command-failed' }),
  },
  {
    name: 'FX gateway',
    steps: [clone, build, test, pack('fx-gateway-*.tgz')],
    sources: ['go.mod', 'go.sum', ...tree('cmd', ['gateway', 'quotes', 'fix', 'session'], 'go')],
    outputs: ['dist/fx-gateway', 'dist/fx-gateway.dbg'],
    artifact: 'fx-gateway-1.{n}.tgz',
    expiresInDays: -2,
    runs: weekdays(26, 3),
  },
  {
    name: 'Statements archive',
    steps: [clone, build, test, approve, pack('statements-archive-*.tgz')],
    sources: ['requirements.txt', ...tree('archive', ['store', 'index', 'retention', 'worm', 'export'], 'py')],
    outputs: ['dist/statements_archive.whl', 'dist/RECORD'],
    artifact: 'statements-archive-3.{n}.tgz',
    expiresInDays: 130,
    runs: weekdays(28, 1, {
      23: 'signature-invalid',
      16: 'signer-not-allowed',
      9: 'link-missing',
      1: 'approval-replayed',
    }),
  },
  {
    name: 'Branch terminal',
    steps: [clone, build, test, pack('branch-terminal-*.tgz')],
    sources: ['terminal.csproj', ...tree('Terminal', ['Program', 'Cash', 'Cheque', 'Printer'], 'cs')],
    outputs: ['dist/terminal.exe', 'dist/terminal.dll'],
    artifact: 'branch-terminal-7.{n}.tgz',
    expiresInDays: null,
    runs: weekdays(20, 5),
  },
]
