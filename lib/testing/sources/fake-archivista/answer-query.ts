import { execute, GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql'
import { passes } from './filter-rows.ts'
import type { DsseRow, StatementRow, SubjectRow } from './rows.ts'
import { archivistaSchema } from './schema.ts'

/** What a test does to a page of the list before it is sent. */
export type ChangePage = (edges: readonly Edge<DsseRow>[], args: ListArguments) => readonly Edge<DsseRow>[]

export interface Edge<Row> {
  readonly cursor: string
  readonly node: Row
}

export interface ListArguments {
  readonly first?: number
  readonly after?: string
  readonly where?: Readonly<Record<string, unknown>>
}

export interface QueryAnswer {
  readonly status: number
  readonly body: object
}

let schema: GraphQLSchema | null = null

/** Answers as gqlgen does: what cannot be parsed or validated is 422, what fails later is 200 with errors. */
export async function answerQuery(
  rows: readonly DsseRow[],
  query: string,
  variables: Record<string, unknown> | undefined,
  changePage: ChangePage = (edges) => edges,
): Promise<QueryAnswer> {
  if (query.trim() === '') return refused('no operation provided', 'GRAPHQL_VALIDATION_FAILED')
  schema ??= archivistaSchema()
  try {
    const document = parse(query)
    const asked = introspected(document)
    if (asked !== null)
      return {
        status: 200,
        body: { errors: [{ message: 'introspection disabled', path: [asked] }], data: { [asked]: null } },
      }
    const [invalid] = validate(schema, document)
    if (invalid !== undefined) return refused(invalid.message, 'GRAPHQL_VALIDATION_FAILED')
    const rootValue = rootOf(rows, changePage)
    const { data = null, errors } = await execute({ schema, document, rootValue, variableValues: variables })
    // a variable of the wrong type never gets to a resolver
    if (errors?.some(({ path }) => path === undefined) === true)
      return refused(errors[0]?.message ?? '', 'GRAPHQL_VALIDATION_FAILED')
    return { status: 200, body: { ...(errors === undefined ? {} : { errors }), data } }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return refused(error.message.replace(/^Syntax Error: (.*)\.$/, '$1'), 'GRAPHQL_PARSE_FAILED')
  }
}

function refused(message: string, code: string): QueryAnswer {
  return { status: 422, body: { errors: [{ message, extensions: { code } }], data: null } }
}

function introspected(document: ReturnType<typeof parse>): string | null {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    for (const selected of definition.selectionSet.selections)
      if (selected.kind === Kind.FIELD && /^__(schema|type)$/.test(selected.name.value)) return selected.name.value
  }
  return null
}

function rootOf(rows: readonly DsseRow[], changePage: ChangePage): object {
  const subjects = rows.flatMap(({ statement }) => statement.subjects.map((subject) => ({ ...subject, statement })))
  return {
    attestationPolicies: () => {
      throw new GraphQLError('internal system error')
    },
    dsses: (args: ListArguments) => {
      const list = listOf(rows, args, 'dsses', dsseNode)
      return { ...list, edges: changePage(list.edges as Edge<DsseRow>[], args) }
    },
    subjects: (args: ListArguments) => listOf(subjects, args, 'subjects', subjectNode),
  }
}

function dsseNode(row: DsseRow): object {
  return { ...row, statement: statementNode(row.statement) }
}

function statementNode(statement: StatementRow): object {
  return {
    ...statement,
    subjects: (args: ListArguments) => listOf(statement.subjects, args, 'subjects', subjectNode),
    dsse: () => statement.dsse.map(dsseNode),
  }
}

function subjectNode(subject: SubjectRow & { readonly statement?: StatementRow }): object {
  const { statement } = subject
  return { ...subject, statement: () => (statement === undefined ? null : statementNode(statement)) }
}

/** A Relay list: `orderBy` is taken and ignored, no `first` means all, the order is that of the ids. */
function listOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { first, after, where }: ListArguments,
  path: string,
  node: (row: Row) => object,
) {
  if (first !== undefined && first !== null && first < 0)
    throw new GraphQLError('`first` on a connection cannot be less than zero.', {
      extensions: { code: 'INVALID_PAGINATION' },
    })
  const matching = rows.filter((row) => passes(row, where)).sort((a, b) => (a.id < b.id ? -1 : 1))
  const from = after === undefined || after === null ? '' : idOf(after, path)
  const rest = matching.filter(({ id }) => id > from)
  const page = rest.slice(0, first ?? rest.length)
  return {
    totalCount: matching.length,
    edges: page.map((row) => ({ cursor: cursorOf(row.id), node: node(row) })),
    pageInfo: {
      hasNextPage: page.length < rest.length,
      hasPreviousPage: false,
      startCursor: page[0] === undefined ? null : cursorOf(page[0].id),
      endCursor: page.length === 0 ? null : cursorOf(page[page.length - 1]?.id ?? ''),
    },
  }
}

const cursorHead = Buffer.from('81a169c410', 'hex')

/** MessagePack of `{i: id}` in base64, as ent writes it. */
function cursorOf(id: string): string {
  return Buffer.concat([cursorHead, Buffer.from(id.replaceAll('-', ''), 'hex')]).toString('base64')
}

function idOf(cursor: string, path: string): string {
  const bytes = Buffer.from(cursor, 'base64')
  const hex = bytes.subarray(cursorHead.length).toString('hex')
  if (bytes.subarray(0, cursorHead.length).equals(cursorHead) && hex.length === 32)
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const code = bytes[0]?.toString(16) ?? 'c0'
  throw new GraphQLError(`cannot decode cursor: msgpack: unexpected code=${code} decoding map length`, {
    path: [path, 'after'],
  })
}
