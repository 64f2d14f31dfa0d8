import { late, replayed, signedBy } from '../faults.ts'
import { signers } from '../signers.ts'
import { type DemoSoftware, type DemoStep, madeBy, under, written } from '../supply-chain.ts'

const { ciLedger, changeManager, contractor, ledgerLead, securityOffice } = signers

const sources: readonly string[] = [
  ...['POSTING', 'INTEREST', 'ENDOFDAY', 'GLBRIDGE', 'RECONCIL', 'FEECALC', 'CURRENCY', 'ARCHIVE'].map(
    (name) => `cobol/${name}.cbl`,
  ),
  ...['ACCOUNT', 'JOURNAL', 'CUSTOMER', 'RATES', 'ERRCODES'].map((name) => `copybooks/${name}.cpy`),
  ...['NIGHTLY', 'MONTHEND', 'YEAREND'].map((name) => `jcl/${name}.jcl`),
  'reconcile/expected-balances.csv',
  'Makefile',
]
const modules = ['POSTING', 'INTEREST', 'ENDOFDAY', 'GLBRIDGE', 'RECONCIL', 'FEECALC', 'CURRENCY', 'ARCHIVE'].map(
  (name) => `load/${name}.so`,
)

const steps: readonly DemoStep[] = [
  {
    name: 'checkout',
    signers: [ciLedger],
    command: ['git', 'clone', 'https://git.northbank.example/core/ledger.git', '.'],
    materials: ['DISALLOW *'],
    products: [
      'CREATE cobol/*',
      'CREATE copybooks/*',
      'CREATE jcl/*',
      'CREATE reconcile/*',
      'CREATE Makefile',
      'DISALLOW *',
    ],
    work: (run) => ({ products: run.source }),
  },
  {
    name: 'compile',
    signers: [ciLedger],
    command: ['make', 'all'],
    materials: ['MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: ['CREATE load/*.so', 'DISALLOW *'],
    work: (run) => ({ materials: run.source, products: written(modules, run.source) }),
  },
  {
    name: 'reconcile',
    signers: [ciLedger],
    command: ['make', 'reconcile'],
    materials: [
      'MATCH load/* WITH PRODUCTS FROM compile',
      'MATCH reconcile/* WITH PRODUCTS FROM checkout',
      'DISALLOW *',
    ],
    products: ['CREATE reconcile/differences.csv', 'ALLOW reconcile/expected-balances.csv', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...madeBy(run, 'compile'), ...under(run.source, 'reconcile/') }
      return { materials, products: written(['reconcile/differences.csv'], materials) }
    },
  },
  {
    name: 'approve',
    signers: [changeManager],
    command: [],
    materials: ['MATCH load/* WITH PRODUCTS FROM compile', 'DISALLOW *'],
    products: ['DISALLOW *'],
    work: (run) => ({ materials: madeBy(run, 'compile') }),
  },
  {
    // bound to nothing: says that a ticket exists, not for which files
    name: 'change-ticket',
    signers: [changeManager],
    command: [],
    materials: ['DISALLOW *'],
    products: ['DISALLOW *'],
    work: (run) => ({ stdout: `CHG00${41_000 + run.number} approved by the change board\n` }),
  },
  {
    name: 'release',
    signers: [ciLedger],
    command: ['tar', '-cf', 'ledger-core.tar', 'load', 'jcl'],
    materials: ['MATCH load/* WITH PRODUCTS FROM compile', 'MATCH jcl/* WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: ['CREATE ledger-core.tar', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...madeBy(run, 'compile'), ...under(run.source, 'jcl/') }
      return { materials, products: written(['ledger-core.tar'], materials) }
    },
  },
]

/** The general ledger: a person approves exactly the modules that ship, and a change ticket has to exist. */
export const ledgerCore: DemoSoftware = {
  name: 'Ledger Core',
  readme: 'The general ledger. The change manager approves the compiled modules of every release.',
  envelope: 'metablock',
  steps,
  owners: [securityOffice, ledgerLead],
  expiresInDays: 75,
  sources,
  firstRun: 96,
  runs: 12,
  label: (run) => `ledger-release-${run}`,
  faults: new Map([
    [0, replayed('approve', 1)],
    [4, late('change-ticket')],
    [7, signedBy('approve', contractor)],
  ]),
}
