import { brokenUpload, extraProduct, failed, missingLink, otherCommand } from '../faults.ts'
import { signers } from '../signers.ts'
import { type DemoSoftware, type DemoStep, madeBy, under, written } from '../supply-chain.ts'

const { ciMobile, mobileLead } = signers
const bundle = [
  'bundle/index.android.bundle',
  'bundle/assets/logo.webp',
  'bundle/assets/fonts/inter.ttf',
  'bundle/manifest.json',
]

const sources: readonly string[] = [
  ...['Accounts', 'Cards', 'Transfer', 'SignIn', 'Biometrics', 'Statements', 'Settings', 'Support'].flatMap((name) => [
    `src/screens/${name}.tsx`,
    `src/screens/${name}.test.tsx`,
  ]),
  ...['api', 'session', 'pinning', 'storage', 'telemetry', 'i18n'].map((name) => `src/lib/${name}.ts`),
  ...['en', 'de', 'cs', 'fr', 'it', 'pl'].map((name) => `src/messages/${name}.json`),
  ...['app/build.gradle', 'app/src/main/AndroidManifest.xml', 'gradle.properties', 'settings.gradle'].map(
    (name) => `android/${name}`,
  ),
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'babel.config.js',
  'metro.config.js',
]

const steps: readonly DemoStep[] = [
  {
    name: 'checkout',
    signers: [ciMobile],
    command: ['git', 'clone', 'https://git.northbank.example/mobile/banking.git', '.'],
    materials: ['DISALLOW *'],
    products: ['CREATE src/*', 'CREATE android/*', 'CREATE *.json', 'CREATE *.config.js', 'DISALLOW *'],
    work: (run) => ({ products: run.source }),
  },
  {
    name: 'lint',
    signers: [ciMobile],
    command: ['npm', 'run', 'lint'],
    materials: ['MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: ['CREATE reports/lint.json', 'DISALLOW *'],
    work: (run) => ({ materials: run.source, products: written(['reports/lint.json'], run.source) }),
  },
  {
    name: 'bundle',
    signers: [ciMobile],
    command: ['npx', 'react-native', 'bundle', '--platform', 'android', '--dev', 'false'],
    materials: ['MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: [
      'CREATE bundle/index.android.bundle',
      'CREATE bundle/manifest.json',
      'CREATE bundle/assets/*',
      'DISALLOW *',
    ],
    work: (run) => ({ materials: run.source, products: written(bundle, run.source) }),
  },
  {
    name: 'package',
    signers: [ciMobile],
    command: ['./gradlew', ':app:bundleRelease'],
    materials: [
      'MATCH bundle/* WITH PRODUCTS FROM bundle',
      'MATCH android/* WITH PRODUCTS FROM checkout',
      'DISALLOW *',
    ],
    products: ['CREATE out/banking.aab', 'CREATE out/mapping.txt', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...madeBy(run, 'bundle'), ...under(run.source, 'android/') }
      return { materials, products: written(['out/banking.aab', 'out/mapping.txt'], materials) }
    },
  },
]

const lintOutput =
  'src/lib/telemetry.ts\n  41:7  error  Unexpected console statement  no-console\n\n1 problem (1 error)\n'

/** The bank's Android app: four steps, one owner. */
export const mobileBanking: DemoSoftware = {
  name: 'Mobile Banking',
  readme: 'The Android app. Nothing but the bundled screens and their assets may be packaged.',
  envelope: 'metablock',
  steps,
  owners: [mobileLead],
  expiresInDays: 21,
  sources,
  firstRun: 4410,
  runs: 14,
  label: (run) => `mobile-release ${run}`,
  // in-toto asks no step for its exit status; the gate's policy does, so the two disagree about the newest run
  verifications: [
    { run: 1, file: 'out/banking.aab', result: 'PASSED', policy: 'https://policy.northbank.example/mobile-release/7' },
    { run: 0, file: 'out/banking.aab', result: 'FAILED', policy: 'https://policy.northbank.example/mobile-release/7' },
  ],
  faults: new Map([
    [0, failed('lint', 1, lintOutput)],
    [2, extraProduct('bundle', 'bundle/debug-bridge.js', 'a remote debugger')],
    [4, brokenUpload('package')],
    [6, otherCommand('bundle', ['npx', 'react-native', 'bundle', '--platform', 'android', '--dev', 'true'])],
    [9, missingLink('lint')],
  ]),
}
