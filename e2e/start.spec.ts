import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'

// `npm start` against everything that happens to it. Each test has a data folder and a port of its own; the pages are
// built already, because the server that the other tests use has built them.

test.describe.configure({ mode: 'default', timeout: 120_000 })
test.skip(process.env.E2E_URL !== undefined, 'needs the sources and the build of the server under test')

const root = resolve(import.meta.dirname, '..')
let folder = ''
let running: Run[] = []

type Run = { child: ChildProcess; text: () => string; ended: Promise<number | null> }

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-start-'))
  running = []
})
test.afterEach(async () => {
  for (const run of running) if (run.child.exitCode === null) run.child.kill('SIGTERM')
  await Promise.all(running.map((run) => run.ended))
  const orphan = recordedPid(join(folder, 'postgres', 'postmaster.pid'))
  if (orphan !== null && isAlive(orphan)) process.kill(orphan, 'SIGQUIT')
  rmSync(folder, { recursive: true, force: true })
})

function begin(port: number | null, env: Record<string, string> = {}, command = ['node', 'lib/cli/start.mjs']): Run {
  const [program = 'node', ...args] = command
  const child = spawn(program, args, {
    cwd: root,
    // a process group of its own, as a shell gives it
    detached: true,
    env: {
      ...process.env,
      DATABASE_URL: '',
      HOST: '127.0.0.1',
      WAYBILL_DATA: folder,
      PORT: port === null ? '' : String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk
    })
  const ended = new Promise<number | null>((done) => child.on('exit', done))
  const run = { child, text: () => text, ended }
  running.push(run)
  return run
}

/** Waits until it says that it is ready; fails with what it said instead. */
async function ready(run: Run): Promise<string> {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(30)) {
    const url = /ready: (\S+)/.exec(run.text())?.[1]
    if (url) return url
    if (run.child.exitCode !== null) break
  }
  throw new Error(`did not become ready:\n${run.text()}`)
}

const pause = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function recordedPid(file: string): number | null {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10)
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Processes that were started with this test's data folder. */
function leftovers(): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder))
}

const healthOf = async (url: string): Promise<number> => (await fetch(`${url}/api/v1/health`)).status

test('starts, prints a link for the first administrator, and stops everything on SIGTERM', async () => {
  const run = begin(await freePort())
  const url = await ready(run)
  expect(await healthOf(url)).toBe(200)
  await expect.poll(run.text).toMatch(/\/setup\?token=[\w-]{32}/)
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'local-token')).mode & 0o777).toBe(0o600)
  run.child.kill('SIGTERM')
  expect(await run.ended).toBe(0)
  expect(leftovers()).toEqual([])
  await expect(fetch(url)).rejects.toThrow()
})

test('the link makes the administrator, once', async ({ request }) => {
  const run = begin(await freePort())
  const url = await ready(run)
  await expect.poll(run.text).toMatch(/setup\?token=/)
  const token = /token=([\w-]+)/.exec(run.text())?.[1]
  const form = { token, email: 'first@bank.example', name: 'First', password: 'a sentence is easy to remember' }
  const headers = { origin: url, 'sec-fetch-site': 'same-origin' }
  expect((await request.post(`${url}/api/v1/setup`, { data: form, headers })).status()).toBe(201)
  const again = await request.post(`${url}/api/v1/setup`, { data: { ...form, email: 'second@bank.example' }, headers })
  expect(again.status()).toBe(403)
})

test('starts again with everything that was there, and builds nothing anew', async () => {
  const first = begin(await freePort(), {
    WAYBILL_ADMIN_EMAIL: 'a@bank.example',
    WAYBILL_ADMIN_PASSWORD: 'a long enough sentence',
  })
  await ready(first)
  first.child.kill('SIGTERM')
  await first.ended
  const second = begin(await freePort())
  await ready(second)
  expect(second.text()).not.toContain('Building')
  await pause(300)
  expect(second.text()).not.toContain('/setup?token=')
})

test('Ctrl-C in a terminal stops what npm started', async () => {
  const run = begin(await freePort(), {}, ['npm', 'start'])
  const url = await ready(run)
  // as a terminal does: to every process of the group
  process.kill(-(run.child.pid ?? 0), 'SIGINT')
  await run.ended
  await expect.poll(leftovers, { timeout: 20_000 }).toEqual([])
  await expect(fetch(url)).rejects.toThrow()
})

test('SIGTERM to npm alone stops what it started', async () => {
  const run = begin(await freePort(), {}, ['npm', 'start'])
  const url = await ready(run)
  run.child.kill('SIGTERM')
  await run.ended
  await expect.poll(leftovers, { timeout: 20_000 }).toEqual([])
  await expect(fetch(url)).rejects.toThrow()
})

test('a run whose parent was killed is cleared away, and nothing is lost', async () => {
  const first = begin(await freePort(), {
    WAYBILL_ADMIN_EMAIL: 'a@bank.example',
    WAYBILL_ADMIN_PASSWORD: 'a long enough sentence',
  })
  const url = await ready(first)
  const postmaster = recordedPid(join(folder, 'postgres', 'postmaster.pid')) ?? 0
  first.child.kill('SIGKILL')
  await first.ended
  // web and worker notice by themselves; the database is left
  await expect
    .poll(
      () =>
        fetch(url).then(
          () => 'answers',
          () => 'gone',
        ),
      { timeout: 15_000 },
    )
    .toBe('gone')
  expect(isAlive(postmaster)).toBe(true)
  const second = begin(await freePort())
  expect(await healthOf(await ready(second))).toBe(200)
  expect(second.text()).toMatch(/earlier run ended without saying so/)
  expect(second.text()).toMatch(/still there/)
  expect(isAlive(postmaster)).toBe(false)
  await pause(300)
  expect(second.text()).not.toContain('/setup?token=')
})

test('a web server or worker that dies is started again', async () => {
  const run = begin(await freePort())
  const url = await ready(run)
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(run.child.pid)], {
    encoding: 'utf8',
  }).split('\n')
  for (const name of ['web.mjs', 'worker/main.ts']) {
    const pid = Number.parseInt(children.find((line) => line.includes(name)) ?? '', 10)
    process.kill(pid, 'SIGKILL')
  }
  await expect.poll(run.text).toMatch(/The web server ended/)
  await expect.poll(run.text).toMatch(/The worker ended/)
  await expect.poll(() => healthOf(url).catch(() => 0), { timeout: 15_000 }).toBe(200)
})

test('a second one on the same data folder says who is there', async () => {
  const first = begin(await freePort())
  const url = await ready(first)
  const second = begin(await freePort())
  expect(await second.ended).toBe(1)
  expect(second.text()).toContain(`Waybill already runs with this data folder (process ${first.child.pid}, ${url})`)
  expect(await healthOf(url)).toBe(200)
})

test('an occupied port is explained when it was asked for, and gone around when not', async () => {
  const squatter = createServer()
  const port = await freePort()
  await new Promise<void>((done) => squatter.listen(port, '127.0.0.1', done))
  const asked = begin(port)
  expect(await asked.ended).toBe(1)
  expect(asked.text()).toContain(`Port ${port} of 127.0.0.1 is used by another program`)
  const any = begin(null)
  expect(await healthOf(await ready(any))).toBe(200)
  squatter.close()
})

test('a first administrator who is not acceptable is refused in words', async () => {
  const run = begin(await freePort(), { WAYBILL_ADMIN_EMAIL: 'a@bank.example', WAYBILL_ADMIN_PASSWORD: 'short' })
  expect(await run.ended).toBe(1)
  expect(run.text()).toContain('WAYBILL_ADMIN_PASSWORD: at least 15 characters')
  expect(leftovers()).toEqual([])
})

test('a wrong option is answered with the right ones', async () => {
  const run = begin(await freePort(), {}, ['node', 'lib/cli/start.mjs', '--demos'])
  expect(await run.ended).toBe(64)
  expect(run.text()).toMatch(/--demo .*\n.*--dev/)
})
