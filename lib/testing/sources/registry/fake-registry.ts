import type { ServerResponse } from 'node:http'
import { type Asked, type LocalServer, type LocalServerOptions, localServer } from '../local-server.ts'
import { INDEX, MANIFEST, sha256Digest } from './push.ts'

interface Manifest {
  readonly bytes: Buffer
  readonly type: string
  /** the digest that it refers to */
  readonly subject?: string | null
}

interface Repo {
  readonly blobs: Map<string, Buffer>
  readonly manifests: Map<string, Manifest>
  readonly tags: Map<string, string>
}

/** What a test makes it do. */
export interface FakeRegistryOptions extends LocalServerOptions {
  /** whether it lists referrers; docker-registry 2.8 does not */
  readonly referrers?: boolean
  /** entries of one page of any list, however many are asked for */
  readonly pageSize?: number
}

/**
 * A FAKE of an OCI registry (distribution-spec 1.1), held to the same tests as the real ones: pushes, pulls, pages,
 * referrers. Beyond that it does on demand what a real one cannot be made to do.
 */
export class FakeRegistry {
  readonly #repositories = new Map<string, Repo>()
  readonly #options: FakeRegistryOptions
  /** answers in its place; true where it did */
  interfere: (asked: Asked, response: ServerResponse) => boolean = () => false
  #server: LocalServer | null = null

  constructor(options: FakeRegistryOptions) {
    this.#options = options
  }

  static async start(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
    const fake = new FakeRegistry(options)
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

  /** What clients asked for since it was started, such as `GET /v2/a/manifests/x`; pushes left out. */
  get asked(): string[] {
    const reads = this.server.requests.filter(({ method }) => method === 'GET' || method === 'HEAD')
    return reads.map(({ method, url }) => `${method} ${url}`)
  }

  repository(name: string): Repo {
    const known = this.#repositories.get(name)
    if (known !== undefined) return known
    const made: Repo = { blobs: new Map(), manifests: new Map(), tags: new Map() }
    this.#repositories.set(name, made)
    return made
  }

  #answer(asked: Asked, response: ServerResponse): unknown {
    if (this.interfere(asked, response)) return null
    const url = new URL(asked.url, 'http://fake')
    if (url.pathname === '/v2/') return json(response, 200, {}, { 'docker-distribution-api-version': 'registry/2.0' })
    if (url.pathname === '/v2/_catalog')
      return this.#list(url, response, 'repositories', [...this.#repositories.keys()])
    const [, name = '', kind = '', rest = ''] =
      /^\/v2\/(.+?)\/(tags|manifests|blobs|referrers)\/(.*)$/.exec(url.pathname) ?? []
    if (asked.method === 'POST' || asked.method === 'PUT' || asked.method === 'DELETE')
      return push(this.repository(name), asked, url, { name, kind, rest }, response)
    const repo = this.#repositories.get(name)
    if (kind === 'referrers') return this.#referrers(repo, rest, url, response)
    if (repo === undefined) return problem(response, 404, 'NAME_UNKNOWN')
    if (kind === 'tags') return this.#list(url, response, 'tags', [...repo.tags.keys()])
    if (kind === 'manifests') return sendManifest(repo, rest, response)
    const blob = repo.blobs.get(rest)
    if (kind === 'blobs' && blob !== undefined)
      return response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(blob)
    return problem(response, 404, 'BLOB_UNKNOWN')
  }

  /** In the order of names; `last` is where the page begins, and Link names the next one. */
  #list(url: URL, response: ServerResponse, member: string, names: string[]): unknown {
    const size = Math.min(Number(url.searchParams.get('n') ?? 1_000), this.#options.pageSize ?? 1_000)
    const last = url.searchParams.get('last') ?? ''
    const rest = names.sort().filter((name) => name > last)
    const page = rest.slice(0, size)
    const link = `<${url.pathname}?last=${page.at(-1)}&n=${size}>; rel="next"`
    return json(response, 200, { name: 'x', [member]: page }, rest.length > size ? { link } : {})
  }

  #referrers(repo: Repo | undefined, digest: string, url: URL, response: ServerResponse): unknown {
    if (this.#options.referrers !== true) return response.writeHead(404).end('404 page not found\n')
    const all = [...(repo?.manifests ?? [])].filter(([, { subject }]) => subject === digest)
    const size = this.#options.pageSize ?? 1_000
    const from = Number(url.searchParams.get('from') ?? 0)
    const manifests = all.slice(from, from + size).map(([found, { bytes, type }]) => ({
      mediaType: type,
      digest: found,
      size: bytes.length,
    }))
    const link = `<${url.pathname}?from=${from + size}>; rel="next"`
    const headers = { 'content-type': INDEX, ...(all.length > from + size ? { link } : {}) }
    return json(response, 200, { schemaVersion: 2, mediaType: INDEX, manifests }, headers)
  }
}

function push(
  repo: Repo,
  { method, body, headers }: Asked,
  url: URL,
  { name, kind, rest }: { name: string; kind: string; rest: string },
  response: ServerResponse,
): unknown {
  if (method === 'POST') return response.writeHead(202, { location: `/v2/${name}/blobs/uploads/1` }).end()
  if (method === 'DELETE') {
    repo.manifests.delete(rest)
    for (const [tag, digest] of repo.tags) if (digest === rest) repo.tags.delete(tag)
    return response.writeHead(202).end()
  }
  const digest = sha256Digest(body)
  if (kind === 'blobs') {
    if (url.searchParams.get('digest') !== digest) return problem(response, 400, 'DIGEST_INVALID')
    repo.blobs.set(digest, body)
  } else {
    repo.manifests.set(digest, { bytes: body, type: headers['content-type'] ?? MANIFEST, subject: subjectOf(body) })
    if (!rest.startsWith('sha256:')) repo.tags.set(rest, digest)
  }
  return response.writeHead(201, { 'docker-content-digest': digest }).end()
}

function sendManifest(repo: Repo, reference: string, response: ServerResponse): unknown {
  const digest = repo.tags.get(reference) ?? reference
  const manifest = repo.manifests.get(digest)
  if (manifest === undefined) return problem(response, 404, 'MANIFEST_UNKNOWN')
  const { bytes, type } = manifest
  const headers = { 'content-type': type, 'content-length': bytes.length, 'docker-content-digest': digest }
  return response.writeHead(200, headers).end(bytes)
}

function subjectOf(bytes: Buffer): string | null {
  const value: unknown = JSON.parse(bytes.toString())
  const subject = typeof value === 'object' && value !== null && 'subject' in value ? value.subject : null
  return typeof subject === 'object' && subject !== null && 'digest' in subject ? String(subject.digest) : null
}

function problem(response: ServerResponse, status: number, code: string): unknown {
  return json(response, status, { errors: [{ code, message: 'as the specification says', detail: null }] })
}

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): unknown {
  return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}
