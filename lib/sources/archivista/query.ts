import { z } from 'zod'
import { SourceError } from '../connector.ts'
import { refusalOf } from '../remote/refusal.ts'
import type { ArchivistaServer } from './archivista-server.ts'

/** A page of attestations; fixed text, all that varies is a variable (G-28). Its `orderBy` would be ignored. */
const PAGE = `query Page($where: DsseWhereInput, $first: Int!, $after: Cursor) {
  dsses(where: $where, first: $first, after: $after) { edges { cursor node { gitoidSha256 createdAt } } }
}`
const COUNT = 'query Count($where: DsseWhereInput) { dsses(where: $where) { totalCount } }'

/** What attestations are asked for; the names are Archivista's. */
export interface Where {
  readonly createdAtGTE?: string
  readonly createdAtLT?: string
  readonly createdAtIsNil?: boolean
  readonly gitoidSha256?: string
  readonly hasStatementWith?: readonly {
    readonly hasSubjectsWith: readonly {
      readonly hasSubjectDigestsWith: readonly { readonly algorithm: string; readonly value: string }[]
    }[]
  }[]
}

export interface ListedDsse {
  readonly cursor: string
  readonly gitoid: string
  /** ISO 8601 in UTC, to the millisecond; null where the row has none */
  readonly createdAt: string | null
}

const gitoidSchema = z.string().regex(/^[0-9a-f]{64}$/)
const pageSchema = z.object({
  dsses: z.object({
    edges: z.array(
      z.object({
        cursor: z.string().min(1).max(1_000),
        node: z.object({ gitoidSha256: gitoidSchema, createdAt: z.string().nullish() }),
      }),
    ),
  }),
})
const countSchema = z.object({ dsses: z.object({ totalCount: z.number().int().min(0) }) })

/**
 * One page, in Archivista's own order, which is that of its row ids: random, but steady. `pageInfo` is not asked for: it
 * makes the server count the whole list for each page.
 */
export async function queryPage(
  server: ArchivistaServer,
  page: { where: Where | null; first: number; after: string | null },
  signal: AbortSignal,
): Promise<ListedDsse[]> {
  const { dsses } = await query(server, PAGE, page, pageSchema, signal)
  if (dsses.edges.length > page.first)
    throw bad(server, `sent ${dsses.edges.length} entries where ${page.first} were asked for`)
  return dsses.edges.map(({ cursor, node }) => ({
    cursor,
    gitoid: node.gitoidSha256,
    createdAt: timeOf(node.createdAt ?? null),
  }))
}

/** How many attestations there are. */
export async function queryCount(server: ArchivistaServer, where: Where | null, signal: AbortSignal): Promise<number> {
  return (await query(server, COUNT, { where }, countSchema, signal)).dsses.totalCount
}

function timeOf(text: string | null): string | null {
  const ms = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** Archivista did not take a cursor that it had given: its rows or its version are others than before. */
export class StaleCursor extends SourceError {
  constructor(host: string) {
    super('BAD_ANSWER', `${host} does not know the place in its list any more that it gave before.`)
    this.name = 'StaleCursor'
  }
}

const answerSchema = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])).optional() })).optional(),
})
/** A page of 500 has 100 KB. */
const MOST_BYTES = 16 * 1024 * 1024

async function query<T>(
  server: ArchivistaServer,
  text: string,
  variables: object,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const response = await server.ask('query', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: text, variables }),
    limitBytes: MOST_BYTES,
    signal,
  })
  if (response.status === 404 || response.status === 405) throw noQueries(server)
  if (response.status !== 200 && response.status !== 422)
    throw refusalOf(response, `${server.host} for its list`, server.now())
  const { data, errors } = readJson(server, response.body, answerSchema)
  if (errors?.some(({ path }) => path?.at(-1) === 'after')) throw new StaleCursor(server.host)
  if (errors !== undefined) throw bad(server, 'answered a query with an error; its log says why')
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  throw bad(server, 'answered, but not with what an Archivista answers')
}

/** Archivista labels all as text/plain, and a proxy's login page comes with 200: only the content tells. */
export function readJson<T>(server: ArchivistaServer, body: Uint8Array, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw bad(server, 'answered with something that is no JSON, such as the page of a proxy')
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw bad(server, 'answered, but not with what an Archivista answers')
  return parsed.data
}

export function bad({ host }: ArchivistaServer, what: string): SourceError {
  return new SourceError('BAD_ANSWER', `${host} ${what}. Is it an Archivista, and is its address right?`)
}

function noQueries({ host, settings }: ArchivistaServer): SourceError {
  const here = settings.paths === 'v1' ? '/v1/query' : '/query'
  const other = settings.paths === 'v1' ? 'without /v1' : 'with /v1'
  return new SourceError(
    'SETTINGS',
    `There is no ${here} at ${host}. Either its queries are switched off (ARCHIVISTA_ENABLE_GRAPHQL), or a proxy lets ` +
      `only the paths ${other} through: try those, and check the address.`,
  )
}
