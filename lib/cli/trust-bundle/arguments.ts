import { parseArgs } from 'node:util'
import { UsageError } from '../import/arguments.ts'

export interface TrustBundleArguments {
  readonly act: 'list' | 'add' | 'end' | 'compromised' | 'restore'
  /** null for list */
  readonly trustDomain: string | null
  /** add: the file; end, compromised, restore: sha256 of a root, or its beginning */
  readonly what: string | null
  readonly reason: string
  /** since when it holds; null: from now on */
  readonly at: string | null
  /** roots that a bundle may end */
  readonly ending: readonly string[]
  readonly url: string | null
  readonly token: string | null
  readonly json: boolean
}

export const USAGE = `waybill trust-bundle: whose roots speak for which SPIFFE trust domain

  waybill trust-bundle list
  waybill trust-bundle add TRUST-DOMAIN FILE --reason TEXT [--from TIME] [--ending SHA256...]
                 FILE is a SPIFFE bundle (spire-server bundle show -format spiffe), which is the whole of the domain
                 from then on, or root certificates in PEM, which are added to what is there
  waybill trust-bundle end TRUST-DOMAIN ROOT --reason TEXT [--from TIME]
                 the root ROOT (its SHA-256, or how that begins) is in force no more
  waybill trust-bundle compromised TRUST-DOMAIN ROOT --reason TEXT [--from TIME]
                 somebody else may have its key since then
  waybill trust-bundle restore TRUST-DOMAIN ROOT --reason TEXT
                 both were a mistake

  --reason TEXT      why, and how you know: it stays in the audit log
  --from TIME        since when that is so, such as 2026-11-22T23:00:00Z (default: from now on); evidence is judged by the
                     roots that were in force when it was signed
  --ending SHA256    a root in force that may end because the bundle leaves it out; repeat it for several
  --url URL          another server; needs --token (or WAYBILL_TOKEN), which may list only
  --json             print the answer as JSON

  Everything that relied on these roots is judged again.

  exit 0 done   2 the server could not be reached or refused   64 wrong usage`

const acts = ['list', 'add', 'end', 'compromised', 'restore'] as const

const options = {
  reason: { type: 'string' },
  from: { type: 'string' },
  ending: { type: 'string', multiple: true },
  url: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean' },
} as const

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Reads the command line. @throws UsageError */
export function parseArguments(
  argv: readonly string[],
  environment: Record<string, string | undefined>,
): TrustBundleArguments {
  const { values, positionals } = read(argv)
  const [word, trustDomain = null, what = null, ...more] = positionals
  const act = acts.find((known) => known === word)
  if (act === undefined) throw new UsageError(`Expected one of ${acts.join(', ')}; found ${word ?? 'nothing'}.`)
  if (more.length > 0) throw new UsageError(`There is one word too many: ${more.join(' ')}.`)
  const reason = values.reason?.trim() ?? ''
  const { from: at = null, ending = [], url = null, json = false } = values
  if (act === 'list') {
    if (trustDomain !== null) throw new UsageError('list takes no trust domain.')
  } else {
    if (trustDomain === null) throw new UsageError(`${act} needs the name of a trust domain.`)
    if (what === null) throw new UsageError(act === 'add' ? 'add needs a file.' : `${act} needs the SHA-256 of a root.`)
    if (reason === '') throw new UsageError('--reason is missing: say why, and how you know.')
  }
  if (at !== null && (Number.isNaN(Date.parse(at)) || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at)))
    throw new UsageError(`--from takes a time like 2026-11-22T23:00:00Z, not ${JSON.stringify(at)}.`)
  if (ending.length > 0 && act !== 'add') throw new UsageError('--ending belongs to add.')
  const token = values.token ?? environment.WAYBILL_TOKEN ?? null
  if (url !== null && !/^https?:\/\/[^/\s]+/.test(url))
    throw new UsageError(`--url: expected an address such as https://waybill.bank.example; found ${url}.`)
  if (url !== null && token === null) throw new UsageError('--url needs --token, or WAYBILL_TOKEN in the environment.')
  return { act, trustDomain, what, reason, at, ending, url, token, json }
}
