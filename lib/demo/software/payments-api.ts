import { foreignMaterial, missingProduct, swapMaterial, tampered } from '../faults.ts'
import { signers } from '../signers.ts'
import { type DemoSoftware, type DemoStep, madeBy, under, written } from '../supply-chain.ts'

const { ciPayments, scanner, paymentsLead, securityOffice } = signers
const base = 'src/main/java/com/northbank/payments'
const jar = 'build/libs/payments-api.jar'

const sources: readonly string[] = [
  ...['Application', 'Configuration'].map((name) => `${base}/${name}.java`),
  ...['Instant', 'Sepa', 'Swift', 'StandingOrder', 'DirectDebit'].flatMap((name) => [
    `${base}/${name.toLowerCase()}/${name}Controller.java`,
    `${base}/${name.toLowerCase()}/${name}Service.java`,
    `${base}/${name.toLowerCase()}/${name}Repository.java`,
    `src/test/java/com/northbank/payments/${name.toLowerCase()}/${name}ServiceTest.java`,
  ]),
  ...['Iban', 'Money', 'Mandate', 'Limit', 'Idempotency'].map((name) => `${base}/model/${name}.java`),
  ...['V1__accounts', 'V2__payments', 'V3__mandates', 'V4__limits'].map((name) => `src/main/resources/db/${name}.sql`),
  'src/main/resources/application.yaml',
  'src/main/resources/openapi.yaml',
  'build.gradle.kts',
  'settings.gradle.kts',
  'gradle/libs.versions.toml',
  'gradle/verification-metadata.xml',
  'Dockerfile',
]

const steps: readonly DemoStep[] = [
  {
    name: 'checkout',
    signers: [ciPayments],
    command: ['git', 'clone', '--depth', '1', 'https://git.northbank.example/payments/payments-api.git', '.'],
    materials: ['DISALLOW *'],
    products: ['CREATE src/*', 'CREATE gradle/*', 'CREATE *.gradle.kts', 'CREATE Dockerfile', 'DISALLOW *'],
    work: (run) => ({ products: run.source }),
  },
  {
    name: 'build',
    signers: [ciPayments],
    command: ['./gradlew', '--offline', 'assemble'],
    materials: ['MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: [`REQUIRE ${jar}`, 'CREATE build/libs/*', 'DISALLOW *'],
    work: (run) => ({
      materials: run.source,
      products: written([jar, 'build/libs/payments-api-sources.jar', 'build/libs/payments-api.sbom.json'], run.source),
      stdout: 'BUILD SUCCESSFUL in 1m 42s\n14 actionable tasks: 14 executed\n',
    }),
  },
  {
    name: 'test',
    signers: [ciPayments],
    command: ['./gradlew', '--offline', 'check'],
    materials: ['MATCH build/libs/* WITH PRODUCTS FROM build', 'MATCH * WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: ['REQUIRE reports/summary.xml', 'CREATE reports/*', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...run.source, [jar]: madeBy(run, 'build')[jar] ?? '' }
      const reports = ['summary', 'InstantServiceTest', 'SepaServiceTest', 'SwiftServiceTest', 'DirectDebitServiceTest']
      return {
        materials,
        products: written(
          reports.map((name) => `reports/${name}.xml`),
          materials,
        ),
      }
    },
  },
  {
    name: 'scan',
    signers: [scanner],
    command: ['trivy', 'fs', '--exit-code', '1', '--severity', 'CRITICAL', '--output', 'scan.json', 'build/libs'],
    materials: ['MATCH build/libs/* WITH PRODUCTS FROM build', 'DISALLOW *'],
    products: ['CREATE scan.json', 'DISALLOW *'],
    work: (run) => ({ materials: madeBy(run, 'build'), products: written(['scan.json'], madeBy(run, 'build')) }),
  },
  {
    name: 'image',
    signers: [ciPayments],
    command: ['buildah', 'bud', '--output', 'image', '.'],
    materials: [`MATCH ${jar} WITH PRODUCTS FROM build`, 'MATCH Dockerfile WITH PRODUCTS FROM checkout', 'DISALLOW *'],
    products: ['CREATE image/*', 'DISALLOW *'],
    work: (run) => {
      const materials = { ...under(madeBy(run, 'build'), jar), ...under(run.source, 'Dockerfile') }
      return { materials, products: written(['image/index.json', 'image/payments-api.oci.tar'], materials) }
    },
  },
]

/** The bank's payment service, a container image: five steps, two owners. */
export const paymentsApi: DemoSoftware = {
  name: 'Payments API',
  readme: 'Instant, SEPA and SWIFT payments. The image may hold only what was built from the payments repository.',
  envelope: 'metablock',
  steps,
  owners: [securityOffice, paymentsLead],
  expiresInDays: 240,
  sources,
  firstRun: 1871,
  runs: 15,
  label: (run) => `payments-api #${run}`,
  faults: new Map([
    [0, swapMaterial('image', jar)],
    [5, tampered('scan')],
    [8, foreignMaterial('image', 'build/libs/debug-agent.jar')],
    [11, missingProduct('test', 'reports/summary.xml')],
  ]),
}
