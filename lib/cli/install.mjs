// Installs what package-lock.json names, when that has changed, and checks that npm installed just that.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from './folders.mjs'

const stampFile = join(root, 'node_modules', '.waybill-installed')
const lockFile = join(root, 'package-lock.json')

const stampNow = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package.json')))
    .update(readFileSync(lockFile))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex')

/** Whether node_modules is what the lock says, as far as the last install of ours is concerned. */
export function isInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stampNow()
}

/**
 * What an install changed in a lock: entries that vanished or are no longer the same bytes. Entries added are the
 * binaries of a platform that the lock was not made on.
 */
export function lockChanges(before, after) {
  const was = JSON.parse(before).packages ?? {}
  const is = JSON.parse(after).packages ?? {}
  const changed = Object.keys(was).filter(
    (path) => path !== '' && (is[path]?.integrity !== was[path].integrity || is[path]?.version !== was[path].version),
  )
  return { changed, added: Object.keys(is).filter((path) => !(path in was)) }
}

/** Installs if needed. `say` gets progress lines. */
export async function install(say) {
  if (isInstalled()) return
  say('Installing packages from npm (about half a minute with a warm cache, a few minutes without) ...')
  const before = readFileSync(lockFile, 'utf8')
  await npm(['install', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'])
  const after = readFileSync(lockFile, 'utf8')
  if (after !== before) checkLock(before, after, say)
  writeFileSync(stampFile, stampNow())
}

function checkLock(before, after, say) {
  const { changed, added } = lockChanges(before, after)
  writeFileSync(lockFile, before)
  if (changed.length > 0)
    throw new Error(
      `npm installed something else than package-lock.json says: ${changed.slice(0, 5).join(', ')}` +
        `${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}. Remove node_modules and start again; if that ` +
        'does not help, the registry serves other packages than the ones that were locked.',
    )
  if (added.length > 0)
    say(`  ${added.length} packages of this platform are not in the lock and were installed besides.`)
}

/** Runs npm, the one that runs us if there is one. Its output is shown only if it fails. */
function npm(args) {
  const own = process.env.npm_execpath
  const [cmd, head] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []]
  return new Promise((done, fail) => {
    const child = spawn(cmd, [...head, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: '' },
    })
    let said = ''
    const collect = (chunk) => {
      said = (said + chunk).slice(-6000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) =>
      fail(new Error(`npm cannot be run (${error.message}). Install npm, which comes with Node.`)),
    )
    child.on('exit', (code) =>
      code === 0
        ? done()
        : fail(
            new Error(`npm ${args[0]} failed:\n${said.trim()}\nWaybill needs a package registry for its first start.`),
          ),
    )
  })
}

/** The Node 24 that runs Waybill: this one, or the one that the package brings. */
export function node24() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  const brought = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (spawnSync(brought, ['--version']).status === 0) return brought
  throw new Error(
    `Waybill runs on Node 24. This is ${process.version}, and npm has no Node for ${process.platform}-${process.arch} ` +
      'to bring along. Install Node 24 and start again.',
  )
}

/** The environment in which the package's own programs, and its Node, are found first. */
export function toolEnvironment(node) {
  const path = [join(root, 'node_modules', '.bin'), join(node, '..'), process.env.PATH].join(delimiter)
  // the first administrator's password is for one program only
  const { WAYBILL_ADMIN_EMAIL: _e, WAYBILL_ADMIN_PASSWORD: _p, ...env } = process.env
  return {
    ...env,
    PATH: path,
    NEXT_TELEMETRY_DISABLED: '1',
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  }
}
