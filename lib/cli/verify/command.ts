import { parseX509Pem } from '#lib/crypto/index.ts'
import { sha256Hex, verifyCertificate } from '#lib/crypto/node/index.ts'
import {
  type Document,
  type Report,
  readDocument,
  type StepForms,
  type TimeProof,
  timestampProofs,
  verifyLayout,
} from '#lib/in-toto/index.ts'
import { parseArguments, USAGE, UsageError, type VerifyArguments } from './arguments.ts'
import {
  isFolder,
  type ReadTimestamps,
  readCertificateFile,
  readFunctionaries,
  readLayoutKeys,
  readLinkDir,
  readNamedFile,
  readParameters,
  readRevokedKeys,
  readTimeProofs,
  readTrustBundles,
  stepNames,
} from './read-inputs.ts'
import { reportText } from './report-text.ts'
import { inspectionRunner } from './run-inspection.ts'
import { verifyNodeSignature } from './verify-node-signature.ts'

const EXIT = { allow: 0, deny: 1, 'cannot-tell': 2 } as const
const EXIT_USAGE = 64

/** `waybill verify`: prints the report, returns the exit code. Needs no server and no database. */
export async function verifyCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  try {
    const given = parseArguments(argv, Date.now())
    const report = verifyFolder(given)
    const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
    process.stdout.write(given.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report, colour))
    return EXIT[report.verdict]
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\nRun "waybill verify --help" for how to use it.\n`)
    return EXIT_USAGE
  }
}

/** A folder is one delivery in which all is fresh: the answer is the one that in-toto's own verifier is asked for. */
export function verifyFolder(given: VerifyArguments): Report {
  const bytes = readNamedFile(given.layout, 'layout')
  const layout = readDocument(given.layout, bytes, sha256Hex(bytes))
  const forms = formsOf(given, layout)
  const proofs = given.timeProofs === null ? new Map<string, TimeProof[]>() : readTimeProofs(given.timeProofs)
  const timestamps = timestampReader(given)
  return verifyLayout({
    layout,
    ...readLayoutKeys(given.layoutKeys),
    links: readLinkDir(given.linkDir, layout, {
      proofs,
      timestamps,
      forms,
    }),
    forms,
    layoutProofs: [...(proofs.get(layout.sha256) ?? []), ...('envelope' in layout ? timestamps(layout.envelope) : [])],
    revokedKeys: given.revokedKeys ? readRevokedKeys(given.revokedKeys) : [],
    functionaries: given.functionaries ? readFunctionaries(given.functionaries) : [],
    at: given.at,
    parameters: given.params === null ? null : readParameters(given.params),
    certificates: {
      verifyCertificate,
      intermediates: given.intermediates.map(readCertificateFile),
      bundles: given.trustBundles === null ? [] : readTrustBundles(given.trustBundles),
    },
    runInspection: given.runInspections === null ? null : inspectionRunner(productFolder(given.runInspections)),
    profile: given.profile,
    verifySignature: verifyNodeSignature,
    sha256Hex,
  })
}

/** What the tokens in a document's signatures prove. */
function timestampReader({ timestampRoots = [], intermediates, at }: VerifyArguments): ReadTimestamps {
  if (timestampRoots.length === 0) return () => []
  const certificates = (paths: readonly string[]) => paths.flatMap((path) => parseX509Pem(readCertificateFile(path)))
  const trust = {
    roots: certificates(timestampRoots),
    intermediates: certificates(intermediates),
    verify: verifyCertificate,
  }
  return (envelope) => timestampProofs(envelope, trust, at)
}

/** A form for a step that the layout does not have is a mistyped name. */
function formsOf({ forms = new Map() }: VerifyArguments, layout: Document): StepForms {
  const names = stepNames(layout)
  for (const step of forms.keys()) {
    const [outer = ''] = step.split('/')
    if (names.length > 0 && !names.includes(outer))
      throw new UsageError(`--form: the layout has no step ${JSON.stringify(outer)}.`)
  }
  return forms
}

function productFolder(dir: string): string {
  if (isFolder(dir)) return dir
  throw new UsageError(`The product folder ${dir} (--run-inspections) cannot be read: there is no such folder.`)
}
