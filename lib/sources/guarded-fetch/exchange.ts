import { X509Certificate } from 'node:crypto'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getCACertificates } from 'node:tls'
import { type GuardedRequest, SourceError } from '../connector.ts'
import { bareHost } from './outbound-policy.ts'
import type { ResolvedAddress } from './resolve-host.ts'

/** The connections of one guard, kept open for a few seconds. They are its own: no proxy from the environment applies. */
export interface Connections {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

export function openConnections(): Connections {
  const options = { keepAlive: true, maxSockets: 16, timeout: 5_000 }
  return { http: new HttpAgent(options), https: new HttpsAgent(options) }
}

/**
 * Sends one request to one of the checked addresses and gives the answer's head, its body unread. Rejects with Node's own
 * error. A kept connection that the other side had just closed is replaced once, where asking twice does no harm.
 */
export async function exchange(
  url: URL,
  request: GuardedRequest,
  addresses: readonly ResolvedAddress[],
  connections: Connections,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options = optionsOf(url, request, addresses, connections, signal)
  const sent = await send(url, options, request.body)
  if ('answer' in sent) return sent.answer
  if (!sent.stale || options.method === 'POST') throw sent.error
  const again = await send(url, options, request.body)
  if ('answer' in again) return again.answer
  throw again.error
}

type Sent = { readonly answer: IncomingMessage } | { readonly error: unknown; readonly stale: boolean }

function send(url: URL, options: RequestOptions, body: GuardedRequest['body']): Promise<Sent> {
  return new Promise((resolve) => {
    const outgoing = url.protocol === 'https:' ? httpsRequest(options) : httpRequest(options)
    outgoing.once('response', (answer) => resolve({ answer }))
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ error, stale: outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') })
    })
    outgoing.end(body)
  })
}

function optionsOf(
  url: URL,
  request: GuardedRequest,
  addresses: readonly ResolvedAddress[],
  connections: Connections,
  signal: AbortSignal,
): RequestOptions {
  const { method = 'GET', headers = {}, body } = request
  return {
    method,
    host: bareHost(url),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: {
      'user-agent': 'waybill',
      ...headers,
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
    lookup: pinned(addresses),
    signal,
    ...(url.protocol === 'https:' ? { agent: connections.https, ...tlsOf(request) } : { agent: connections.http }),
  }
}

/** Answers only with what was checked: between the check and the connection no name is resolved again. */
function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses
    if (options.all === true) done(null, [...addresses])
    else if (first === undefined) done(new Error('no address'), '', 0)
    else done(null, first.address, first.family)
  }
}

function tlsOf({ ca, client }: GuardedRequest): RequestOptions {
  // Node passes over authorities that it cannot read; whoever named one should hear of it
  if (ca !== undefined) new X509Certificate(ca)
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  }
}

/** Names that are not the caller's to set: they frame the message or say whom it is for. */
const framing = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'keep-alive', 'expect'],
  ...['accept-encoding', 'proxy-authorization', 'proxy-connection', 'cookie'],
])

/** Throws SETTINGS for a header that would change whom the message is for or where it ends (G-19). */
export function checkHeaders(headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) {
    if (framing.has(name.toLowerCase()) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new SourceError('SETTINGS', `The header ${JSON.stringify(name)} cannot be set by a source. Choose another.`)
    if (!/^[\t\x20-\x7e]*$/.test(value))
      throw new SourceError(
        'SETTINGS',
        `The value for the header ${name} has a line break or a character that headers cannot carry. Look into the ` +
          'file of that secret: it may hold more than one line.',
      )
  }
}
