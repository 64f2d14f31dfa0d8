import { type SourceKind, type SourceSettings, sourceSettingsSchema } from '#lib/contract/sources.ts'

/** What the form of a new source holds; each kind uses its own fields. */
export interface SourceFields {
  readonly kind: SourceKind
  readonly folder: string
  readonly together: boolean
  readonly url: string
  readonly secret: string
  readonly header: string
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
  repositories: '',
  user: '',
  tokenServer: '',
  ca: '',
  clientCertificate: '',
  clientKey: '',
}

export type Filled =
  | { readonly settings: SourceSettings; readonly faults: null }
  /** by field, in words; empty while nothing was filled in */
  | { readonly settings: null; readonly faults: Readonly<Record<string, string>> }

/** The settings that the fields say, checked as the server checks them. */
export function settingsOf(fields: SourceFields): Filled {
  const checked = sourceSettingsSchema.safeParse(givenOf(fields))
  if (checked.success) return { settings: checked.data, faults: null }
  return {
    settings: null,
    faults: Object.fromEntries(checked.error.issues.map(({ path, message }) => [String(path[0] ?? ''), message])),
  }
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
  if (kind === 'archivista') return { ...server, header: header.trim() }
  const repositories = fields.repositories.split(/[\s,]+/).filter((name) => name !== '')
  return { ...server, repositories, user: textOrNull(fields.user), tokenServer: textOrNull(fields.tokenServer) }
}

function textOrNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}
