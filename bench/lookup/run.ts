// node bench/lookup/run.ts [--scale=1M] [--times=N] [--rounds=N]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { Cluster } from '../../lib/cli/faults/stand/cluster.ts'
import { fill } from './fill.ts'

interface Measured {
  readonly name: string
  /** found by each question, on average */
  readonly rows: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1_000, M: 1_000_000 }
/** All tables with their indexes, and as much again for what PostgreSQL writes ahead. */
const bytesPerEnvelope = 8_000

const option = (name: string, otherwise: string): string =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise

function countOf(scale: string): number {
  const [, digits, unit = ''] = /^(\d+)([kM]?)$/.exec(scale) ?? []
  const count = Number(digits) * (units[unit] ?? Number.NaN)
  if (!(count >= 1_000)) throw new Error(`Expected a scale such as 1M, 10M or 50k, at least 1k; found ${scale}.`)
  return count
}

const count = countOf(option('scale', '1M'))
const [times, rounds] = [Number(option('times', '2000')), Number(option('rounds', '3'))]
const folder = mkdtempSync(join(tmpdir(), 'waybill-lookup-'))

function checkSpace(): void {
  const { bavail, bsize } = statfsSync(folder)
  const [free, needed] = [bavail * bsize, count * bytesPerEnvelope]
  if (free < needed)
    throw new Error(
      `Expected ${Math.ceil(needed / 1e9)} GB free in ${tmpdir()}; found ${Math.floor(free / 1e9)} GB. Set TMPDIR to a larger disk.`,
    )
}

const node = (script: string, args: string[], url: string): string =>
  execFileSync(process.execPath, [script, ...args], {
    env: { ...process.env, DATABASE_URL: url, NEXTAUTH_SECRET: 'x'.repeat(32), WAYBILL_DATA: folder },
    encoding: 'utf8',
  })

async function sizeOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ size: string }>(
    'SELECT pg_size_pretty(pg_database_size(current_database())) AS "size"',
  )
  await client.end()
  return rows[0]?.size ?? ''
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

function printTable(all: readonly Measured[][]): void {
  console.log(`${''.padEnd(34)} rows      p50      p95      p99  ms; medians of ${rounds} rounds of ${times}`)
  for (const [at, { name, rows }] of (all[0] ?? []).entries()) {
    const of = (pick: (one: Measured) => number) => median(all.flatMap((round) => round[at] ?? []).map(pick)).toFixed(2)
    const cells = [of((m) => m.p50), of((m) => m.p95), of((m) => m.p99)].map((cell) => cell.padStart(8))
    console.log(`${name.padEnd(34)} ${rows.toFixed(0).padStart(4)} ${cells.join(' ')}`)
  }
}

let cluster: Cluster | null = null
try {
  checkSpace()
  cluster = await Cluster.make(folder, { shared_buffers: '1GB', max_wal_size: '4GB' })
  node(join(import.meta.dirname, '../../lib/cli/migrate.mjs'), ['deploy'], cluster.url)
  const begun = performance.now()
  await fill(cluster.superuserUrl, count, (text) => console.log(`  ${text}`))
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  console.log(`${count} envelopes, ${await sizeOf(cluster.url)}, filled in ${seconds} s`)
  const all: Measured[][] = []
  for (let round = 0; round < rounds; round++) {
    const answer = node(join(import.meta.dirname, 'measure.ts'), [String(count), String(times)], cluster.url)
    all.push(JSON.parse(answer.trim().split('\n').at(-1) ?? ''))
  }
  printTable(all)
} finally {
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
}
