// Where a running Waybill keeps its things: secrets, the local token, the record of its database, who is running.
// Plain JavaScript, Node 20, nothing installed.
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder with package.json. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The data folder: WAYBILL_DATA, otherwise `.waybill` beside package.json. */
export function dataFolder(env = process.env) {
  return resolve(env.WAYBILL_DATA || join(root, '.waybill'))
}

/** Makes the data folder. Others may pass through it to the database's own folder, and read nothing. */
export function makeDataFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new Error(
      `The data folder ${folder} cannot be used (${error.code ?? error.message}): expected a folder that this user may ` +
        'write to. Start as the user who owns it, or set WAYBILL_DATA to another folder.',
    )
  }
  if (process.getuid?.() === 0) chmodSync(folder, 0o711)
}

/** Writes a file as a whole or not at all, readable by its owner only. */
export function writePrivate(path, text) {
  const fresh = `${path}.${process.pid}.new`
  rmSync(fresh, { force: true })
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(fresh, path)
}

/** A JSON file, or null where there is none; a broken one is named. */
export function readJson(path) {
  if (!existsSync(path)) return null
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(
      `${path} is not readable as JSON (${error.message}). Restore it from a backup, or remove it if it is empty.`,
    )
  }
}

/** The secrets of this installation, made once: session signing and the database's passwords. */
export function secretsOf(folder) {
  const path = join(folder, 'secrets.json')
  const kept = readJson(path) ?? {}
  const make = () => randomBytes(32).toString('base64url')
  const secrets = {
    session: kept.session ?? make(),
    databaseSuperuser: kept.databaseSuperuser ?? make(),
    database: kept.database ?? make(),
  }
  if (Object.keys(secrets).some((name) => kept[name] !== secrets[name]))
    writePrivate(path, `${JSON.stringify(secrets, null, 2)}\n`)
  return secrets
}
