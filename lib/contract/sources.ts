import { z } from 'zod'
import { pageOf, sha256Schema, timeSchema, uuidSchema } from './verdict.ts'

// ---- settings of each kind, as they are stored, sent and filled in -------------------------------------

/** A file in the operator's folder `source-secrets/HOST/` (`HOST_PORT` where the address has a port) of the data folder. */
export const secretNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected the name of a file in the secrets folder, without a path')

const addressSchema = z
  .url({ protocol: /^https?$/, error: 'expected an address such as https://archivista.bank.example' })
  .max(500)
  .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), 'expected no user name in the address: name a secret instead')
  .refine((url) => !/[?#]/.test(url), 'expected an address without ? and #')

export const directorySettingsSchema = z.strictObject({
  /** absolute, inside of a folder that the operator lets sources read */
  folder: z.string().min(1, 'expected a folder, such as /srv/links').max(1_000),
  /** whoever adds the source vouches that each folder holds the evidence of one run, and of nothing else */
  together: z.boolean().default(false),
})

const headerNameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'expected the name of a header')

/** How a server is trusted, and how it knows us: each names a secret that holds PEM. */
const tlsSettings = {
  /** authorities that the server's certificate may be of, besides the system's */
  ca: secretNameSchema.nullable().default(null),
  /** mutual TLS: the certificate with its chain, and its private key */
  clientCertificate: secretNameSchema.nullable().default(null),
  clientKey: secretNameSchema.nullable().default(null),
}

export const archivistaSettingsSchema = z.strictObject({
  url: addressSchema,
  /** the secret that is sent in `header`, or null; a token alone is sent as a bearer token where that is Authorization */
  secret: secretNameSchema.nullable().default(null),
  header: headerNameSchema.default('Authorization'),
  /** further headers, each with the secret that it carries, as the proxy in front may ask */
  headers: z
    .array(z.strictObject({ name: headerNameSchema, secret: secretNameSchema }))
    .max(16)
    .default([]),
  /** Archivista answers under `/v1/`, and under the same paths without it, which it calls deprecated */
  paths: z.enum(['v1', 'unversioned']).default('v1'),
  /** sends there the attestations that came to Waybill itself */
  send: z.boolean().default(false),
  ...tlsSettings,
})

const repositoryPart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const repositoryPattern = new RegExp(`^(?:\\*|${repositoryPart}(?:/${repositoryPart})*(?:/\\*)?)$`)

export const ociSettingsSchema = z.strictObject({
  url: addressSchema,
  /** names, and patterns that end in `*` for what the registry's own list (`_catalog`) has */
  repositories: z
    .array(
      z
        .string()
        .max(255)
        .regex(repositoryPattern, 'expected a repository such as payments/api, or a pattern such as payments/*'),
    )
    .min(1, 'expected at least one repository, such as payments/api')
    .max(1_000),
  /** null with a secret: the secret is a token and is sent as it is */
  user: z
    .string()
    .max(200)
    .regex(/^[^:]*$/, 'expected a user name without a colon')
    .nullable()
    .default(null),
  /** its password or token, or null */
  secret: secretNameSchema.nullable().default(null),
  /**
   * where the registry sends for tokens, if that is another host: the secret of this name that is kept for that host goes
   * there, and to no other place that a registry may name
   */
  tokenServer: addressSchema.nullable().default(null),
  ...tlsSettings,
})

/** What a source is set to, by kind. */
export const sourceSettingsSchema = z.discriminatedUnion('kind', [
  directorySettingsSchema.extend({ kind: z.literal('directory') }),
  archivistaSettingsSchema.extend({ kind: z.literal('archivista') }),
  ociSettingsSchema.extend({ kind: z.literal('oci') }),
])
export type SourceSettings = z.infer<typeof sourceSettingsSchema>
export type SourceKind = SourceSettings['kind']
export type DirectorySettings = z.infer<typeof directorySettingsSchema>
export type ArchivistaSettings = z.infer<typeof archivistaSettingsSchema>
export type OciSettings = z.infer<typeof ociSettingsSchema>

// ---- what is asked and answered -------------------------------------------------------------------------

export const sourceNameSchema = z.string().trim().min(1).max(100)
export const createSourceSchema = z.strictObject({ name: sourceNameSchema, settings: sourceSettingsSchema })
/** What is left out stays as it is. The kind of a source does not change. */
export const changeSourceSchema = z
  .strictObject({
    name: sourceNameSchema.optional(),
    settings: sourceSettingsSchema.optional(),
    /** seconds between two looks; null: as usual for its kind */
    everySeconds: z.number().int().min(5).max(86_400).nullable().optional(),
    paused: z.boolean().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'expected something to change')
export type SourceChange = z.infer<typeof changeSourceSchema>
export const testSourceSchema = z.strictObject({ settings: sourceSettingsSchema })

/** What trying a connection showed. */
export const probeSchema = z.discriminatedUnion('reached', [
  z.object({
    reached: z.literal(true),
    what: z.string(),
    version: z.string().nullable(),
    entries: z.object({ count: z.number().int(), exact: z.boolean() }).nullable(),
    latencyMs: z.number(),
    notes: z.array(z.string()),
  }),
  z.object({ reached: z.literal(false), code: z.string(), message: z.string(), latencyMs: z.number() }),
])
export type ProbeAnswer = z.infer<typeof probeSchema>

/** How it goes: not yet begun, at it now, up to date, in the way, or left alone because somebody said so. */
export const sourceStateSchema = z.enum(['new', 'syncing', 'up-to-date', 'behind', 'failing', 'paused'])
export type SourceState = z.infer<typeof sourceStateSchema>

export const entryStateSchema = z.enum([
  'waiting',
  'taken',
  'known',
  'quarantined',
  'refused',
  'listed',
  'skipped',
  'failed',
])
export type EntryState = z.infer<typeof entryStateSchema>

export const sourceRowSchema = z.object({
  id: uuidSchema,
  name: z.string(),
  settings: sourceSettingsSchema,
  state: sourceStateSchema,
  createdAt: timeSchema,
  createdByName: z.string(),
  /** all that lay in the source at this time is listed here */
  caughtUpAt: timeSchema.nullable(),
  /** begin of the last whole pass, after which what is missing counts as gone */
  sweptAt: timeSchema.nullable(),
  nextAt: timeSchema,
  lastTriedAt: timeSchema.nullable(),
  /** the pass under way, or null */
  progress: z.object({ listed: z.number().int(), expected: z.number().int().nullable() }).nullable(),
  entries: z.object({
    waiting: z.number().int(),
    taken: z.number().int(),
    known: z.number().int(),
    quarantined: z.number().int(),
    refused: z.number().int(),
    listed: z.number().int(),
    skipped: z.number().int(),
    failed: z.number().int(),
    /** of all of these */
    vanished: z.number().int(),
    total: z.number().int(),
  }),
  error: z.object({ code: z.string(), message: z.string(), since: timeSchema, failures: z.number().int() }).nullable(),
  paused: z.object({ at: timeSchema, byName: z.string() }).nullable(),
  /** between two looks; null: as usual for its kind, which is `usualSeconds` */
  everySeconds: z.number().int().nullable(),
  usualSeconds: z.number().int(),
  /** what became of our own attestations, where they are sent there */
  sending: z
    .object({
      waiting: z.number().int(),
      sent: z.number().int(),
      /** it had them already */
      there: z.number().int(),
      refused: z.number().int(),
      /** of those: what may be taken when it is sent again */
      again: z.number().int(),
      /** classic links and layouts, and layouts in DSSE, which it takes none of; at most 10,000 are counted */
      unfit: z.number().int(),
      /** some of those that wait after a failure, or were refused */
      problems: z.array(
        z.object({ sha256: sha256Schema, code: z.string(), message: z.string(), refused: z.boolean() }),
      ),
    })
    .nullable(),
})
export type SourceRow = z.infer<typeof sourceRowSchema>
export const sourceListSchema = z.object({
  rows: z.array(sourceRowSchema),
  /** folders that sources may read, and servers that they may reach: the operator sets them */
  allowed: z.object({ folders: z.array(z.string()), origins: z.array(z.string()) }),
  /** kinds that this version can read */
  kinds: z.array(z.enum(['directory', 'archivista', 'oci'])),
})
export type SourceList = z.infer<typeof sourceListSchema>

export const sourceEntrySchema = z.object({
  key: z.string(),
  path: z.string(),
  state: entryStateSchema,
  sha256: sha256Schema.nullable(),
  /** the document that it holds, where there is one */
  envelope: sha256Schema.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  attempts: z.number().int(),
  retryAt: timeSchema.nullable(),
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
  vanishedAt: timeSchema.nullable(),
})
export type SourceEntry = z.infer<typeof sourceEntrySchema>
export const sourceEntryPageSchema = pageOf(sourceEntrySchema)
export const sourceEntryQuerySchema = z.object({
  after: z.string().max(2_000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** `problems`: whatever did not come in */
  show: z.enum(['all', 'problems', 'vanished', 'waiting']).default('all'),
})
export type SourceEntryQuery = z.infer<typeof sourceEntryQuerySchema>

export const sourceIdSchema = z.object({ id: uuidSchema })
/** What was asked for will be done by the worker. */
export const acceptedSchema = z.object({ accepted: z.literal(true) })
export const replayedSchema = z.object({ entries: z.number().int() })

// ---- what the sources have about one digest ---------------------------------------------------------------

export const askSourcesSchema = z.strictObject({ digest: z.string().max(200) })

/**
 * What asking one source came to. `asked`: it answered; `cannot`: its kind knows no digests; `paused`: it is left alone;
 * `failed`: it is in the way.
 */
export const askOutcomeSchema = z.enum(['asked', 'cannot', 'paused', 'failed'])
export const askedSourceSchema = z.object({
  id: uuidSchema,
  name: z.string(),
  kind: z.enum(['directory', 'archivista', 'oci']),
  outcome: askOutcomeSchema,
  code: z.string().nullable(),
  /** why it was not asked, could not be, or that not all was looked at; null where there is nothing to say */
  message: z.string().nullable(),
  /** pieces of evidence that it named; each is one of the following */
  found: z.number().int(),
  /** came in now */
  fresh: z.number().int(),
  /** was here before */
  known: z.number().int(),
  /** is being brought in */
  waiting: z.number().int(),
  /** did not come in, and why is said with the entry */
  outside: z.number().int(),
  /** the first of them: what did not come in first, then what is new */
  entries: z.array(
    z.object({
      path: z.string(),
      state: entryStateSchema,
      fresh: z.boolean(),
      /** the document that it holds, where there is one */
      envelope: sha256Schema.nullable(),
      message: z.string().nullable(),
    }),
  ),
})
export type AskedSource = z.infer<typeof askedSourceSchema>
export const askAnswerSchema = z.object({ algo: z.string(), digest: z.string(), sources: z.array(askedSourceSchema) })
export type AskAnswer = z.infer<typeof askAnswerSchema>
