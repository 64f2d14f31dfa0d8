import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import {
  addressOf,
  canReach,
  choosePrograms,
  copyPrograms,
  databaseUser,
  freePort,
  initialise,
  startServer,
} from '../cli/postgres.mjs'

// Runs in vitest's main process. The PostgreSQL server is started when the first test file asks for a database, so
// that runs without database tests cost nothing; every file gets a copy of one migrated template.

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

type Server = { port: number; password: string; stop: () => Promise<void> }
type Broker = { socket: string; close: () => Promise<void> }

async function startTestServer(folder: string): Promise<Server> {
  const user = databaseUser()
  const found = choosePrograms(root, null)
  const chosen = canReach(user, found.bin) ? found : copyPrograms(found, folder)
  const dir = join(folder, 'data')
  const password = randomBytes(12).toString('hex')
  initialise({ chosen, dir, user, password, sync: false })
  const port = await freePort()
  // nothing here outlives the run: no waiting for the disk
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }
  const server = await startServer({ chosen, dir, user, port, settings, log: undefined })
  const template = addressOf({ port, user: 'postgres', password, database: 'template_waybill' })
  await onServer(port, password, 'CREATE DATABASE template_waybill')
  await run(process.execPath, [join(root, 'lib/cli/migrate.mjs'), 'deploy'], {
    env: { ...process.env, DATABASE_URL: template },
  })
  return { port, password, stop: server.stop }
}

async function onServer(port: number, password: string, sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: addressOf({ port, user: 'postgres', password, database: 'postgres' }),
  })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Listens for test files that want a database, on a socket of its own. */
export async function startBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-test-'))
  chmodSync(folder, 0o755) // the database's user has to pass through
  const socket = join(folder, 'broker.sock')
  let server: Promise<Server> | undefined
  let count = 0
  let queue: Promise<unknown> = Promise.resolve()
  const fresh = async (): Promise<string> => {
    server ??= startTestServer(folder)
    const { port, password } = await server
    const database = `test_${++count}`
    await onServer(port, password, `CREATE DATABASE ${database} TEMPLATE template_waybill`)
    return addressOf({ port, user: 'postgres', password, database })
  }
  const serve = (client: Socket): void => {
    client.on('error', () => undefined)
    // one at a time: a template can be copied by one session only
    queue = queue.then(fresh).then(
      (url) => client.end(JSON.stringify({ url })),
      (error: unknown) => client.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) })),
    )
  }
  const listener = createServer(serve)
  await new Promise<void>((done) => listener.listen(socket, done))
  const close = async (): Promise<void> => {
    listener.close()
    await server?.then((s) => s.stop()).catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  }
  return { socket, close }
}
