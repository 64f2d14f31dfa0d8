/** Wrong arguments: exit 64, with a sentence that says what to do. */
export class UsageError extends Error {}

export interface ImportArguments {
  readonly paths: readonly string[]
  readonly url: string | null
  readonly token: string | null
  readonly software: string | null
  readonly run: string | null
  readonly attempt: number | null
  readonly json: boolean
}

export const USAGE = `waybill import: brings files and folders of in-toto metadata to a running Waybill

  waybill import DIR|FILE... [--url URL] [--token TOKEN]
                 [--software NAME --run LABEL [--attempt N]] [--json]

  DIR|FILE...        links, layouts, statements, public keys, certificates, zip and tar(.gz) archives; each folder is
                     taken for the evidence of one run. Private keys are never sent, nor is anything of them.
  --url URL          another server, such as https://waybill.bank.example (default: the one running on this machine)
  --token TOKEN      an API token with the scope ingest; needed with --url (or WAYBILL_TOKEN in the environment)
  --software NAME    whose run this is, by its short name in addresses; a token of a software need not say it
  --run LABEL        the id that your CI gives the run: what is pushed under it within 24 hours belongs together
  --attempt N        which attempt of that run (default: 1)
  --json             print the answer as JSON

  exit 0 everything was stored, known or listed   1 something was quarantined, refused or not sent
       2 the server could not be reached or refused the whole   64 wrong usage`

const single = ['--url', '--token', '--software', '--run', '--attempt']

/** Reads the command line. @throws UsageError */
export function parseArguments(
  argv: readonly string[],
  environment: Record<string, string | undefined>,
): ImportArguments {
  const { values, paths, json } = split(argv)
  if (paths.length === 0) throw new UsageError('Expected at least one folder or file to import; found none.')
  const url = values.get('--url') ?? null
  if (url !== null && !/^https?:\/\/[^/\s]+/.test(url))
    throw new UsageError(`--url: expected an address such as https://waybill.bank.example; found ${url}.`)
  const token = values.get('--token') ?? environment.WAYBILL_TOKEN ?? null
  if (url !== null && token === null)
    throw new UsageError(
      '--url needs --token, or WAYBILL_TOKEN in the environment: an API token with the scope ingest.',
    )
  const run = values.get('--run') ?? null
  const software = values.get('--software') ?? null
  const attempt = attemptOf(values.get('--attempt'))
  if (run === null && (software !== null || attempt !== null))
    throw new UsageError('--software and --attempt need --run: the id that your CI gives the run.')
  return { paths, url, token, software, run, attempt, json }
}

function split(argv: readonly string[]) {
  const values = new Map<string, string>()
  const paths: string[] = []
  let json = false
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    const [name = '', inline] = /^--[a-z]+=/.test(word)
      ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
      : [word]
    if (word === '--json') json = true
    else if (word === '--') {
      paths.push(...argv.slice(i + 1))
      break
    } else if (single.includes(name)) {
      const value = inline ?? argv[++i]
      if (value === undefined || value === '') throw new UsageError(`${name} needs a value.`)
      if (values.has(name)) throw new UsageError(`${name} was given twice.`)
      values.set(name, value)
    } else if (word.startsWith('--')) throw new UsageError(`There is no option ${word}.`)
    else paths.push(word)
  }
  return { values, paths, json }
}

function attemptOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--attempt: expected a whole number from 1; found ${text}.`)
  return Number(text)
}
