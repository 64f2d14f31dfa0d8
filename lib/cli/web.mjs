// The web server: Next behind an HTTP server of ours, which decides what may be believed of a request's headers,
// sets time limits, and stops in order. Runs on Node 24 as a child of `npm start`.
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import next from 'next'
import { root } from './folders.mjs'

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } })
const port = Number(values.port)
const hostname = values.host ?? '127.0.0.1'
const trustProxy = process.env.WAYBILL_TRUST_PROXY === '1'

/** Headers by which a caller could pretend to be Next's own machinery or our proxy.ts. */
const internal = [
  'x-middleware-subrequest',
  'x-middleware-next',
  'x-middleware-rewrite',
  'x-nonce',
  'x-waybill-path',
  'content-security-policy',
]

function cleanHeaders(request) {
  for (const name of internal) delete request.headers[name]
  if (trustProxy) return
  for (const name of ['x-forwarded-proto', 'x-forwarded-port', 'forwarded', 'x-real-ip']) delete request.headers[name]
  request.headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
  request.headers['x-forwarded-host'] = request.headers.host ?? ''
}

const app = next({ dev: false, dir: root, hostname, port })
await app.prepare()
const handle = app.getRequestHandler()

const server = createServer((request, response) => {
  cleanHeaders(request)
  handle(request, response).catch((error) => {
    console.error('request failed:', error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  })
})
// a slow caller holds a connection, not the server: headers within 15 s, a whole upload within 5 minutes
server.headersTimeout = 15_000
server.requestTimeout = 300_000
server.keepAliveTimeout = 65_000
// nothing here speaks another protocol
server.on('upgrade', (_request, socket) => socket.destroy())

let stopping = false
function stop() {
  if (stopping) return
  stopping = true
  server.close(() => process.exit(0))
  server.closeIdleConnections()
  // answers under way get a moment; what is cut off was not acknowledged
  setTimeout(() => {
    server.closeAllConnections()
    process.exit(0)
  }, 4_000).unref()
}
process.on('message', (message) => {
  if (message === 'stop') stop()
})
process.on('disconnect', stop)
process.on('SIGTERM', stop)
process.on('SIGINT', () => undefined) // Ctrl-C reaches the whole terminal; the parent stops us in order

server.on('error', (error) => {
  console.error(`web: ${error.message}`)
  process.exit(1)
})
server.listen(port, hostname, () => process.send?.('ready'))
