import pg from 'pg'
import { tables } from './prisma-rows.ts'

/** A table's rows as one array for each column, and the statement that writes a part of them. */
interface Columns {
  readonly statement: string
  readonly values: readonly (readonly unknown[])[]
}

const batch = 1_000
/** Every value as the text by which PostgreSQL itself writes it: nothing is converted while the clock runs. */
const asText = { getTypeParser: () => (value: string) => value }

/** The rows of each table that bringing in writes, for one `INSERT ... SELECT FROM unnest` for each thousand. */
export async function readColumns(url: string): Promise<Columns[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const all: Columns[] = []
  for (const table of tables) {
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `SELECT "attname" AS "name", format_type("atttypid", NULL) AS "type" FROM pg_attribute
       WHERE "attrelid" = $1::regclass AND "attnum" > 0 AND NOT "attisdropped" ORDER BY "attnum"`,
      [`"${table}"`],
    )
    const { rows } = await client.query<unknown[]>({
      text: `SELECT * FROM "${table}"`,
      rowMode: 'array',
      types: asText,
    })
    const arrays = columns.map(({ type }, at) => `$${at + 1}::${type}[]`).join(', ')
    const names = columns.map(({ name }) => `"${name}"`).join(', ')
    all.push({
      statement: `INSERT INTO "${table}" (${names}) SELECT * FROM unnest(${arrays})`,
      values: columns.map((_, at) => rows.map((row) => row[at])),
    })
  }
  await client.end()
  return all
}

/** Writes them in the order of the tables, a thousand rows a statement, all in one transaction. */
export async function writeColumns(pool: pg.Pool, columns: readonly Columns[]): Promise<void> {
  const client = await pool.connect()
  await client.query('BEGIN')
  for (const { statement, values } of columns)
    for (let at = 0; at < (values[0]?.length ?? 0); at += batch)
      await client.query(
        statement,
        values.map((column) => column.slice(at, at + batch)),
      )
  await client.query('COMMIT')
  client.release()
}
