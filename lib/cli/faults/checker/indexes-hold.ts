import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isExecutable } from '../is-executable.ts'
import { type Violation, violationOf } from './violation.ts'

const run = promisify(execFile)

export interface Cluster {
  /** folder of PostgreSQL's programs */
  readonly bin: string
  /** address of the database as superuser, who may make the extension `amcheck` */
  readonly url: string
}

/**
 * R10: pg_amcheck finds tables and indexes whole, each row in its indexes.
 * @returns null where this PostgreSQL comes without pg_amcheck
 */
export async function indexesHold({ bin, url }: Cluster): Promise<Violation[] | null> {
  const program = join(bin, 'pg_amcheck')
  if (!isExecutable(program)) return null
  // what is on the command line, everybody on this machine can read
  const address = new URL(url)
  const password = decodeURIComponent(address.password)
  address.password = ''
  try {
    await run(program, ['--install-missing', '--heapallindexed', '--parent-check', '--jobs=2', address.href], {
      maxBuffer: 1 << 26,
      env: { ...process.env, PGPASSWORD: password },
    })
    return []
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stdout' in error ? `${error.stdout}` : ''
    const wrong = typeof error === 'object' && error !== null && 'stderr' in error ? `${error.stderr}` : String(error)
    const lines = `${said}\n${wrong}`.split('\n').filter((line) => line.trim() !== '')
    return violationOf('R10', 'pg_amcheck found damage', lines.length === 0 ? [String(error)] : lines.slice(0, 50))
  }
}
