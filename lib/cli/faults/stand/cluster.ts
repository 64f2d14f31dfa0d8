import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
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
} from '../../postgres.mjs'

const root = resolve(import.meta.dirname, '../../../..')
const password = 'only on loopback, and only until the end of the run'

type Settings = Readonly<Record<string, string>>

/** A PostgreSQL server of its own, to be killed, frozen and starved. */
export class Cluster {
  readonly bin: string
  readonly port: number
  readonly #start: (settings: Settings) => ReturnType<typeof startServer>
  readonly #dir: string
  readonly #settings: Settings
  #server: Awaited<ReturnType<typeof startServer>> | null = null

  private constructor(folder: string, dataFolder: string, port: number, settings: Settings) {
    chmodSync(folder, 0o755) // the database's user has to pass through
    const user = databaseUser()
    const found = choosePrograms(root, null)
    const chosen = canReach(user, found.bin) ? found : copyPrograms(found, folder)
    this.#dir = join(dataFolder, 'cluster')
    this.#settings = settings
    this.bin = chosen.bin
    this.port = port
    initialise({ chosen, dir: this.#dir, user, password })
    this.#start = (more) =>
      startServer({ chosen, dir: this.#dir, user, port, settings: { ...settings, ...more }, log: undefined })
  }

  /** @param dataFolder where its files lie, such as a small file system */
  static async make(folder: string, settings: Settings = {}, dataFolder = folder): Promise<Cluster> {
    const cluster = new Cluster(folder, dataFolder, await freePort(), settings)
    await cluster.start()
    await cluster.asSuperuser('postgres', `CREATE ROLE waybill LOGIN PASSWORD '${password}'`)
    await cluster.asSuperuser('postgres', 'CREATE DATABASE waybill OWNER waybill')
    return cluster
  }

  /** As Waybill connects: owner of its database, no superuser. */
  get url(): string {
    return addressOf({ port: this.port, user: 'waybill', password, database: 'waybill' })
  }

  get superuserUrl(): string {
    return addressOf({ port: this.port, user: 'postgres', password, database: 'waybill' })
  }

  get dir(): string {
    return this.#dir
  }

  async start(settings: Settings = {}): Promise<void> {
    await recover(this.#dir)
    this.#server = await this.#start({ ...this.#settings, ...settings })
  }

  /** In order. */
  async stop(): Promise<void> {
    await this.#server?.stop()
    this.#server = null
  }

  /** Every process at once, as when the machine is reset: nothing is written any more. */
  async crash(): Promise<void> {
    for (const pid of this.#processes()) signal(pid, 'SIGKILL')
    while (this.#processes().length > 0) await sleep(20)
    this.#server = null
  }

  freeze(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGSTOP')
  }

  thaw(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGCONT')
  }

  async asSuperuser(database: string, sql: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const client = new pg.Client({
      connectionString: addressOf({ port: this.port, user: 'postgres', password, database }),
    })
    await client.connect()
    try {
      return await client.query(sql, [...values])
    } finally {
      await client.end()
    }
  }

  /** The server first, then its children. */
  #processes(): number[] {
    const server = this.#server?.pid
    if (server === undefined) return []
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return [server, ...pids.map(Number).filter((pid) => parentOf(pid) === server)].filter(isRunning)
  }
}

function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0)
const isRunning = (pid: number): boolean => !['Z', 'X', undefined].includes(statOf(pid)[0])

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended
  }
}
