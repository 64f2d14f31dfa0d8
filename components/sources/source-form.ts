import { type SourceKind, type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'

/** What the form of a source holds; each kind uses its own fields. */
export interface SourceFields {
  readonly kind: SourceKind
  readonly folder: string
  readonly together: boolean
  readonly url: string
  readonly secret: string
  readonly header: string
  /** one a line, `X-Team: name-of-the-secret` */
  readonly headers: string
  readonly paths: 'v1' | 'unversioned'
  readonly send: boolean
  readonly repositories: string
  readonly user: string
  readonly tokenServer: string
  /** names of secrets that hold PEM */
  readonly ca: string
  readonly clientCertificate: string
  readonly clientKey: string
}

export const emptyFields: SourceFields = {
  kind: 'directory',
  folder: '',
  together: false,
  url: '',
  secret: '',
  header: 'Authorization',
  headers: '',
  paths: 'v1',
  send: false,
  repositories: '',
  user: '',
  tokenServer: '',
  ca: '',
  clientCertificate: '',
  clientKey: '',
}

/** The fields that say what a source is set to. */
export function fieldsOf(settings: SourceSettings): SourceFields {
  if (settings.kind === 'directory') return { ...emptyFields, ...settings }
  const { kind, url, secret, ca, clientCertificate, clientKey } = settings
  const certificates = { ca: ca ?? '', clientCertificate: clientCertificate ?? '', clientKey: clientKey ?? '' }
  const server = { ...emptyFields, kind, url, secret: secret ?? '', ...certificates }
  if (settings.kind === 'archivista') {
    const { header, paths, send } = settings
    const headers = settings.headers.map((one) => `${one.name}: ${one.secret}`).join('\n')
    return { ...server, header, headers, paths, send }
  }
  const { repositories, user, tokenServer } = settings
  return { ...server, repositories: repositories.join('\n'), user: user ?? '', tokenServer: tokenServer ?? '' }
}

export type Filled =
  | { readonly settings: SourceSettings; readonly faults: null }
  /** by field, in words; empty while nothing was filled in */
  | { readonly settings: null; readonly faults: Readonly<Record<string, string>> }

/** The settings that the fields say, checked as the server checks them. */
export function settingsOf(fields: SourceFields): Filled {
  const given = givenOf(fields)
  const checked = sourceSettingsSchema.safeParse(given)
  if (checked.success) return { settings: checked.data, faults: null }
  const faults: Record<string, string> = {}
  for (const { path, message } of checked.error.issues) {
    const [field = '', nth] = path.map(String)
    const line = lineOf(given[field], nth)
    // the first of a field is the one to mend first
    faults[field] ??= line === null ? message : `${line.slice(0, 60)}: ${message}`
  }
  return { settings: null, faults }
}

/** Which line of a field with several is meant, by what it begins with. */
function lineOf(value: unknown, nth: string | undefined): string | null {
  if (!Array.isArray(value) || nth === undefined) return null
  const one: unknown = value[Number(nth)]
  if (typeof one === 'string') return one
  return typeof one === 'object' && one !== null && 'name' in one ? String(one.name) : null
}

function givenOf(fields: SourceFields): Record<string, unknown> {
  const { kind, folder, together, header } = fields
  if (kind === 'directory') return { kind, folder: folder.trim(), together }
  const server = {
    kind,
    url: fields.url.trim(),
    secret: textOrNull(fields.secret),
    ca: textOrNull(fields.ca),
    clientCertificate: textOrNull(fields.clientCertificate),
    clientKey: textOrNull(fields.clientKey),
  }
  if (kind === 'archivista') {
    const { paths, send } = fields
    return { ...server, header: header.trim(), headers: headersOf(fields.headers), paths, send }
  }
  const repositories = fields.repositories.split(/[\s,]+/).filter((name) => name !== '')
  return { ...server, repositories, user: textOrNull(fields.user), tokenServer: textOrNull(fields.tokenServer) }
}

function headersOf(text: string): { name: string; secret: string }[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [name = '', ...rest] = line.split(':')
    return { name: name.trim(), secret: rest.join(':').trim() }
  })
}

/** The folder in which the secrets of an address are kept; HOST while there is no address. */
export function secretFolderOf(address: string): string {
  const host = URL.parse(address.trim())?.host ?? ''
  return host === '' ? 'HOST' : host.replaceAll(':', '_')
}

function textOrNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}
