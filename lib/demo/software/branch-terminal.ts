import { signers } from '../signers.ts'
import { type DemoSoftware, type DemoStep, madeBy, written } from '../supply-chain.ts'

const { ciBranch } = signers

const sources: readonly string[] = [
  ...['counter', 'cash', 'cards', 'passport-scan', 'printer', 'queue'].flatMap((name) => [
    `src/${name}.cpp`,
    `src/${name}.h`,
  ]),
  ...['login', 'teller', 'vault'].map((name) => `ui/${name}.qml`),
  'CMakeLists.txt',
  'conanfile.txt',
]

const steps: readonly DemoStep[] = [
  {
    name: 'build',
    signers: [ciBranch],
    command: ['cmake', '--build', 'build', '--config', 'Release'],
    materials: ['ALLOW *'],
    products: ['CREATE build/*', 'DISALLOW *'],
    work: (run) => ({
      materials: run.source,
      products: written(['build/branch-terminal.exe', 'build/branch-terminal.pdb'], run.source),
    }),
  },
  {
    name: 'installer',
    signers: [ciBranch],
    command: ['wix', 'build', '-o', 'branch-terminal.msi', 'installer.wxs'],
    materials: ['MATCH build/* WITH PRODUCTS FROM build', 'DISALLOW *'],
    products: ['CREATE branch-terminal.msi', 'DISALLOW *'],
    work: (run) => ({
      materials: madeBy(run, 'build'),
      products: written(['branch-terminal.msi'], madeBy(run, 'build')),
    }),
  },
]

/** The software of the counters: its pipeline sends links, but nobody has written a layout yet. */
export const branchTerminal: DemoSoftware = {
  name: 'Branch Terminal',
  readme: '',
  envelope: 'metablock',
  steps,
  owners: [],
  expiresInDays: 0,
  sources,
  firstRun: 33,
  runs: 9,
  label: (run) => `branch-terminal.${run}`,
  faults: new Map(),
}
