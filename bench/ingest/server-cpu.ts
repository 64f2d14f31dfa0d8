import { readdirSync, readFileSync } from 'node:fs'
import { pool } from '../../lib/db/client.ts'

const ticksPerSecond = 100

/** Milliseconds of processor time that the PostgreSQL server and its processes, ended ones too, have used so far. */
export async function serverCpu(): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const postmaster = statOf(rows[0]?.pid ?? 0)?.parent
  if (postmaster === undefined) throw new Error('the server runs elsewhere: its processor time cannot be read')
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null
    if (stat?.parent === postmaster) ticks += stat.own
    if (Number(name) === postmaster) ticks += (stat?.own ?? 0) + (stat?.ended ?? 0)
  }
  return (ticks * 1000) / ticksPerSecond
}

function statOf(pid: number): { parent: number; own: number; ended: number } | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // after the name in brackets: state, ppid, ..., utime (12th), stime, cutime, cstime
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15)
  return { parent: fields[1] ?? 0, own: user + system, ended: endedUser + endedSystem }
}
