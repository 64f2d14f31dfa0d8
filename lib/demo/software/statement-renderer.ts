import { signers } from '../signers.ts'
import { type DemoSoftware, type DemoStep, madeBy, under, written } from '../supply-chain.ts'

const { ciDocuments, documentsLead } = signers
const binary = 'bin/statement-renderer'

const sources: readonly string[] = [
  ...['main', 'render', 'layout', 'barcode', 'archive'].map((name) => `cmd/renderer/${name}.go`),
  ...['pdf', 'fonts', 'iban', 'totals', 'locale'].flatMap((name) => [
    `internal/${name}/${name}.go`,
    `internal/${name}/${name}_test.go`,
  ]),
  ...['monthly', 'yearly', 'tax'].map((name) => `templates/${name}.tmpl`),
  'go.mod',
  'go.sum',
]

const steps: readonly DemoStep[] = [
  {
    name: 'checkout',
    signers: [ciDocuments],
    command: ['git', 'clone', 'https://git.northbank.example/documents/statement-renderer.git', '.'],
    materials: ['DISALLOW *'],
    products: ['CREATE cmd/*', 'CREATE internal/*', 'CREATE templates/*', 'CREATE go.*', 'DISALLOW *'],
    work: (run) => ({ products: run.source }),
  },
  {
    name: 'build',
    signers: [ciDocuments],
    command: ['go', 'build', '-trimpath', '-o', 'bin/', './cmd/...'],
    materials: ['MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: [`CREATE ${binary}`, 'DISALLOW *'],
    work: (run) => ({ materials: run.source, products: written([binary], run.source) }),
  },
  {
    name: 'package',
    signers: [ciDocuments],
    command: ['nfpm', 'package', '--packager', 'deb', '--target', 'out/'],
    materials: [
      `MATCH ${binary} WITH PRODUCTS FROM build`,
      'MATCH templates/* WITH PRODUCTS FROM checkout',
      'DISALLOW *',
    ],
    products: ['CREATE out/*.deb', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...madeBy(run, 'build'), ...under(run.source, 'templates/') }
      return { materials, products: written(['out/statement-renderer_5.4_amd64.deb'], materials) }
    },
  },
]

/** Account statements as PDF, in DSSE envelopes. Its layout has run out and nobody has signed a new one. */
export const statementRenderer: DemoSoftware = {
  name: 'Statement Renderer',
  readme: 'Monthly, yearly and tax statements as PDF.',
  envelope: 'dsse',
  steps,
  owners: [documentsLead],
  expiresInDays: -3,
  sources,
  firstRun: 507,
  runs: 8,
  label: (run) => `statements ${run}`,
  faults: new Map(),
}
