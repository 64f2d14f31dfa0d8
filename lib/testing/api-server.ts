// The routes of app/api in plain Node, found as Next finds them: for tools that need a real process which answers
// requests and cannot wait for a build of the pages. node lib/testing/api-server.ts PORT
import { readdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'

interface Route {
  readonly segments: readonly string[]
  readonly file: string
}

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>

const root = resolve(import.meta.dirname, '../..')
const routes = routesBelow(join(root, 'app/api'), ['api'])
const [port = '0'] = process.argv.slice(2)

function routesBelow(folder: string, segments: readonly string[]): Route[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Route[] => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return routesBelow(path, [...segments, entry.name])
    return entry.name === 'route.ts' ? [{ segments, file: path }] : []
  })
}

/** Fixed names come before parameters, as with Next. */
function routeOf(path: string): { file: string; params: Record<string, string> } | null {
  const asked = path.split('/').slice(1).map(decodeURIComponent)
  const fitting = routes.filter(
    ({ segments }) =>
      segments.length === asked.length && segments.every((name, at) => name.startsWith('[') || name === asked[at]),
  )
  const [best] = fitting.sort((a, b) => parameters(a) - parameters(b))
  if (best === undefined) return null
  const named = best.segments.flatMap((name, at) =>
    name.startsWith('[') ? [[name.slice(1, -1), asked[at] ?? '']] : [],
  )
  return { file: best.file, params: Object.fromEntries(named) }
}

const parameters = ({ segments }: Route): number => segments.filter((name) => name.startsWith('[')).length

async function handlerOf(file: string, method: string): Promise<Handler | null> {
  const module: unknown = await import(pathToFileURL(file).href)
  const handler: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, method) : null
  return isHandler(handler) ? handler : null
}

/** Safe: what a route file exports under the name of a method is a handler, or Next could not call it either. */
function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}

async function answer(incoming: IncomingMessage): Promise<Response> {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`)
  const route = routeOf(url.pathname)
  const method = incoming.method ?? 'GET'
  const handler = route === null ? null : await handlerOf(route.file, method)
  if (route === null || handler === null) return new Response('Not found', { status: 404 })
  const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
  const body = method === 'GET' || method === 'HEAD' ? null : Readable.toWeb(incoming)
  const request = new Request(url, { method, headers, body: body as BodyInit | null, duplex: 'half' } as RequestInit)
  return handler(request, { params: Promise.resolve(route.params) })
}

async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await answer(incoming)
  response.writeHead(answered.status, Object.fromEntries(answered.headers))
  response.end(Buffer.from(await answered.arrayBuffer()))
}

const server = createServer((incoming, response) => {
  serve(incoming, response).catch((error: unknown) => {
    console.error('request failed:', error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  })
})
server.headersTimeout = 15_000
server.requestTimeout = 300_000
const stop = (): void => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
  setTimeout(() => process.exit(0), 4_000).unref()
}
process.on('message', (message) => {
  if (message === 'stop') stop()
})
process.on('disconnect', stop)
process.on('SIGTERM', stop)
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
