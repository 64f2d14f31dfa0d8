import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { closeDatabase, pool } from '#lib/db/client.ts'
import { freePort } from '../../postgres.mjs'
import { buildInputs, contentHash } from '../../sources.mjs'
import { isExecutable } from '../is-executable.ts'
import { Cluster } from './cluster.ts'
import { Part } from './part.ts'

const root = resolve(import.meta.dirname, '../../../..')
const run = promisify(execFile)

export interface StandOptions {
  /** `next`: the web server as `npm start` runs it, which needs a build; `routes`: the same routes without Next */
  readonly web: 'next' | 'routes'
  /** settings of PostgreSQL */
  readonly settings?: Readonly<Record<string, string>>
  /** origins that sources may reach */
  readonly origins?: readonly string[]
  /** makes the folder of the cluster; given the folder of the stand */
  readonly dataFolder?: (folder: string) => string
}

/** A whole Waybill of real processes in a folder of its own. */
export class Stand {
  readonly folder: string
  readonly cluster: Cluster
  readonly worker: Part
  /** a second one, not started */
  readonly other: Part
  readonly web: Part
  readonly origin: string
  /** that directory sources may read */
  readonly inbox: string

  private constructor(folder: string, cluster: Cluster, port: number, options: StandOptions) {
    this.folder = folder
    this.cluster = cluster
    this.origin = `http://127.0.0.1:${port}`
    this.inbox = join(folder, 'inbox')
    mkdirSync(this.inbox)
    const env = {
      ...process.env,
      DATABASE_URL: cluster.url,
      WAYBILL_DATA: folder,
      WAYBILL_SOURCE_FOLDERS: this.inbox,
      WAYBILL_SOURCE_ORIGINS: (options.origins ?? []).join(','),
      NEXTAUTH_SECRET: 'only on loopback, and only until the end of the run',
      NEXTAUTH_URL: this.origin,
      NODE_ENV: 'production' as const,
    }
    const log = join(folder, 'log')
    const script = join(root, 'lib/worker/main.ts')
    this.worker = new Part(script, [], env, log)
    this.other = new Part(script, [], env, log)
    this.web =
      options.web === 'next'
        ? new Part(join(root, 'lib/cli/web.mjs'), ['--port', String(port), '--host', '127.0.0.1'], env, log)
        : new Part(join(root, 'lib/testing/api-server.ts'), [String(port)], env, log)
    // the services and the checker in this process use the same database
    Object.assign(process.env, {
      DATABASE_URL: env.DATABASE_URL,
      WAYBILL_DATA: folder,
      WAYBILL_SOURCE_FOLDERS: env.WAYBILL_SOURCE_FOLDERS,
      WAYBILL_SOURCE_ORIGINS: env.WAYBILL_SOURCE_ORIGINS,
      NEXTAUTH_SECRET: env.NEXTAUTH_SECRET,
    })
  }

  /** Makes database, schema and processes, and starts them. */
  static async make(options: StandOptions): Promise<Stand> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-faults-')))
    const data = options.dataFolder?.(folder) ?? folder
    const cluster = await Cluster.make(folder, options.settings, data)
    const stand = new Stand(folder, cluster, await freePort(), options)
    await run(process.execPath, [join(root, 'lib/cli/migrate.mjs'), 'deploy'], {
      env: { ...process.env, DATABASE_URL: cluster.url },
    })
    await Promise.all([stand.worker.start(), stand.web.start()])
    return stand
  }

  /** Whether the pages are built, and from the sources that lie here: those of others would be what is tried. */
  static isBuilt(): boolean {
    const stamp = join(root, '.next', 'waybill-build')
    return existsSync(stamp) && readFileSync(stamp, 'utf8') === contentHash(root, buildInputs)
  }

  /** Where PostgreSQL's programs are links in another folder, this one may lie only beside the real ones. */
  get amcheck() {
    const { bin, superuserUrl } = this.cluster
    const folders = [bin, dirname(realpathSync(join(bin, 'postgres')))]
    const found = folders.find((folder) => isExecutable(join(folder, 'pg_amcheck')))
    return found === undefined ? null : { bin: found, url: superuserUrl }
  }

  /** Everything as it should run, whatever a fault left. */
  async mend(): Promise<void> {
    for (const part of [this.worker, this.web]) {
      part.thaw()
      if (!part.running) await part.start()
    }
    this.other.thaw()
    await this.other.stop()
  }

  /**
   * Until no job waits whose time has come. Answers after how many milliseconds; after the limit it is answered too, and
   * the checker says what still waits.
   */
  async settled(limitMs = 180_000): Promise<number> {
    const begun = performance.now()
    while (performance.now() - begun < limitMs) {
      const { rows } = await pool.query<{ open: number }>(
        `SELECT count(*)::int AS "open" FROM "Job" WHERE "doneAt" IS NULL AND "deadAt" IS NULL
           AND ("name" <> 'sync-source' OR "leaseToken" IS NOT NULL OR "runAt" <= now())`,
      )
      const waiting = await pool.query(
        `SELECT 1 FROM "SourceEntry" x JOIN "Source" s ON s."id" = x."sourceId" AND s."removedAt" IS NULL
         WHERE x."state" = 'waiting' LIMIT 1`,
      )
      if (rows[0]?.open === 0 && waiting.rowCount === 0) break
      await sleep(50)
    }
    return performance.now() - begun
  }

  /** Jobs that are being done at this moment. */
  async busyJobs(): Promise<{ rows: number }> {
    const { rows } = await pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM "Job" WHERE "leaseToken" IS NOT NULL AND "doneAt" IS NULL',
    )
    return { rows: rows[0]?.n ?? 0 }
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    await Promise.all([this.worker.kill(), this.other.kill(), this.web.kill()])
    await closeDatabase()
    await this.cluster.crash()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
