import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../cli/postgres.mjs'
import { databaseUrl } from '../database.ts'
import { startProgram, stopProgram } from './programs.ts'

/** The Archivista on PATH, as a process of its own with an empty database and an empty folder. */
export class RealArchivista {
  readonly origin: string
  readonly #start: () => Promise<ChildProcess>
  readonly #forget: () => Promise<void>
  #child: ChildProcess | null = null

  private constructor(origin: string, start: () => Promise<ChildProcess>, forget: () => Promise<void>) {
    this.origin = origin
    this.#start = start
    this.#forget = forget
  }

  /** Only in files that call `useDatabase`: its database is on the same server. */
  static async start(): Promise<RealArchivista> {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-archivista-'))
    const name = `archivista_${randomUUID().replaceAll('-', '')}`
    await onServer(`CREATE DATABASE ${name}`)
    const database = databaseUrl()
    database.pathname = `/${name}`
    database.searchParams.set('sslmode', 'disable')
    const [port, filePort] = [await freePort(), await freePort()]
    const origin = `http://127.0.0.1:${port}`
    const env = {
      ...process.env,
      ARCHIVISTA_LISTEN_ON: `tcp://127.0.0.1:${port}`,
      ARCHIVISTA_ENABLE_SQL_STORE: 'true',
      ARCHIVISTA_SQL_STORE_BACKEND: 'PSQL',
      ARCHIVISTA_SQL_STORE_CONNECTION_STRING: database.href,
      ARCHIVISTA_STORAGE_BACKEND: 'FILE',
      ARCHIVISTA_FILE_DIR: `${folder}/`,
      ARCHIVISTA_FILE_SERVE_ON: `127.0.0.1:${filePort}`,
      ARCHIVISTA_ENABLE_GRAPHQL: 'true',
      ARCHIVISTA_GRAPHQL_WEB_CLIENT_ENABLE: 'false',
    }
    const archivista = new RealArchivista(
      origin,
      () => startProgram('archivista', [], () => answers(origin), env),
      async () => {
        rmSync(folder, { recursive: true, force: true })
        await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
      },
    )
    await archivista.resume()
    return archivista
  }

  /** Kills the process; what it stored stays. */
  async stop(): Promise<void> {
    if (this.#child !== null) await stopProgram(this.#child)
    this.#child = null
  }

  async resume(): Promise<void> {
    this.#child = await this.#start()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#forget()
  }

  /** As its own clients upload. Answers the gitoid that it gave. */
  async upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const response = await fetch(`${this.origin}/v1/upload`, { method: 'POST', body: bytes })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`archivista refused an upload: ${response.status} ${text}`)
    return JSON.parse(text).gitoid
  }

  async download(gitoid: string): Promise<Uint8Array<ArrayBuffer>> {
    const response = await fetch(`${this.origin}/v1/download/${gitoid}`)
    if (response.status !== 200) throw new Error(`archivista refused a download: ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }
}

async function answers(origin: string): Promise<boolean> {
  const body = JSON.stringify({ query: '{__typename}' })
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${origin}/v1/query`, { method: 'POST', headers, body })).status === 200
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl().href })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
