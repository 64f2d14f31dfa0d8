import { z } from 'zod'
import type { OciSettings } from '#lib/contract/sources.ts'
import { type GuardedResponse, type Ports, SourceError } from '../connector.ts'
import { readAccess, readSecret } from '../remote/access.ts'
import { refusalOf } from '../remote/refusal.ts'
import { type Challenge, parseChallenges } from './challenge.ts'

/** The header that is sent, and until when it is known to do (milliseconds of our clock). */
interface Pass {
  readonly header: string | null
  readonly until: number
}

/** A token without a word about its life lives so long (docker token specification). */
const TOKEN_SECONDS = 60
/** Used no longer than this part of its life: clocks differ. */
const USED_LIFE = 0.8

const tokenSchema = z.object({
  token: z.string().min(1).max(16_000).optional(),
  access_token: z.string().min(1).max(16_000).optional(),
  expires_in: z.number().positive().max(86_400).optional().catch(undefined),
})

/**
 * How one registry lets us in: nothing is sent before it asks. Secrets go to the registry's own origin; where it sends
 * people elsewhere for tokens, that place has to be named in the settings, and gets the secret that the operator keeps for
 * that host, never the registry's (G-24). A token is for one scope and goes to the registry alone.
 */
export class Authorization {
  readonly #settings: OciSettings
  readonly #ports: Ports
  readonly #origin: string
  readonly #passes = new Map<string, Promise<Pass>>()

  constructor(settings: OciSettings, ports: Ports) {
    this.#settings = settings
    this.#ports = ports
    this.#origin = new URL(settings.url).origin
  }

  /** What goes along with a request of this scope, as far as is known; null: nothing. */
  async headerFor(scope: string): Promise<string | null> {
    const pass = await this.#passes.get(scope)?.catch(() => undefined)
    return pass === undefined || pass.until <= this.#ports.now().getTime() ? null : pass.header
  }

  /**
   * Answers a 401; null where there is nothing (new) to show.
   * @param sent the header that the refused request carried
   */
  async answer(refused: GuardedResponse, scope: string, sent: string | null, signal: AbortSignal) {
    const known = await this.headerFor(scope)
    // another request of this scope was first
    if (known !== null && known !== sent) return known
    const pass = this.#obtain(refused, scope, signal)
    this.#passes.set(scope, pass)
    try {
      const { header } = await pass
      return header === sent ? null : header
    } catch (error) {
      if (this.#passes.get(scope) === pass) this.#passes.delete(scope)
      throw error
    }
  }

  async #obtain(refused: GuardedResponse, scope: string, signal: AbortSignal): Promise<Pass> {
    const { user, secret } = this.#settings
    const forever = Number.POSITIVE_INFINITY
    // a token that was given as such needs no exchange
    if (user === null && secret !== null)
      return { header: tokenHeader(await readSecret(this.#ports.credentials, secret)), until: forever }
    const challenges = parseChallenges(refused.headers.get('www-authenticate') ?? '')
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'))
    if (bearer !== undefined) return this.#exchange(bearer, scope, signal)
    if (challenges.some(({ scheme }) => scheme === 'basic') && user !== null && secret !== null)
      return { header: basicHeader(user, await readSecret(this.#ports.credentials, secret)), until: forever }
    return { header: null, until: 0 }
  }

  /** docker token specification: GET REALM?service=&scope=, with Basic where there is a user. */
  async #exchange({ parameters }: Challenge, scope: string, signal: AbortSignal): Promise<Pass> {
    const { ports, realm } = { ports: this.#ports, realm: this.#realmOf(parameters.get('realm') ?? '') }
    const service = parameters.get('service')
    if (service !== undefined) realm.searchParams.set('service', service)
    // our own scope, not the one that was asked for: it says what we mean to do
    realm.searchParams.set('scope', scope)
    const own = realm.origin === this.#origin
    const authorization = await this.#credentialsAt(realm)
    const response = await ports.fetch(realm.href, {
      ...(own ? await readAccess(this.#settings, ports.credentials) : {}),
      headers: { accept: 'application/json', ...(authorization === null ? {} : { authorization }) },
      limitBytes: 64 * 1024,
      signal,
    })
    if (response.status === 401 && authorization !== null)
      throw new SourceError(
        'UNAUTHORIZED',
        `${realm.host}, which gives tokens for ${this.#host}, does not take ${shownTo(this.#settings)}. Check both.`,
      )
    if (response.status !== 200) throw refusalOf(response, `${realm.host} for a token`, ports.now())
    const { token, seconds } = this.#read(response, realm.host)
    return { header: tokenHeader(token), until: ports.now().getTime() + seconds * 1_000 * USED_LIFE }
  }

  #read({ body }: GuardedResponse, host: string): { token: string; seconds: number } {
    const parsed = tokenSchema.safeParse(jsonOf(body))
    const token = parsed.data?.token ?? parsed.data?.access_token
    if (token === undefined || /[^\x21-\x7e]/.test(token))
      throw new SourceError('BAD_ANSWER', `${host} was asked for a token and answered with something else.`)
    return { token, seconds: parsed.data?.expires_in ?? TOKEN_SECONDS }
  }

  #realmOf(text: string): URL {
    const realm = URL.parse(text, this.#settings.url)
    if (realm === null)
      throw new SourceError('BAD_ANSWER', `${this.#host} sends for tokens to something that is no address.`)
    const { tokenServer, secret } = this.#settings
    const known = realm.origin === this.#origin || realm.origin === originOf(tokenServer)
    if (known || secret === null) return realm
    throw new SourceError(
      'UNAUTHORIZED',
      `${this.#host} sends to ${realm.origin} for tokens, and no secret of this source goes there. If that is its token ` +
        `server, enter it as such, and let whoever runs Waybill keep the secret for ${realm.host} and allow that origin.`,
    )
  }

  async #credentialsAt(realm: URL): Promise<string | null> {
    const { user, secret } = this.#settings
    if (user === null || secret === null) return null
    const { credentials } = this.#ports
    if (realm.origin === this.#origin) return basicHeader(user, await readSecret(credentials, secret))
    return basicHeader(user, await readSecret({ secret: (name) => credentials.secret(name, realm) }, secret))
  }

  get #host(): string {
    return new URL(this.#origin).host
  }
}

/** What a server is shown, by name. */
export function shownTo({ user, secret }: OciSettings): string {
  return user === null ? `the secret \`${secret}\` as a token` : `the user \`${user}\` with the secret \`${secret}\``
}

function originOf(address: string | null): string | null {
  return address === null ? null : new URL(address).origin
}

function basicHeader(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
}

/** What names its scheme already, such as `Basic ...`, is sent as it is. */
function tokenHeader(token: string): string {
  return token.includes(' ') ? token : `Bearer ${token}`
}

export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
