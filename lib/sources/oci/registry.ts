import type { OciSettings } from '#lib/contract/sources.ts'
import { type GuardedFetch, type GuardedResponse, type Ports, SourceError } from '../connector.ts'
import { followRedirects } from '../guarded-fetch/follow-redirects.ts'
import { readAccess } from '../remote/access.ts'
import { refusalOf } from '../remote/refusal.ts'
import { Authorization, jsonOf, shownTo } from './authorization.ts'

/** One OCI registry, asked with the secrets of the settings (OCI distribution-spec 1.1; docker-registry 2). */
export interface Registry {
  /** host and port, for sentences */
  readonly host: string
  readonly settings: OciSettings
  readonly now: () => Date
  /** @param path below `/v2/`, with its query. An answer of any status but 401. Throws SourceError */
  ask(path: string, request: RegistryRequest): Promise<GuardedResponse>
}

export interface RegistryRequest {
  readonly method?: 'GET' | 'HEAD'
  /** what is asked for, such as `repository:payments/api:pull` */
  readonly scope: string
  readonly accept: string
  readonly limitBytes: number
  readonly timeoutMs?: number
  readonly signal: AbortSignal
}

export const CATALOG_SCOPE = 'registry:catalog:*'

export function pullScope(repository: string): string {
  return `repository:${repository}:pull`
}

export function openRegistry(settings: OciSettings, ports: Ports): Registry {
  const base = `${settings.url.replace(/\/+$/, '')}/v2/`
  const { host, origin } = new URL(settings.url)
  const authorization = new Authorization(settings, ports)
  const ask: Registry['ask'] = async (path, { scope, accept, ...request }) => {
    const access = await readAccess(settings, ports.credentials)
    let left = false
    const fetch: GuardedFetch = async (address, one) => {
      // once it was sent elsewhere, nothing of ours goes along, not even back to the registry (G-25)
      left ||= new URL(address).origin !== origin
      return left ? ports.fetch(address, one) : authorized(ports.fetch, authorization, scope, address, one)
    }
    const answer = await followRedirects(fetch, `${base}${path}`, { ...request, ...access, headers: { accept } })
    if (answer.status === 401)
      throw left ? refusalOf(answer, `the store to which ${host} sends`, ports.now()) : notLetIn(host, settings, scope)
    return answer
  }
  return { host, settings, now: ports.now, ask }
}

/** Shows what we have; where that is refused, answers the challenge once. */
async function authorized(
  fetch: GuardedFetch,
  authorization: Authorization,
  scope: string,
  address: string,
  request: Parameters<GuardedFetch>[1],
): Promise<GuardedResponse> {
  const { signal = new AbortController().signal } = request
  const send = (header: string | null) =>
    fetch(address, {
      ...request,
      headers: { ...request.headers, ...(header === null ? {} : { authorization: header }) },
    })
  const first = await authorization.headerFor(scope)
  const answer = await send(first)
  if (answer.status !== 401) return answer
  const header = await authorization.answer(answer, scope, first, signal)
  return header === null ? answer : send(header)
}

/** Says whom it did not take, by the names of the secrets. */
function notLetIn(host: string, settings: OciSettings, scope: string): SourceError {
  const forWhat = scope === '' ? '' : ` for ${wantedOf(scope)}`
  const message =
    settings.secret === null
      ? `${host} wants to know who asks${forWhat}, and this source shows it no secret. Enter the user and the name of the secret.`
      : `${host} does not take ${shownTo(settings)}${forWhat}. Check both, and what that account may read.`
  return new SourceError('UNAUTHORIZED', message)
}

function wantedOf(scope: string): string {
  return scope === CATALOG_SCOPE ? 'its list of repositories' : `the repository ${scope.split(':')[1]}`
}

/** The code of an answer in the form of the specification ("Error Codes"), or null. */
export function errorCodeOf({ body }: GuardedResponse): string | null {
  const value = jsonOf(body)
  if (typeof value !== 'object' || value === null || !('errors' in value) || !Array.isArray(value.errors)) return null
  const first: unknown = value.errors[0]
  return typeof first === 'object' && first !== null && 'code' in first && typeof first.code === 'string'
    ? first.code
    : null
}

export function bad({ host }: Pick<Registry, 'host'>, what: string): SourceError {
  return new SourceError('BAD_ANSWER', `${host} ${what}. Is it an OCI registry, and is its address right?`)
}

/** Where a registry cannot be asked further: `wanted` says for what, such as `the tags of payments/api`. */
export function refused(registry: Registry, response: GuardedResponse, wanted: string): SourceError {
  return refusalOf(response, `${registry.host} for ${wanted}`, registry.now())
}
