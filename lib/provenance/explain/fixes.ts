import type { Report } from '#lib/in-toto/report.ts'
import type { ExplainContext } from '../explain-context.ts'
import type { Fix, Subject } from './subject.ts'
import { keyName, shellLine, shellWord, some } from './words.ts'

/** The line that records the step, with its real name and, where known, its real command and folders. */
export function recordLine(subject: Subject, name: string): string {
  const step = subject.inner.steps.find((one) => one.name === name)
  const found = step?.counted[0]
  const command = found !== undefined && found.command.length > 0 ? found.command : (step?.expectedCommand ?? [])
  const links = subject.context.links?.get(name)
  const materials = roots(links?.materials.keys())
  const products = roots(links?.products.keys())
  return [
    `in-toto-run --step-name ${shellWord(name)} --key PRIVATE-KEY`,
    materials.length > 0 ? ` --materials ${shellLine(materials)}` : '',
    products.length > 0 ? ` --products ${shellLine(products)}` : links === undefined ? ' --products FILES' : '',
    command.length > 0 ? ` -- ${shellLine(command)}` : ' -- COMMAND',
  ].join('')
}

/** Where the paths begin: `dist/a.js`, `dist/b.js` -> `dist`. At most six, else the whole folder. */
function roots(paths: Iterable<string> | undefined): string[] {
  const found = new Set<string>()
  for (const path of paths ?? []) {
    found.add(path.split('/')[0] ?? path)
    if (found.size > 6) return ['.']
  }
  return [...found]
}

export function rerun(subject: Subject, name: string, text: string): Fix {
  return {
    id: 'run-again',
    title: `Run ${name} again`,
    text,
    snippet: recordLine(subject, name),
    href: null,
  }
}

/** Bring in what is there but has not arrived. */
export function bringIn(text: string): Fix {
  return {
    id: 'bring-in',
    title: 'Bring it in',
    text,
    snippet: 'npm run -s waybill -- import DIRECTORY-WITH-THE-LINK',
    href: null,
  }
}

/** Whose roots count is not for evidence to say. */
export function trustRoots(text: string): Fix {
  const title = 'Say whose roots count'
  return { id: 'trust-domain', title, text, snippet: null, href: '/settings?tab=trust' }
}

/** The way out where the route itself is meant to change. */
export function changeLayout(subject: Subject, text: string): Fix | null {
  const { layout, software } = subject.context
  if (layout === null) return null
  const query = new URLSearchParams({ from: layout.versionId, software: software.slug })
  const at = subject.reason.path?.[0] ?? subject.reason.step ?? subject.reason.inspection
  if (at !== undefined) query.set('step', at)
  return {
    id: 'change-layout',
    title: 'It is expected: change the layout',
    text: `${text} The draft starts as a copy of ${layout.name} version ${layout.number}; it counts once every layout owner has signed it and it is put in force.`,
    snippet: null,
    href: `/layouts/new?${query}`,
  }
}

/** Reasons that come from the choice among the evidence of many runs, which a folder does not have. */
const BY_SELECTION: ReadonlySet<string> = new Set([
  'EVIDENCE_PENDING',
  'EVIDENCE_VANISHED',
  'STEP_UNBOUND',
  'REPLAYED',
  'RUN_TWICE',
  'MIXED_RUNS',
  'NOT_FINAL',
])

/** The exact inputs and the command that gives this verdict from them, with Waybill and with the reference verifier. */
export function reproduce(report: Report, { build, verifyOptions = [] }: ExplainContext): Fix {
  const { short } = build
  const more = `${certified(report)}${verifyOptions.map((word) => ` ${shellWord(word)}`).join('')}${report.profile === 'strict' ? '' : ' --profile reference'}`
  const selected = report.reasons.some((reason) => BY_SELECTION.has(reason.code))
  return {
    id: 'reproduce',
    title: 'See it for yourself',
    text: `Download the inputs of this verdict: the layout, the public keys of its owners and every link of the build as it was received. ${
      selected
        ? 'The command line takes the folder as one run in which everything belongs together; that evidence of other runs was passed over is not seen there.'
        : 'The first command gives this verdict again;'
    } reference.sh calls in-toto-verify on the same files.`,
    snippet: [
      `tar xzf ${shellWord(short)}-inputs.tar.gz && cd ${shellWord(short)}-inputs`,
      `waybill verify --layout root.layout --layout-keys keys/* --link-dir links --at ${report.at}${more}`,
      'sh reference.sh',
    ].join('\n'),
    href: `/api/v1/builds/${encodeURIComponent(short)}/inputs`,
  }
}

/** What certificates were judged with lies beside the links. */
function certified({ steps }: Report): string {
  const chains = steps.flatMap(({ counted }) => counted.flatMap(({ signer }) => signer.certificate ?? []))
  return chains.length === 0 ? '' : ' --time-proofs time-proofs.json --intermediates intermediates.pem'
}

/** Names of those who may sign a step. */
export function allowedSigners(subject: Subject): string {
  const keys = (subject.step?.allowedKeyids ?? []).map((keyid) => keyName(subject, keyid))
  const names = [...keys, ...(subject.step?.allowedCertificates ?? [])]
  return names.length === 0 ? 'nobody' : some(names, 4)
}
