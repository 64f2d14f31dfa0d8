import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../lib/generated/prisma/client.ts'

const models = [
  'import',
  'delivery',
  'envelope',
  'envelopeContent',
  'envelopeSignature',
  'artifact',
  'name',
  'edge',
  'sighting',
  'importFile',
  'auditEntry',
] as const

/** The rows of each table that bringing in writes, as Prisma reads them. */
export type Rows = readonly { readonly model: (typeof models)[number]; readonly data: object[] }[]

/** Tables in the order in which their rows refer to one another. */
export const tables = models.map((model) => model.charAt(0).toUpperCase() + model.slice(1))

export async function readRows(url: string): Promise<Rows> {
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) })
  const rows = await Promise.all(models.map(async (model) => ({ model, data: await all(client, model) })))
  await client.$disconnect()
  return rows
}

/** A thousand rows a call: the largest that stays below the limit of parameters for each of these tables. */
export async function writeRows(client: PrismaClient, rows: Rows): Promise<void> {
  for (const { model, data } of rows)
    for (let at = 0; at < data.length; at += 1_000) await createMany(client, model, data.slice(at, at + 1_000))
}

interface Delegate {
  findMany(): Promise<object[]>
  createMany(input: { data: object[] }): Promise<unknown>
}

/** Safe: every model of the client has these two, and rows are written as they were read. */
function delegateOf(client: PrismaClient, model: (typeof models)[number]): Delegate {
  const delegate: unknown = client[model]
  return delegate as Delegate
}

const all = (client: PrismaClient, model: (typeof models)[number]) => delegateOf(client, model).findMany()

async function createMany(client: PrismaClient, model: (typeof models)[number], data: object[]): Promise<void> {
  await delegateOf(client, model).createMany({ data })
}
