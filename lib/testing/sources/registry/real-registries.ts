import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../cli/postgres.mjs'
import { startProgram, stopProgram } from '../programs.ts'

/** A registry that others wrote, as a process of its own over an empty folder. */
export interface RealRegistry {
  readonly origin: string
  close(): Promise<void>
}

export type RealRegistryName = 'docker-registry' | 'zot'

/** Whom it lets in, and how it is reached. */
export interface RegistryAccess {
  /** lines of an htpasswd file, with bcrypt */
  readonly users?: string
  /** docker-registry only: tokens of this issuer, signed by the key of this certificate, fetched at this address */
  readonly tokens?: { readonly realm: string; readonly issuer: string; readonly certificate: string }
  /** serves https */
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** any free one unless set */
  readonly port?: number
}

/** Starts one and waits until it answers. */
export async function startRegistry(name: RealRegistryName, access: RegistryAccess = {}): Promise<RealRegistry> {
  const folder = mkdtempSync(join(tmpdir(), `waybill-${name}-`))
  const port = access.port ?? (await freePort())
  const config = join(folder, name === 'zot' ? 'config.json' : 'config.yml')
  const file = (text: string | undefined, called: string) => {
    const path = join(folder, called)
    if (text !== undefined) writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const { users, tokens, tls } = access
  const files: AccessFiles = {
    users: users === undefined ? null : file(users, 'htpasswd'),
    tokens: tokens === undefined ? null : { ...tokens, certificate: file(tokens.certificate, 'tokens.pem') },
    tls: tls === undefined ? null : { certificate: file(tls.certificate, 'tls.pem'), key: file(tls.key, 'tls.key') },
  }
  // JSON is YAML, too
  writeFileSync(config, JSON.stringify((name === 'zot' ? zotConfig : dockerConfig)(folder, port, files)))
  const origin = `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`
  const answers = () => (tls === undefined ? answersHttp(origin) : takesConnections(port))
  const child = await startProgram(name, ['serve', config], answers).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  const close = async (): Promise<void> => {
    await stopProgram(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return { origin, close }
}

interface AccessFiles {
  readonly users: string | null
  readonly tokens: { readonly realm: string; readonly issuer: string; readonly certificate: string } | null
  readonly tls: { readonly certificate: string; readonly key: string } | null
}

async function answersHttp(origin: string): Promise<boolean> {
  return [200, 401].includes((await fetch(`${origin}/v2/`)).status)
}

/** Whether it is trusted is for the test to say. */
function takesConnections(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(true))
    socket.once('error', () => done(false)).once('connect', () => socket.destroy())
  })
}

function zotConfig(folder: string, port: number, { users, tls }: AccessFiles): object {
  return {
    storage: { rootDirectory: join(folder, 'data'), gc: false },
    http: {
      address: '127.0.0.1',
      port: String(port),
      ...(users === null ? {} : { auth: { htpasswd: { path: users } } }),
      ...(tls === null ? {} : { tls: { cert: tls.certificate, key: tls.key } }),
    },
    log: { level: 'error' },
  }
}

function dockerConfig(folder: string, port: number, { users, tokens, tls }: AccessFiles): object {
  const auth = {
    ...(users === null ? {} : { htpasswd: { realm: 'test', path: users } }),
    ...(tokens === null
      ? {}
      : {
          token: {
            realm: tokens.realm,
            service: 'registry.example',
            issuer: tokens.issuer,
            rootcertbundle: tokens.certificate,
          },
        }),
  }
  return {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    ...(Object.keys(auth).length === 0 ? {} : { auth }),
    http: { addr: `127.0.0.1:${port}`, ...(tls === null ? {} : { tls }) },
  }
}
