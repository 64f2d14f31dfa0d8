// The lookups in a process of their own: node bench/lookup/measure.ts COUNT TIMES, with DATABASE_URL of a filled schema.
import { createHash } from 'node:crypto'
import { systemActor } from '../../lib/auth/actor.ts'
import { closeDatabase, pool } from '../../lib/db/client.ts'
import { getArtifact } from '../../lib/services/artifacts/get.ts'
import { artifactOrigins } from '../../lib/services/artifacts/origins.ts'
import { verdictByDigest } from '../../lib/services/verdicts/by-digest.ts'

const [count = 0, times = 0] = process.argv.slice(2).map(Number)
const actor = systemActor('bench')
const levels = 6
/** A server that has run for a while has its code compiled and its statements planned. */
const warmUp = 500

const digestOf = (file: number): string => `sha256:${createHash('sha256').update(`file ${file}`).digest('hex')}`
/** The same files each time, spread over everything. */
const spread = (nth: number, most: number): number => 1 + ((nth * 7_919_993) % most)
/** With six levels before it. */
const late = (nth: number): number => Math.max(2, count - spread(nth, Math.ceil(count * 0.9)) + 1)

interface Way {
  readonly name: string
  /** answers how many rows it found */
  run(nth: number): Promise<number>
}

const ways: readonly Way[] = [
  {
    name: 'floor: id of a digest, bare pg',
    run: async (nth) => {
      const { rows } = await pool.query({
        name: 'floor',
        text: 'SELECT "id" FROM "Artifact" WHERE "algo" = $1 AND "digest" = $2',
        values: ['sha256', Buffer.from(digestOf(2 * late(nth)).slice('sha256:'.length), 'hex')],
      })
      return rows.length
    },
  },
  {
    name: 'artifact by digest, whole page',
    run: async (nth) => (await getArtifact(actor, digestOf(2 * late(nth)))).uses.length,
  },
  {
    name: 'verdict by digest, shipped',
    run: async (nth) => {
      const digest = digestOf(2 * 10 * spread(nth, Math.floor(count / 10)))
      const { verdict, builds } = await verdictByDigest(actor, { digest, software: undefined })
      return verdict === 'allow' ? builds.length : 0
    },
  },
  {
    name: 'verdict by digest, not shipped',
    run: async (nth) => {
      const { code } = await verdictByDigest(actor, { digest: digestOf(2 * late(nth) + 1), software: undefined })
      return code === 'NOT_FINAL' ? 1 : 0
    },
  },
  {
    name: 'makers by digest, one level',
    run: async (nth) => (await artifactOrigins(actor, digestOf(2 * late(nth)), 1)).levels.flat().length,
  },
  {
    name: `origins, ${levels} levels`,
    run: async (nth) => {
      const found = await artifactOrigins(actor, digestOf(2 * late(nth)), levels)
      if (count >= 10_000 && found.levels.length !== levels) throw new Error(`a walk of ${found.levels.length} levels`)
      return found.levels.flat().reduce((sum, { made, took }) => sum + made.length + took.length, 0)
    },
  },
]

await pool.query('SELECT 1')
const results = []
for (const { name, run } of ways) {
  for (let nth = 0; nth < Math.min(warmUp, times); nth++) await run(times + nth)
  const took: number[] = []
  let rows = 0
  for (let nth = 0; nth < times; nth++) {
    const begun = performance.now()
    rows += await run(nth)
    took.push(performance.now() - begun)
  }
  if (rows < times) throw new Error(`${name}: ${rows} rows for ${times} questions`)
  took.sort((a, b) => a - b)
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN
  results.push({ name, rows: rows / times, p50: at(0.5), p95: at(0.95), p99: at(0.99) })
}
console.log(JSON.stringify(results))
await closeDatabase()
