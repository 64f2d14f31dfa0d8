import { type GuardedFetch, type GuardedRequest, type GuardedResponse, SourceError } from '../connector.ts'
import { type Connections, checkHeaders, exchange, openConnections } from './exchange.ts'
import { explainFailure } from './explain-failure.ts'
import { checkAddresses, type OutboundPolicy, permittedUrl } from './outbound-policy.ts'
import { readBody } from './read-body.ts'
import { type Resolve, resolveHost, systemResolve } from './resolve-host.ts'

/** For a whole exchange, milliseconds, where the caller says nothing. */
export const DEFAULT_TIMEOUT_MS = 30_000

/**
 * The one way out. What it opens: https to public hosts, and whatever origin the operator's policy names. Each name is
 * resolved once, every address behind it is checked, and the connection goes to one of those; a redirect is an answer
 * like others; the body is read up to the caller's limit; the whole takes at most its time. It heeds no proxy of the
 * environment: a proxy would resolve the names itself. Rejects with SourceError only, whose sentence holds nothing that
 * the other side wrote. ASVS 5.0 V1.3.6, V13.2.4, V13.2.5.
 */
export function guardedFetch(policy: OutboundPolicy, resolve: Resolve = systemResolve): GuardedFetch {
  const connections = openConnections()
  return async (address, request) => {
    const url = permittedUrl(address, policy)
    checkHeaders(request.headers)
    const deadline = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS)
    const signal = AbortSignal.any([deadline, ...(request.signal === undefined ? [] : [request.signal])])
    try {
      signal.throwIfAborted()
      return await converse({ url, request, policy, resolve, connections, signal })
    } catch (error) {
      throw request.signal?.aborted === true
        ? new SourceError('ABORTED', `Asking ${url.host} was stopped.`)
        : deadline.aborted
          ? tookTooLong(url, request)
          : explainFailure(error, url.host)
    }
  }
}

interface Conversation {
  readonly url: URL
  readonly request: GuardedRequest
  readonly policy: OutboundPolicy
  readonly resolve: Resolve
  readonly connections: Connections
  readonly signal: AbortSignal
}

async function converse(conversation: Conversation): Promise<GuardedResponse> {
  const { url, request, policy, resolve, connections, signal } = conversation
  const addresses = await orAborted(resolveHost(url, resolve), signal)
  const texts = addresses.map(({ address }) => address)
  checkAddresses(url, texts, policy)
  const answer = await exchange(url, request, addresses, connections, signal)
  // after the reader has turned away, a broken connection is nobody's concern
  answer.on('error', () => undefined)
  try {
    const body = request.method === 'HEAD' ? new Uint8Array() : await readBody(answer, request.limitBytes, url.host)
    return { status: answer.statusCode ?? 0, headers: headersOf(answer.rawHeaders), body }
  } finally {
    if (answer.complete) answer.resume()
    else answer.destroy()
  }
}

/** Resolving a name cannot be stopped; nobody has to wait for it. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    promise.then(resolve, reject)
  })
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '')
  return headers
}

function tookTooLong(url: URL, { timeoutMs = DEFAULT_TIMEOUT_MS }: GuardedRequest): SourceError {
  return new SourceError('TIMEOUT', `${url.host} did not finish its answer within ${timeoutMs / 1000} s.`)
}
