import { parseArgs } from 'node:util'
import { type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'
import { UsageError } from '../import/arguments.ts'

export interface SourceArguments {
  readonly act: 'list' | 'add' | 'change' | 'test' | 'pause' | 'resume' | 'sync' | 'replay' | 'remove' | 'ask'
  /** the source that is meant, or the digest that is asked about; null for list, and for testing settings that were not added */
  readonly name: string | null
  /** what is added or tested, or what a source is changed to */
  readonly settings: SourceSettings | null
  /** change: its new name */
  readonly rename: string | null
  /** change: seconds between two looks, null as usual; left out: as it is */
  readonly everySeconds?: number | null
  readonly url: string | null
  readonly token: string | null
  readonly wait: boolean
  readonly json: boolean
}

export const USAGE = `waybill source: places from which a running Waybill fetches evidence by itself

  waybill source list
  waybill source add NAME KIND    tests the connection first; what does not answer is not added
  waybill source change NAME [KIND] [--rename NAME] [--every SECONDS|usual]
                                  KIND: all its settings anew, tested first; the kind itself stays
  waybill source test NAME|KIND   what is reached, which version, how many entries, how fast
  waybill source pause NAME       leaves it alone until it is resumed; what came stays
  waybill source resume NAME
  waybill source sync NAME        fetches now, and waits until that has ended (--no-wait: does not)
  waybill source replay NAME      fetches again what was quarantined, refused or failed
  waybill source remove NAME      ends the fetching; what came stays
  waybill source ask DIGEST       asks all sources what they have about a digest, and brings that in

  KIND is one of
    --directory FOLDER [--runs]   a folder on the server's machine; --runs: you vouch that each folder in it holds the
                                  evidence of one run and of nothing else
    --archivista URL [--secret NAME] [--header NAME] [--further-header HEADER=NAME]... [--unversioned] [--send]
                                  --further-header: as a proxy may ask, with the secret that it carries; --unversioned:
                                  its paths without /v1; --send: it gets the attestations that came to Waybill itself
    --oci URL --repository NAME... [--user NAME] [--secret NAME] [--token-server URL]
                                  a registry; --repository 'payments/*' takes all below, where the registry tells its
                                  list; a secret without --user is a token by itself; --token-server: where the registry
                                  sends for tokens, if that is another host

  --secret NAME     a file of that name in source-secrets/HOST/ of the server's data folder; secrets are never sent
  --ca NAME         the same, with PEM: authorities of the server, besides the system's
  --client-certificate NAME --client-key NAME   the same, with PEM: mutual TLS
  --url URL         another server; needs --token (or WAYBILL_TOKEN), which may list only
  --json            print the answer as JSON

  exit 0 fine   1 not reached, failing, or something did not come in; ask: also where nothing was found
       2 the server could not be reached or refused
       64 wrong usage`

const acts = ['list', 'add', 'change', 'test', 'pause', 'resume', 'sync', 'replay', 'remove', 'ask'] as const

const options = {
  directory: { type: 'string' },
  runs: { type: 'boolean' },
  archivista: { type: 'string' },
  oci: { type: 'string' },
  repository: { type: 'string', multiple: true },
  user: { type: 'string' },
  secret: { type: 'string' },
  header: { type: 'string' },
  'further-header': { type: 'string', multiple: true },
  unversioned: { type: 'boolean' },
  send: { type: 'boolean' },
  rename: { type: 'string' },
  every: { type: 'string' },
  'token-server': { type: 'string' },
  ca: { type: 'string' },
  'client-certificate': { type: 'string' },
  'client-key': { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
  'no-wait': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

type Values = ReturnType<typeof read>['values']

function read(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
}

/** Reads the command line. @throws UsageError */
export function parseArguments(
  argv: readonly string[],
  environment: Record<string, string | undefined>,
): SourceArguments {
  const { values, positionals } = parsed(argv)
  const [word, name = null, ...more] = positionals
  const act = acts.find((known) => known === word)
  if (act === undefined) throw new UsageError(`Expected one of ${acts.join(', ')}; found ${word ?? 'nothing'}.`)
  if (more.length > 0) throw new UsageError(`There is one name too many: ${more.join(' ')}. Quote names with blanks.`)
  const settings = settingsOf(values)
  checkName(act, name, settings)
  const url = values.url ?? null
  const token = values.token ?? environment.WAYBILL_TOKEN ?? null
  if (url !== null && !/^https?:\/\/[^/\s]+/.test(url))
    throw new UsageError(`--url: expected an address such as https://waybill.bank.example; found ${url}.`)
  if (url !== null && token === null) throw new UsageError('--url needs --token, or WAYBILL_TOKEN in the environment.')
  const rename = values.rename ?? null
  const changes = { rename, ...(values.every === undefined ? {} : { everySeconds: secondsOf(values.every) }) }
  checkChange(act, settings, changes)
  return { act, name, settings, ...changes, url, token, wait: values['no-wait'] !== true, json: values.json === true }
}

function parsed(argv: readonly string[]) {
  try {
    return read(argv)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function checkName(act: SourceArguments['act'], name: string | null, settings: SourceSettings | null): void {
  if (act === 'list' && name !== null) throw new UsageError('list takes no name.')
  if (act === 'add' && (name === null || settings === null))
    throw new UsageError(`${act} needs a name, and --directory, --archivista or --oci.`)
  if (act === 'test' && (name === null) === (settings === null))
    throw new UsageError('test needs the name of a source, or --directory, --archivista or --oci; not both.')
  if (act === 'ask' && name === null) throw new UsageError('ask needs a digest, such as sha256:<64 hex digits>.')
  if (!['list', 'add', 'change', 'test'].includes(act) && name === null)
    throw new UsageError(`${act} needs the name of a source.`)
  if (!['add', 'change', 'test'].includes(act) && settings !== null) throw new UsageError(`${act} takes no settings.`)
}

function checkChange(
  act: SourceArguments['act'],
  settings: SourceSettings | null,
  { rename, everySeconds }: { rename: string | null; everySeconds?: number | null },
): void {
  const some = rename !== null || everySeconds !== undefined
  if (act !== 'change' && some) throw new UsageError(`${act} takes neither --rename nor --every.`)
  if (act === 'change' && !some && settings === null)
    throw new UsageError('change needs --rename, --every, or --directory, --archivista or --oci.')
}

/** @throws UsageError */
function secondsOf(text: string): number | null {
  if (text === 'usual') return null
  const seconds = Number(text)
  if (/^\d{1,5}$/.test(text) && seconds >= 5 && seconds <= 86_400) return seconds
  throw new UsageError(`--every: expected seconds from 5 to 86400, or usual; found ${text}.`)
}

/** What the options say about a source, checked as the server will; null where they say nothing. */
function settingsOf(values: Values): SourceSettings | null {
  const { directory, archivista, oci, repository, user, secret, header, runs } = values
  const kinds = [directory, archivista, oci].filter((value) => value !== undefined)
  if (kinds.length > 1) throw new UsageError('Expected one of --directory, --archivista and --oci; found several.')
  const given = without({
    ...(directory === undefined ? {} : { kind: 'directory', folder: directory }),
    ...(archivista === undefined ? {} : { kind: 'archivista', url: archivista }),
    ...(oci === undefined ? {} : { kind: 'oci', url: oci }),
    together: runs,
    repositories: repository,
    user,
    secret,
    header,
    headers: values['further-header']?.map(headerOf),
    paths: values.unversioned === true ? 'unversioned' : undefined,
    send: values.send,
    tokenServer: values['token-server'],
    ca: values.ca,
    clientCertificate: values['client-certificate'],
    clientKey: values['client-key'],
  })
  if (kinds.length === 0) {
    const [stray] = Object.keys(given)
    if (stray === undefined) return null
    throw new UsageError('These options need --directory, --archivista or --oci.')
  }
  const checked = sourceSettingsSchema.safeParse(given)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  throw new UsageError(`${issue?.path.join('.') || 'These options'}: ${issue?.message ?? 'not as expected'}`)
}

/** `X-Team=team-key`: a header, and the secret that it carries. */
function headerOf(text: string): { name: string; secret: string } {
  const [name = '', ...rest] = text.split('=')
  return { name, secret: rest.join('=') }
}

function without(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
