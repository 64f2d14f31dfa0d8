// node bench/ingest/run.ts [--documents=N] [--rounds=N]
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { Cluster } from '../../lib/cli/faults/stand/cluster.ts'
import { tables } from './prisma-rows.ts'

interface Measured {
  readonly wall: number
  readonly node: number
  readonly server: number
}

const numberOf = (name: string, otherwise: number): number =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const count = numberOf('documents', 2_000)
const rounds = numberOf('rounds', 3)
const here = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'))
const cluster = process.env.DATABASE_URL ? null : await Cluster.make(folder)
// the server writes the copies there
chmodSync(folder, 0o777)
const server = new URL(process.env.DATABASE_URL ?? cluster?.superuserUrl ?? '')
const admin = new pg.Client({ connectionString: server.href })
await admin.connect()
admin.on('error', () => undefined)

const urlOf = (name: string): string => Object.assign(new URL(server.href), { pathname: `/${name}` }).href
const node = (script: string, args: string[], url: string): string =>
  execFileSync(process.execPath, [script, ...args], {
    env: { ...process.env, DATABASE_URL: url, NEXTAUTH_SECRET: 'x'.repeat(32), WAYBILL_DATA: folder },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })

async function fresh(name: string): Promise<string> {
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.query(`CREATE DATABASE ${name} TEMPLATE waybill_bench_empty`)
  return urlOf(name)
}

const measure = (way: string, url: string, from = ''): Measured =>
  JSON.parse(
    node(join(here, 'measure.ts'), [way, String(count), from], url)
      .trim()
      .split('\n')
      .at(-1) ?? '',
  )

/** Writes the tables to files, and answers the statements that read them. */
async function exported(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const table of tables) await client.query(`COPY "${table}" TO '${join(folder, `${table}.copy`)}'`)
  await client.end()
  return tables.map((table) => `COPY "${table}" FROM '${join(folder, `${table}.copy`)}'`).join(';')
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
const ways = ['batches', 'forms', 'one-act', 'pushes', 'written', 'unnest', 'copy', 'create-many'] as const
const names = {
  batches: 'pushed, 1,000 a request, 4 clients',
  forms: 'multipart, 100 files a request, 4 clients',
  'one-act': 'brought in, one act of many files',
  pushes: 'pushed, one a request, 64 clients',
  written: 'written only, read beforehand',
  unnest: 'unnest of the same rows',
  copy: 'COPY of the same rows',
  'create-many': 'Prisma createMany of the same rows',
}

try {
  await admin.query('DROP DATABASE IF EXISTS waybill_bench_empty WITH (FORCE)')
  await admin.query('CREATE DATABASE waybill_bench_empty')
  node(join(here, '../../lib/cli/migrate.mjs'), ['deploy'], urlOf('waybill_bench_empty'))
  const results = new Map<string, Measured[]>(ways.map((way) => [way, []]))
  for (let round = 0; round < rounds; round++) {
    const filled = await fresh('waybill_bench_filled')
    results.get('one-act')?.push(measure('one-act', filled))
    for (const way of ['batches', 'forms', 'pushes', 'written'] as const)
      results.get(way)?.push(measure(way, await fresh('waybill_bench_work')))
    results.get('unnest')?.push(measure('unnest', await fresh('waybill_bench_work'), filled))
    results.get('copy')?.push(measure('copy', await fresh('waybill_bench_work'), await exported(filled)))
    results.get('create-many')?.push(measure('create-many', await fresh('waybill_bench_work'), filled))
  }
  console.log(`${count} documents, medians of ${rounds} rounds`)
  console.log(`${''.padEnd(44)}    per s   per s of one core   CPU ms each: Node  PostgreSQL`)
  for (const way of ways) {
    const all = results.get(way) ?? []
    const [wall, own, theirs] = [all.map((m) => m.wall), all.map((m) => m.node), all.map((m) => m.server)].map(median)
    const cpu = (own ?? 0) + (theirs ?? 0)
    const cells = [(count * 1000) / (wall ?? 0), (count * 1000) / cpu].map((n) => n.toFixed(0))
    const each = [(own ?? 0) / count, (theirs ?? 0) / count].map((n) => n.toFixed(2))
    console.log(
      `${names[way].padEnd(44)} ${cells[0]?.padStart(8)} ${cells[1]?.padStart(19)} ${each[0]?.padStart(18)} ${each[1]?.padStart(11)}`,
    )
  }
} finally {
  for (const name of ['filled', 'work', 'empty'])
    await admin.query(`DROP DATABASE IF EXISTS waybill_bench_${name} WITH (FORCE)`)
  await admin.end()
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
}
