import { GraphQLError } from 'graphql'
import { micros } from './rows.ts'

type Fields = Readonly<Record<string, unknown>>

/** Whether a row passes a filter, edges included, as ent evaluates it. */
export function passes(row: object, where: Fields | null | undefined): boolean {
  if (where === null || where === undefined) return true
  return Object.entries(where).every(([name, wanted]) => wanted === null || passesOne(row as Fields, name, wanted))
}

function passesOne(row: Fields, name: string, wanted: unknown): boolean {
  if (name === 'not') return !passes(row, wanted as Fields)
  if (name === 'and') return (wanted as Fields[]).every((filter) => passes(row, filter))
  if (name === 'or') return (wanted as Fields[]).some((filter) => passes(row, filter))
  const edge = /^has([A-Z]\w*?)(With)?$/.exec(name)
  return edge === null ? passesScalar(row, name, wanted) : passesEdge(row, edge[1] ?? '', edge[2] !== undefined, wanted)
}

function passesEdge(row: Fields, edge: string, filtered: boolean, wanted: unknown): boolean {
  const value = row[`${edge.charAt(0).toLowerCase()}${edge.slice(1)}`] ?? []
  const rows = (Array.isArray(value) ? value : [value]) as object[]
  if (!filtered) return rows.length > 0 === wanted
  return rows.some((to) => (wanted as Fields[]).every((filter) => passes(to, filter)))
}

const operator = /(NEQ|GTE|GT|LTE|LT|NotIn|In|IsNil|NotNil|Contains|HasPrefix|HasSuffix|EqualFold|ContainsFold)$/

function passesScalar(row: Fields, name: string, wanted: unknown): boolean {
  const how = operator.exec(name)?.[0] ?? ''
  const field = name.slice(0, name.length - how.length)
  const value = row[field] as string | null | undefined
  if (how === 'IsNil') return (value === null) === wanted
  if (how === 'NotNil') return (value !== null) === wanted
  const compare = (text: unknown): string | bigint => (field === 'createdAt' ? timeOrRefusal(text, name) : `${text}`)
  const expected = Array.isArray(wanted) ? wanted.map(compare) : [compare(wanted)]
  // SQL: nothing compares with null
  if (value === null || value === undefined) return false
  return holds(how, compare(value), expected)
}

function holds(how: string, is: string | bigint, expected: readonly (string | bigint)[]): boolean {
  const [than = ''] = expected
  const fold = (text: string | bigint) => String(text).toLowerCase()
  switch (how) {
    case 'NEQ':
      return is !== than
    case 'GT':
      return is > than
    case 'GTE':
      return is >= than
    case 'LT':
      return is < than
    case 'LTE':
      return is <= than
    case 'In':
      return expected.includes(is)
    case 'NotIn':
      return !expected.includes(is)
    case 'Contains':
      return String(is).includes(String(than))
    case 'HasPrefix':
      return String(is).startsWith(String(than))
    case 'HasSuffix':
      return String(is).endsWith(String(than))
    case 'EqualFold':
      return fold(is) === fold(than)
    case 'ContainsFold':
      return fold(is).includes(fold(than))
    default:
      return is === than
  }
}

/** Times are checked where they are used, not where the query is validated: the answer is a 200. */
function timeOrRefusal(text: unknown, name: string): bigint {
  const time = micros(String(text))
  if (time !== null) return time
  throw new GraphQLError('time should be RFC3339Nano formatted string', { path: ['dsses', 'where', name] })
}
