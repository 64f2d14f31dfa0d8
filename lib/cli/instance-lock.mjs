// One running Waybill per data folder. `running.json` there says which process, and under which address it answers.
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writePrivate } from './folders.mjs'
import { processState } from './postgres.mjs'

const fileOf = (folder) => join(folder, 'running.json')

/** When a process began, where the system tells: a pid alone may have been given to somebody else since. */
export function beginOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** Whether the process that the record names still runs. */
function isAlive(record) {
  const state = processState(record.pid)
  if (state === null || state.zombie || !/node|npm/.test(state.command)) return false
  return record.began === null || beginOf(record.pid) === null || beginOf(record.pid) === record.began
}

/** The running Waybill of this data folder as `{ pid, url }`, or null. `url` is null while it starts. */
export function runningInstance(folder) {
  let record = null
  try {
    record = readJson(fileOf(folder))
  } catch {
    return null // half written by a machine that went down
  }
  return record !== null && isAlive(record) ? record : null
}

/**
 * Takes the folder for this process. Returns what was found on the way (for people), or null.
 * Throws where another Waybill runs.
 */
export function takeFolder(folder) {
  const path = fileOf(folder)
  let note = null
  for (let attempt = 0; attempt < 5; attempt++) {
    const mine = `${path}.${process.pid}`
    writeFileSync(mine, JSON.stringify({ pid: process.pid, began: beginOf(process.pid), url: null }), { mode: 0o600 })
    try {
      linkSync(mine, path) // fails where the name exists: exactly one of several wins
      return note
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    } finally {
      rmSync(mine, { force: true })
    }
    const other = runningInstance(folder)
    if (other !== null)
      throw new Error(
        `Waybill already runs with this data folder (process ${other.pid}${other.url ? `, ${other.url}` : ', still starting'}). ` +
          'Stop it first, or set WAYBILL_DATA to another folder.',
      )
    note = removeStale(path) ?? note
  }
  throw new Error(`${path} cannot be taken: it is made anew again and again by somebody else.`)
}

/** Moves a stale lock away; one that somebody took in this very moment is put back. */
function removeStale(path) {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return null // gone already
  }
  try {
    const record = JSON.parse(readFileSync(aside, 'utf8'))
    if (isAlive(record) && !existsSync(path)) linkSync(aside, path)
  } catch {
    // unreadable: nobody's
  }
  rmSync(aside, { force: true })
  return 'An earlier run ended without saying so; its lock was removed.'
}

/** Says under which address this process answers: the command line looks here. */
export function announce(folder, url) {
  writePrivate(fileOf(folder), `${JSON.stringify({ pid: process.pid, began: beginOf(process.pid), url })}\n`)
}

export function leaveFolder(folder) {
  const record = existsSync(fileOf(folder)) ? JSON.parse(readFileSync(fileOf(folder), 'utf8')) : null
  if (record?.pid === process.pid) rmSync(fileOf(folder), { force: true })
}
