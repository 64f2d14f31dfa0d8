// node bench/event-loop/run.ts [--files=N], after `npm start` or `npx next build` has made the server.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemActor } from '#lib/auth/actor.ts'
import { parseEnvelope } from '#lib/in-toto/index.ts'
import { linkDocument } from '#lib/testing/authority/documents.ts'
import { metablock } from '#lib/testing/authority/envelopes.ts'
import { makeKey } from '#lib/testing/authority/keys.ts'
import { startDatabase } from '../../lib/cli/embedded-database.mjs'
import { secretsOf } from '../../lib/cli/folders.mjs'
import { generateChain } from '../verify/generate.ts'

const count = Number(process.argv.find((word) => word.startsWith('--files='))?.slice(8) ?? 100_000)
const root = join(import.meta.dirname, '../..')
if (!existsSync(join(root, '.next', 'BUILD_ID'))) throw new Error('there is no built server: run npx next build first')
const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'))
chmodSync(folder, 0o777)
const database = await startDatabase({ folder, secrets: secretsOf(folder), say: () => undefined })
Object.assign(process.env, {
  DATABASE_URL: database.url,
  NEXTAUTH_SECRET: 'x'.repeat(32),
  WAYBILL_DATA: folder,
  NODE_ENV: 'production',
})
execFileSync(process.execPath, [join(root, 'lib/cli/migrate.mjs'), 'deploy'], { stdio: 'ignore' })
const { apiToken } = await import('#lib/testing/people.ts')
const { closeDatabase, db } = await import('#lib/db/client.ts')
const { createSoftware } = await import('#lib/services/software/create.ts')
const { setOwnerKeys } = await import('#lib/services/software/set-owner-keys.ts')
const { putInForce } = await import('#lib/services/software/put-in-force.ts')
const { judgeSoftwareJob } = await import('#lib/services/verdicts/judge-software.ts')

const port = await freePort()
const server = spawn(
  process.execPath,
  ['--require', join(import.meta.dirname, 'delay.cjs'), join(root, 'lib/cli/web.mjs'), '--port', String(port)],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
)
await new Promise((ready) => server.once('message', ready))
const { headers } = await apiToken(['ingest', 'read'])

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening))
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function ask(path: string, body?: Buffer, type = 'application/json'): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body: new Uint8Array(body) }
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    ...init,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text)
}

interface Held {
  readonly wall: number
  readonly cpu: number
}

const delay = (): Promise<Held> =>
  new Promise((answer) => {
    server.once('message', (message: { delay: Held }) => answer(message.delay))
    server.send('delay')
  })

/** What others notice meanwhile: somebody asks for something small all the time. */
async function measured(name: string, work: () => Promise<unknown>): Promise<void> {
  await delay()
  let done = false
  const waits: number[] = []
  const others = (async () => {
    while (!done) {
      const begun = performance.now()
      await ask('software')
      waits.push(performance.now() - begun)
    }
  })()
  const begun = performance.now()
  await work()
  const took = performance.now() - begun
  done = true
  await others
  const median = waits.toSorted((a, b) => a - b)[waits.length >> 1] ?? 0
  const held = await delay()
  const cells = [held.cpu, held.wall, took, median, Math.max(...waits)].map((ms) => `${ms.toFixed(0)} ms`.padStart(10))
  console.log(`${name.padEnd(50)}${cells.join('')}`)
}

function parsed(bytes: Uint8Array): number {
  const begun = performance.now()
  parseEnvelope(bytes)
  return performance.now() - begun
}

const megabytes = (bytes: Uint8Array) => `${(bytes.length / 1e6).toFixed(0)} MB`
const files = (n: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`node_modules/pkg-${i % 97}/dist/esm/file-${i}.js`, `${i}`]))

try {
  const large = metablock(linkDocument({ name: 'large', materials: {}, products: files(125_000) }), [makeKey('ci')])
  const again = Buffer.concat([large, Buffer.from('\n')])
  const dir = join(folder, 'chain')
  generateChain(dir, count)
  const links = readdirSync(join(dir, 'links')).map((name) => ({ name, bytes: readFileSync(join(dir, 'links', name)) }))
  const heaviest = links.toSorted((a, b) => b.bytes.length - a.bytes.length)[0]?.bytes ?? large
  parsed(large)
  console.log(`The built server, with somebody else who asks for the list of software without pause.
loop held: how long at most the server's own thread did nothing else: its processor time (aim below 50 ms), and by the
clock, in which other processes have their part. took: until the answer. others: what that somebody waited.
floor: reading one link of ${megabytes(large)} takes a thread ${parsed(large).toFixed(0)} ms, the largest of the chain (${megabytes(heaviest)}) ${parsed(heaviest).toFixed(0)} ms.
`)
  console.log(`${''.padEnd(45)} loop held: CPU   by clock      took   others: median, longest`)
  for (let i = 0; i < 20; i++) await ask('software')
  await measured('nothing else, half a second', () => new Promise((go) => setTimeout(go, 500)))
  await measured(`one link of ${megabytes(large)}, the first`, () => ask('attestations', Buffer.from(large)))
  await measured(`one link of ${megabytes(again)}, when a thread is there`, () => ask('attestations', again))

  const person = systemActor('bench')
  const software = await createSoftware(person, { name: 'Bench' })
  await setOwnerKeys(person, software.slug, {
    keys: [{ name: 'owner', text: readFileSync(join(dir, 'owner.pub'), 'utf8') }],
  })
  await ask('attestations?path=root.layout', readFileSync(join(dir, 'root.layout')))
  const { id: versionId } = await db.layoutVersion.findFirstOrThrow()
  await putInForce(person, software.slug, { versionId, parameters: null })
  await measured(`a chain of 4 x ${count.toLocaleString('en')}, as one run`, async () => {
    for (const { name, bytes } of links) {
      const run = new URLSearchParams({ software: software.slug, run: 'r1', path: name })
      await ask(`attestations?${run}`, bytes)
    }
  })
  await judgeSoftwareJob({ softwareId: software.id })
  const build = await db.build.findFirstOrThrow({ include: { current: true } })
  console.log(`(judged by a process of its own: ${build.current?.verdict})`)
  await measured('the page of that build', () => ask(`builds/${build.short}`))
  await measured('the files of its last step', () => ask(`builds/${build.short}/steps/package`))
} finally {
  server.kill('SIGTERM')
  await closeDatabase()
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
