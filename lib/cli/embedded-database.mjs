// The database that Waybill runs itself, from data folder to connection address.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, root, writePrivate } from './folders.mjs'
import {
  addressOf,
  canReach,
  choosePrograms,
  copyPrograms,
  databaseUser,
  freePort,
  initialise,
  recover,
  startServer,
} from './postgres.mjs'

/** Where data go that the database's user cannot reach below the data folder. */
const systemFolder = '/var/lib/waybill'

/** What was decided when the cluster was made: its folder, and the programs its data belong to. */
const recordFile = (folder) => join(folder, 'database.json')

/** Chooses folder and programs of a new cluster, and makes it. */
function create(folder, user, password, say) {
  let chosen = choosePrograms(root, null)
  let dir = join(folder, 'postgres')
  if (!canReach(user, folder)) {
    // one folder per installation: another clone's data are never taken for ours
    const own = join(systemFolder, randomBytes(6).toString('hex'))
    mkdirSync(own, { recursive: true, mode: 0o755 })
    dir = join(own, 'postgres')
    say(`The user ${user.name}, who runs the database, cannot enter ${folder}: the database's files are in ${own}.`)
  }
  if (!canReach(user, chosen.bin)) {
    mkdirSync(systemFolder, { recursive: true, mode: 0o755 })
    chosen = copyPrograms(chosen, systemFolder)
  }
  if (existsSync(dir))
    throw new Error(
      `${dir} is there, but ${recordFile(folder)}, which says how it was made, is not. Restore that file from a backup.`,
    )
  say(
    `Making a database (PostgreSQL ${chosen.version} ${chosen.kind === 'system' ? 'of this system' : 'from npm'}) ...`,
  )
  initialise({ chosen, dir, user, password })
  const record = { kind: chosen.kind, bin: chosen.bin, version: chosen.version, major: chosen.major, dir, port: 0 }
  writePrivate(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`)
  return record
}

/** The role that Waybill works as: it owns its database, and is no superuser. */
async function prepareRole(port, secrets) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: addressOf({ port, user: 'postgres', password: secrets.databaseSuperuser, database: 'postgres' }),
  })
  await client.connect()
  try {
    const { rows } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'waybill'`)
    if (rows.length > 0) return
    const quoted = client.escapeLiteral(secrets.database)
    const { rows: roles } = await client.query(`SELECT 1 FROM pg_roles WHERE rolname = 'waybill'`)
    await client.query(`${roles.length ? 'ALTER' : 'CREATE'} ROLE waybill LOGIN PASSWORD ${quoted}`)
    await client.query('CREATE DATABASE waybill OWNER waybill')
  } finally {
    await client.end()
  }
}

/**
 * Starts the embedded database, making it first where there is none.
 * @returns {Promise<{ url: string, port: number, child: import('node:child_process').ChildProcess, stop: () => Promise<void> }>}
 */
export async function startDatabase({ folder, secrets, say }) {
  const user = databaseUser()
  const record = readJson(recordFile(folder)) ?? create(folder, user, secrets.databaseSuperuser, say)
  if (!existsSync(record.dir))
    throw new Error(
      `The database's folder ${record.dir} is gone. Restore it from a backup; to begin anew, remove ${folder}.`,
    )
  let chosen = choosePrograms(root, record)
  if (!canReach(user, chosen.bin)) chosen = copyPrograms(chosen, systemFolder)
  const found = await recover(record.dir)
  if (found) say(found)
  const port = await freePort(record.port)
  const server = await startServer({ chosen, dir: record.dir, user, port, log: undefined })
  if (port !== record.port || chosen.bin !== record.bin)
    writePrivate(
      recordFile(folder),
      `${JSON.stringify({ ...record, bin: chosen.bin, kind: chosen.kind, port }, null, 2)}\n`,
    )
  await prepareRole(port, secrets)
  const url = addressOf({ port, user: 'waybill', password: secrets.database, database: 'waybill' })
  return { url, port, child: server.child, stop: server.stop }
}
