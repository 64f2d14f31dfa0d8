import { z } from 'zod'

// ---- settings of each kind, as they are stored, sent and filled in -------------------------------------

/** A file in the operator's folder `secrets/HOST/`, HOST being that of the source's own address. */
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
  folder: z.string().min(1).max(1_000),
  /** whoever adds the source vouches that each folder holds the evidence of one run, and of nothing else */
  together: z.boolean().default(false),
})

export const archivistaSettingsSchema = z.strictObject({
  url: addressSchema,
  /** the secret that is sent in `header`, or null */
  secret: secretNameSchema.nullable().default(null),
  header: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'expected the name of a header')
    .default('Authorization'),
})

export const ociSettingsSchema = z.strictObject({
  url: addressSchema,
  repositories: z
    .array(z.string().regex(/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/, 'expected a repository such as payments/api'))
    .min(1)
    .max(1_000),
  user: z.string().max(200).nullable().default(null),
  /** its password or token, or null */
  secret: secretNameSchema.nullable().default(null),
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
