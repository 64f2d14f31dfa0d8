import { disagreement, missingSigner } from '../faults.ts'
import { signers } from '../signers.ts'
import { type DemoSoftware, type DemoStep, madeBy, under, written } from '../supply-chain.ts'

const { ciData, reviewerOne, reviewerTwo, reviewerThree, dataLead, securityOffice } = signers
const model = 'model/fraud.onnx'

const sources: readonly string[] = [
  ...['amount', 'merchant', 'velocity', 'device', 'geography', 'graph'].flatMap((name) => [
    `features/${name}.py`,
    `tests/test_${name}.py`,
  ]),
  ...['train', 'evaluate', 'export', 'thresholds'].map((name) => `pipeline/${name}.py`),
  'pipeline/params.yaml',
  'pyproject.toml',
  'requirements.lock',
]

const reviewedFiles = (run: Parameters<DemoStep['work']>[0]) => ({
  ...under(madeBy(run, 'train'), 'model/'),
  ...madeBy(run, 'evaluate'),
})

const steps: readonly DemoStep[] = [
  {
    name: 'checkout',
    signers: [ciData],
    command: ['git', 'clone', 'https://git.northbank.example/risk/fraud-scoring.git', '.'],
    materials: ['DISALLOW *'],
    products: [
      'CREATE features/*',
      'CREATE tests/*',
      'CREATE pipeline/*',
      'CREATE *.toml',
      'CREATE *.lock',
      'DISALLOW *',
    ],
    work: (run) => ({ products: run.source }),
  },
  {
    name: 'train',
    signers: [ciData],
    command: ['python', '-m', 'pipeline.train', '--params', 'pipeline/params.yaml'],
    materials: ['MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: [`REQUIRE ${model}`, 'CREATE model/*', 'DISALLOW *'],
    work: (run) => ({
      materials: run.source,
      products: written([model, 'model/features.json', 'model/training-log.csv'], run.source),
      stdout: 'epoch 40/40 auc=0.9713\n',
    }),
  },
  {
    name: 'evaluate',
    signers: [ciData],
    command: ['python', '-m', 'pipeline.evaluate'],
    materials: ['MATCH model/* WITH PRODUCTS FROM train', 'MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: ['CREATE evaluation/*', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...run.source, ...madeBy(run, 'train') }
      return { materials, products: written(['evaluation/metrics.json', 'evaluation/bias-report.html'], materials) }
    },
  },
  {
    name: 'review',
    signers: [reviewerOne, reviewerTwo, reviewerThree],
    threshold: 2,
    command: [],
    materials: [
      'MATCH model/* WITH PRODUCTS FROM train',
      'MATCH evaluation/* WITH PRODUCTS FROM evaluate',
      'DISALLOW *',
    ],
    products: ['DISALLOW *'],
    work: (run) => ({ materials: reviewedFiles(run) }),
  },
  {
    name: 'package',
    signers: [ciData],
    command: ['python', '-m', 'build', '--wheel'],
    materials: [
      'MATCH model/* WITH PRODUCTS FROM train',
      'MATCH pyproject.toml WITH PRODUCTS FROM checkout',
      'DISALLOW *',
    ],
    products: ['CREATE dist/*.whl', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...madeBy(run, 'train'), ...under(run.source, 'pyproject.toml') }
      return { materials, products: written(['dist/fraud_scoring-3.2-py3-none-any.whl'], materials) }
    },
  },
]

/** A model under model-risk rules: two of three reviewers must have looked at exactly the model that ships. */
export const fraudScoring: DemoSoftware = {
  name: 'Fraud Scoring',
  readme: 'Card fraud model. Two of the three model-risk reviewers sign for the model and its evaluation.',
  envelope: 'metablock',
  steps,
  owners: [securityOffice, dataLead],
  expiresInDays: 130,
  sources,
  firstRun: 212,
  runs: 11,
  label: (run) => `fraud-scoring/${run}`,
  faults: new Map([
    [0, missingSigner('review', reviewerThree)],
    [2, (links, run) => missingSigner('review', reviewerTwo)(missingSigner('review', reviewerThree)(links, run), run)],
    [5, disagreement('review', reviewerTwo, model)],
  ]),
}
