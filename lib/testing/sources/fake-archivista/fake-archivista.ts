import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { gitoidOf } from '#lib/sources/archivista/gitoid.ts'
import { type Asked, type LocalServer, type LocalServerOptions, localServer } from '../local-server.ts'
import { acceptUpload, UploadRefused } from './accept-upload.ts'
import { answerQuery, type ChangePage } from './answer-query.ts'
import type { DsseRow } from './rows.ts'

/**
 * A FAKE of Archivista 0.11.1: what `corpus/archivista/recorded.json` shows of the real one, quirks included, held to it by
 * a test. Beyond that it does on demand what a real one cannot be made to do.
 */
export class FakeArchivista {
  readonly rows: DsseRow[] = []
  /** the blob store: also what the list never got */
  readonly blobs = new Map<string, Buffer>()
  /** its clock, milliseconds */
  now: () => number = Date.now
  /** changes a page of the list before it is sent */
  changePage: ChangePage = (edges) => edges
  /** answers in its place; true where it did */
  interfere: (asked: Asked, response: ServerResponse) => boolean = () => false
  #server: LocalServer | null = null
  #ticks = 0

  static async start(options: LocalServerOptions = {}): Promise<FakeArchivista> {
    const fake = new FakeArchivista()
    fake.#server = await localServer((asked, response) => fake.#answer(asked, response), options)
    return fake
  }

  get server(): LocalServer {
    if (this.#server === null) throw new Error('the fake was not started')
    return this.#server
  }

  close(): Promise<void> {
    return this.server.close()
  }

  /** Stores an attestation as an upload would, or with another time: null, or one before what was listed already. */
  add(bytes: Uint8Array, createdAt?: string | null): string {
    const gitoid = gitoidOf(bytes)
    const row = acceptUpload(Buffer.from(bytes), this.#time(), (known) => this.#knows(known))
    this.blobs.set(gitoid, Buffer.from(bytes))
    this.rows.push(createdAt === undefined ? row : { ...row, createdAt })
    return gitoid
  }

  /** As an operator who deletes rows and blob by hand: Archivista itself cannot. */
  remove(gitoid: string): void {
    this.rows.splice(0, this.rows.length, ...this.rows.filter((row) => row.gitoidSha256 !== gitoid))
    this.blobs.delete(gitoid)
  }

  #knows(gitoid: string): boolean {
    return this.rows.some((row) => row.gitoidSha256 === gitoid)
  }

  /** With microseconds, each time another. */
  #time(): string {
    this.#ticks = (this.#ticks + 1) % 1000
    return new Date(this.now()).toISOString().replace('Z', `${String(this.#ticks).padStart(3, '0')}Z`)
  }

  async #answer(asked: Asked, response: ServerResponse): Promise<unknown> {
    if (this.interfere(asked, response)) return null
    const { pathname, searchParams } = new URL(asked.url, 'http://fake')
    const path = pathname.replace(/^\/v1(?=\/)/, '')
    if (path === '/upload') return this.#upload(asked, response)
    if (path.startsWith('/download/')) return this.#download(asked, path.slice('/download/'.length), response)
    if (path === '/query') return this.#query(asked, searchParams, response)
    return text(response, 404, '404 page not found')
  }

  #upload({ method, body }: Asked, response: ServerResponse): unknown {
    if (method !== 'POST') return text(response, 400, `${method} is an unsupported method`)
    // the object is stored before it is looked at: what is refused stays there as an orphan
    const gitoid = gitoidOf(body)
    this.blobs.set(gitoid, body)
    try {
      this.rows.push(acceptUpload(body, this.#time(), (known) => this.#knows(known)))
      text(response, 200, JSON.stringify({ gitoid }))
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error
      text(response, 500, error.message)
    }
  }

  #download({ method }: Asked, gitoid: string, response: ServerResponse): unknown {
    if (method !== 'GET') return text(response, 400, `${method} is an unsupported method`)
    const blob = this.blobs.get(gitoid)
    if (blob === undefined) return text(response, 500, `open blob/${gitoid}.json: no such file or directory`)
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(blob)
  }

  async #query({ method, body }: Asked, search: URLSearchParams, response: ServerResponse): Promise<void> {
    const sent = method === 'GET' ? { query: search.get('query') ?? '' } : askedSchema.parse(JSON.parse(`${body}`))
    const answer = await answerQuery(this.rows, sent.query ?? '', sent.variables ?? undefined, this.changePage)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  }
}

const askedSchema = z.object({
  query: z.string().optional(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${body}\n`)
}
