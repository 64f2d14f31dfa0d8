import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort, processState } from './postgres.mjs'

// Starts the embedded database in a process of its own, kills things, and starts it again.

let folder = ''
let owners: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-database-'))
  chmodSync(folder, 0o711)
})
afterEach(async () => {
  for (const owner of owners) owner.kill('SIGKILL')
  owners = []
  const pid = serverPid()
  if (pid !== null && isRunning(pid)) process.kill(pid, 'SIGQUIT')
  await until(() => pid === null || !isRunning(pid))
  rmSync(folder, { recursive: true, force: true })
})

type Started = { owner: ChildProcess; url: string; said: string[] }

/** What `npm start` does about the database, in a process that can be killed. */
function start(): Promise<Started> {
  const owner = fork(join(import.meta.dirname, '../testing/database-owner.mjs'), [folder], { stdio: 'inherit' })
  owners.push(owner)
  return new Promise((resolve, reject) => {
    owner.on('message', (message) => {
      if (!isAnswer(message)) return
      if (message.error === undefined) resolve({ owner, url: message.url ?? '', said: message.said ?? [] })
      else reject(new Error(message.error))
    })
    owner.on('exit', (code) => reject(new Error(`ended with ${code}`)))
  })
}

type Answer = { url?: string; said?: string[]; error?: string }
const isAnswer = (message: unknown): message is Answer => typeof message === 'object' && message !== null

function serverPid(): number | null {
  try {
    return Number.parseInt(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return null
  }
}

function isRunning(pid: number): boolean {
  const state = processState(pid)
  return state !== null && !state.zombie
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !holds(); await new Promise((r) => setTimeout(r, 20)))
    if (Date.now() > end) throw new Error('waited for 15 s in vain')
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function kill(owner: ChildProcess): Promise<void> {
  owner.kill('SIGKILL')
  await until(() => owner.exitCode !== null || owner.signalCode !== null)
}

async function withRow(): Promise<Started> {
  const first = await start()
  await query(first.url, 'CREATE TABLE t (n int); INSERT INTO t VALUES (42)')
  return first
}

test('a server whose parent was killed is stopped in order, and what was committed is there', async () => {
  const first = await withRow()
  const orphan = serverPid()
  await kill(first.owner)
  expect(orphan !== null && isRunning(orphan)).toBe(true)
  const second = await start()
  expect(second.said.join('\n')).toMatch(/earlier run was still there/)
  expect(orphan !== null && isRunning(orphan)).toBe(false)
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }])
}, 60_000)

test('a server that was killed itself recovers what was committed', async () => {
  const first = await withRow()
  await kill(first.owner)
  const orphan = serverPid() ?? 0
  process.kill(orphan, 'SIGKILL')
  await until(() => !isRunning(orphan))
  const second = await start()
  expect(second.said.join('\n')).toMatch(/not stopped in order/)
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }])
}, 60_000)

test('a pid file that names somebody else is not believed', async () => {
  const first = await withRow()
  await kill(first.owner)
  const orphan = serverPid() ?? 0
  process.kill(orphan, 'SIGKILL')
  await until(() => !isRunning(orphan))
  const file = join(folder, 'postgres', 'postmaster.pid')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)))
  const second = await start()
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }])
}, 60_000)

test('a port that is taken meanwhile is replaced by a free one', async () => {
  const first = await withRow()
  first.owner.send('stop')
  await until(() => first.owner.exitCode !== null)
  const { createServer } = await import('node:net')
  const port = Number(new URL(first.url).port)
  const squatter = createServer()
  await new Promise<void>((done) => squatter.listen(port, '127.0.0.1', done))
  const second = await start()
  squatter.close()
  expect(new URL(second.url).port).not.toBe(String(port))
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }])
}, 60_000)

test('the role it works as is no superuser, and strangers need the password', async () => {
  const { url } = await start()
  expect(await query(url, 'SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user')).toEqual([
    { rolsuper: false, rolcreaterole: false },
  ])
  const stranger = new URL(url)
  stranger.password = 'guess'
  await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
}, 60_000)

test('data made by a PostgreSQL that is gone are not touched by another version', async () => {
  const first = await withRow()
  first.owner.send('stop')
  await until(() => first.owner.exitCode !== null)
  const record = join(folder, 'database.json')
  const kept = readFileSync(record, 'utf8')
  writeFileSync(record, JSON.stringify({ ...JSON.parse(kept), major: 9, bin: '/nowhere' }))
  await expect(start()).rejects.toThrow(/made by PostgreSQL 9/)
  writeFileSync(record, kept)
  expect(await query((await start()).url, 'SELECT n FROM t')).toEqual([{ n: 42 }])
}, 60_000)

test('a free port is really free', async () => {
  const port = await freePort()
  expect(port).toBeGreaterThan(1023)
})
