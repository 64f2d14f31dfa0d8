import { type GuardedFetch, type GuardedRequest, type GuardedResponse, SourceError } from '../connector.ts'

const redirects = new Set([301, 302, 303, 307, 308])
/** Registries send a blob's reader on to their object store: one hop, rarely two. */
const MOST_HOPS = 4

/**
 * GETs an address and follows where it is sent, through the same guard at each hop. To another origin nothing goes along
 * that the caller added but `Accept`: no credentials, no client certificate, no authority of ours; nor when a later hop
 * comes back (G-22, G-25). From https it never goes to http. Throws SourceError.
 */
export async function followRedirects(
  fetch: GuardedFetch,
  address: string,
  request: GuardedRequest,
): Promise<GuardedResponse> {
  const start = new URL(address)
  let at = start
  let carried = request
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    const answer = await fetch(at.href, carried)
    const location = answer.headers.get('location')
    if (!redirects.has(answer.status) || location === null) return answer
    const next = targetOf(location, at)
    if (next.origin !== at.origin) carried = bare(request)
    at = next
  }
  throw new SourceError('BAD_ANSWER', `${start.host} sends on and on; ${MOST_HOPS} redirects were followed.`)
}

function targetOf(location: string, from: URL): URL {
  const next = URL.parse(location, from)
  if (next === null) throw new SourceError('BAD_ANSWER', `${from.host} redirects to something that is no address.`)
  if (from.protocol === 'https:' && next.protocol !== 'https:')
    throw new SourceError('NOT_ALLOWED', `${from.host} redirects to an address that is not encrypted; not followed.`)
  return next
}

function bare({ headers = {}, limitBytes, timeoutMs, signal }: GuardedRequest): GuardedRequest {
  const accept = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'accept')
  return {
    limitBytes,
    headers: Object.fromEntries(accept),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  }
}
