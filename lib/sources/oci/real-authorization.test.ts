import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { localServer } from '#lib/testing/sources/local-server.ts'
import { isOnPath } from '#lib/testing/sources/programs.ts'
import { type Connect, connectTo, envelope } from '#lib/testing/sources/registry/oci-world.ts'
import { DSSE, Repository } from '#lib/testing/sources/registry/push.ts'
import {
  type RealRegistryName,
  type RegistryAccess,
  startRegistry,
} from '#lib/testing/sources/registry/real-registries.ts'
import { type CertifiedKey, TlsAuthority, withoutOpenssl } from '#lib/testing/sources/tls-authority.ts'

// Registries that others wrote, each behind a door: what they ask for is answered, and refused in words where it does not do.

const never = new AbortController().signal
const limits = { batchEntries: 100, signal: never }
const NAME = 'team/app'
/** bcrypt of `pass word` */
const USERS = 'robot:$2y$05$abcdefghijklmnopqrstuuIt/9/tGzLcigNq/.RWIDjeEVR30RSf.\n'
const basicOf = (secret: string) => `Basic ${Buffer.from(`robot:${secret}`).toString('base64')}`

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function registryWith(name: RealRegistryName, access: RegistryAccess, push: Readonly<Record<string, string>>) {
  const registry = await startRegistry(name, access)
  open.push(registry)
  if (access.tls !== undefined) return { origin: registry.origin, digest: '' }
  const repository = new Repository(registry.origin, NAME, push)
  await repository.image('one', 'v1')
  const { digest } = await repository.blob(envelope('ab'.repeat(32)), DSSE)
  await repository.attach(null, [[envelope('ab'.repeat(32)), DSSE]], DSSE, 'evidence')
  return { origin: registry.origin, digest }
}

async function listed(origin: string, more: Connect): Promise<string[]> {
  const batches = await Array.fromAsync(connectTo(origin, [NAME], more).since(null, limits))
  return batches.flatMap(({ entries }) => entries.map(({ key }) => key))
}

describe.each<RealRegistryName>(['docker-registry', 'zot'])('%s behind a door', (name) => {
  if (!isOnPath(name)) {
    test.skip(`needs ${name} on PATH`, () => undefined)
    return
  }

  test('lets in who has the password, and the refusal of others names the user and the secret', async () => {
    const { origin, digest } = await registryWith(name, { users: USERS }, { authorization: basicOf('pass word') })
    const settings = { user: 'robot', secret: 'pw' }
    const more = { settings, secrets: { pw: 'pass word' } }
    expect(await listed(origin, more)).toEqual([`${NAME}@${digest}`])
    const { bytes } = await connectTo(origin, [NAME], more).fetch(`${NAME}@${digest}`, never)
    expect(Buffer.from(bytes).equals(Buffer.from(envelope('ab'.repeat(32))))).toBe(true)
    const wrong = await connectTo(origin, [NAME], { settings, secrets: { pw: 'pass' } }).probe(never)
    expect(wrong).toMatchObject({ reached: false, code: 'UNAUTHORIZED' })
    expect(wrong).toMatchObject({
      message: expect.stringMatching(/does not take the user `robot` with the secret `pw`/),
    })
    expect(await connectTo(origin, [NAME]).probe(never)).toMatchObject({
      message: expect.stringMatching(/wants to know who asks/),
    })
  })

  describe.skipIf(withoutOpenssl !== null)(`with TLS${withoutOpenssl === null ? '' : ` (${withoutOpenssl})`}`, () => {
    test('of an authority that was named is trusted, of another is not, and plain http is said to be that', async () => {
      const [authority, other] = [new TlsAuthority(), new TlsAuthority('Another authority')]
      const { origin } = await registryWith(name, { tls: authority.issue('IP:127.0.0.1') }, {})
      const probe = (ca: string | null) =>
        connectTo(origin, [NAME], { settings: { ca: ca === null ? null : 'ca' }, secrets: { ca: ca ?? '' } }).probe(
          never,
        )
      expect(await probe(authority.certificate)).toMatchObject({ reached: true })
      for (const ca of [null, other.certificate])
        expect(await probe(ca)).toMatchObject({
          reached: false,
          code: 'UNREACHABLE',
          message: expect.stringMatching(/not of an authority that this source trusts/),
        })
      const plain = await connectTo(origin.replace('https:', 'http:'), [NAME]).probe(never)
      expect(plain).toMatchObject({ reached: false })
    })
  })
})

/** A token as docker-registry takes it: signed, with the certificate of the key in its head. */
function tokenOf({ certificate, key }: CertifiedKey, scope: string, seconds: number): string {
  const [type = '', name = '', actions = ''] = scope.split(':')
  const now = Math.floor(Date.now() / 1_000)
  const x5c = [new X509Certificate(certificate).raw.toString('base64')]
  const claims = {
    iss: 'tokens.example',
    sub: 'robot',
    aud: 'registry.example',
    exp: now + seconds,
    nbf: now - 60,
    iat: now,
    jti: randomUUID(),
    access: scope === '' ? [] : [{ type, name, actions: actions.split(',') }],
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(body), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' })
  return `${body}.${signature.toString('base64url')}`
}

const missing = isOnPath('docker-registry') ? withoutOpenssl : 'needs docker-registry on PATH'

describe('docker-registry that sends for tokens', () => {
  if (missing !== null) {
    test.skip(missing, () => undefined)
    return
  }

  async function world() {
    const authority = new TlsAuthority('tokens.example')
    const signer = authority.issue('DNS:tokens.example')
    const tokens = await localServer(
      ({ url, headers }, response) => {
        if (headers.authorization !== basicOf('for tokens')) return response.writeHead(401).end('{}')
        const scope = new URL(url, 'http://x').searchParams.get('scope') ?? ''
        response.end(JSON.stringify({ token: tokenOf(signer, scope, 300), expires_in: 300 }))
      },
      { host: '127.0.0.2' },
    )
    open.push(tokens)
    const realm = `${tokens.origin}/token`
    const access = { tokens: { realm, issuer: 'tokens.example', certificate: authority.certificate } }
    const push = tokenOf(signer, `repository:${NAME}:pull,push`, 300)
    const { origin, digest } = await registryWith('docker-registry', access, { authorization: `Bearer ${push}` })
    return { tokens, origin, digest, host: new URL(tokens.origin).host }
  }

  test('gives its evidence for a token that it takes, fetched for reading with the secret of the token server', async () => {
    const { tokens, origin, digest, host } = await world()
    const settings = { user: 'robot', secret: 'pw', tokenServer: tokens.origin }
    const more = {
      settings,
      secrets: { pw: 'of the registry', [`${host} pw`]: 'for tokens' },
      origins: [tokens.origin],
    }
    expect(await listed(origin, more)).toEqual([`${NAME}@${digest}`])
    const scopes = tokens.requests.map(({ url }) => new URL(url, 'http://x').searchParams.get('scope'))
    expect(new Set(scopes)).toEqual(new Set([`repository:${NAME}:pull`]))
    expect(await connectTo(origin, [NAME], more).probe(never)).toMatchObject({ reached: true })
  })

  test('sends to a server that nobody named: it gets nothing, and the sentence says what to enter (G-24)', async () => {
    const { tokens, origin } = await world()
    const more = { settings: { user: 'robot', secret: 'pw' }, secrets: { pw: 'for tokens' }, origins: [tokens.origin] }
    await expect(listed(origin, more)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining(`sends to ${tokens.origin} for tokens`),
    })
    expect(tokens.requests).toEqual([])
  })
})
