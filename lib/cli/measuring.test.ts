import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
// undefined is left out
const environment = { ...process.env, DATABASE_URL: undefined }

/** What a program printed; it starts its own database. Throws where it ends with anything but 0. */
async function printed(script: string, ...args: string[]): Promise<string> {
  const options = { cwd: root, env: environment, maxBuffer: 1 << 24 }
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], options)
  return stdout
}

/** Small runs: nobody reads their figures, but whoever wants real ones finds that the programs still run. */
describe('what measures and breaks Waybill runs', { timeout: 300_000 }, () => {
  test('faults: a worker is killed, a byte flipped, and every invariant holds', async () => {
    const text = await printed('lib/cli/faults/main.ts', '--only', '1,21', '--kills', '2', '--web', 'routes')
    expect(text).toMatch(/^1 worker killed.* none$/m)
    expect(text).toMatch(/^21 one byte.* none$/m)
  })

  test('bench/ingest: every way writes all documents', async () => {
    const text = await printed('bench/ingest/run.ts', '--documents=20', '--rounds=1')
    for (const way of ['1,000 a request', 'one act', '64 clients', 'written only', 'unnest', 'COPY', 'createMany'])
      expect(text).toMatch(new RegExp(`^.*${way}.*( +[\\d.]+){4}$`, 'm'))
  })

  test('bench/lookup: every question finds what was filled in', async () => {
    const text = await printed('bench/lookup/run.ts', '--scale=1k', '--times=5', '--rounds=1')
    for (const way of ['artifact by digest', 'verdict by digest, shipped', 'makers by digest', 'origins, 6 levels'])
      expect(text).toMatch(new RegExp(`^${way}.*( +[\\d.]+){4}$`, 'm'))
  })
})
