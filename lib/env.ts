import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'

const flag = z.enum(['0', '1', '']).optional()
function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href
}

const schema = z.object({
  /** the PostgreSQL server; `npm start` sets it to the embedded one unless it was given */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host:port/database'),
  /** folder of secrets, the local token and the embedded database */
  WAYBILL_DATA: z.string().default('.waybill'),
  /** the public address where a proxy stands in front, such as https://waybill.bank.example */
  WAYBILL_URL: z.url().optional(),
  /** 1: believe X-Forwarded-For, -Proto and -Host, because a proxy that sets them stands in front */
  WAYBILL_TRUST_PROXY: flag,
  /** folders that sources may read, absolute, with `:` between them; unless set, `inbox` of the data folder */
  WAYBILL_SOURCE_FOLDERS: z
    .string()
    .transform((text) => text.split(delimiter).filter((folder) => folder !== ''))
    .refine((folders) => folders.every(isAbsolute), 'expected whole paths of folders, with : between them')
    .optional(),
  /**
   * servers that sources may reach, with a comma between them, such as
   * https://archivista.bank.example,http://10.1.2.3:8082; none unless set
   */
  WAYBILL_SOURCE_ORIGINS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((origin) => origin !== ''))
    .refine(
      (origins) => origins.every(isOrigin),
      'expected https://host or https://host:port, with commas between them',
    )
    .optional(),
  /** signs the session cookie */
  NEXTAUTH_SECRET: z.string().min(32, 'expected at least 32 characters of randomness'),
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
})

export type Env = {
  databaseUrl: string
  dataFolder: string
  publicUrl: string | null
  trustProxy: boolean
  /** folders that sources may read */
  sourceFolders: readonly string[]
  /** servers that sources may reach: scheme, host and port */
  sourceOrigins: readonly string[]
  sessionSecret: string
  production: boolean
}

/** Reads the given environment; a missing or malformed variable is named with what was expected. */
export function parseEnv(variables: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(variables)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')
    throw new Error(`The environment is not usable: ${faults}. \`npm start\` sets what is needed.`)
  }
  const e = parsed.data
  const dataFolder = resolve(/* turbopackIgnore: true */ e.WAYBILL_DATA)
  return {
    databaseUrl: e.DATABASE_URL,
    dataFolder,
    publicUrl: e.WAYBILL_URL?.replace(/\/$/, '') ?? null,
    trustProxy: e.WAYBILL_TRUST_PROXY === '1',
    sourceFolders: e.WAYBILL_SOURCE_FOLDERS ?? [join(/* turbopackIgnore: true */ dataFolder, 'inbox')],
    sourceOrigins: (e.WAYBILL_SOURCE_ORIGINS ?? []).map((origin) => new URL(origin).origin),
    sessionSecret: e.NEXTAUTH_SECRET,
    production: e.NODE_ENV === 'production',
  }
}

let parsed: Env | undefined
/** The environment of this process, parsed at the first use: `next build` loads modules without one. */
export function env(): Env {
  parsed ??= parseEnv(process.env)
  return parsed
}
