import { execFileSync, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { db } from '#lib/db/client.ts'
import { useDatabase } from '#lib/testing/database.ts'
import { apiToken } from '#lib/testing/people.ts'
import { GET as download } from '../download/[gitoid]/route.ts'
import { POST as query } from '../query/route.ts'
import { POST as upload } from './route.ts'

useDatabase()

const witness = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'witness')))
const folder = mkdtempSync(join(tmpdir(), 'waybill-witness-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The three routes behind a server, as `witness` meets them; notes what was asked. */
async function serve(asked: string[]) {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const [, name = '', gitoid = ''] = (incoming.url ?? '').split('/')
      const route = { upload, query, download }[name]
      const { authorization = '', 'content-type': type = '' } = incoming.headers
      const headers = { authorization, 'content-type': type }
      const request = new Request(`http://localhost${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers,
        body: body.length === 0 ? null : body,
      })
      const response = await route?.(request, { params: Promise.resolve({ gitoid }) })
      asked.push(`${incoming.method} ${name} ${response?.status}`)
      outgoing
        .writeHead(response?.status ?? 404)
        .end(Buffer.from((await response?.arrayBuffer()) ?? new ArrayBuffer(0)))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, close: () => server.close() }
}

/** Not execFileSync: the server that it talks to is in this process. */
async function run(...args: string[]): Promise<number | null> {
  const child = spawn('witness', args, { cwd: folder, stdio: 'ignore' })
  const [status]: (number | null)[] = await once(child, 'exit')
  return status ?? null
}

function keyPair(name: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  writeFileSync(join(folder, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(folder, `${name}.pub`), pem)
  return pem
}

const attestor = (name: string) => ({ type: `https://witness.dev/attestations/${name}/v0.1`, regopolicies: [] })

function policy(pem: string): string {
  const keyid = createHash('sha256').update(pem).digest('hex')
  return JSON.stringify({
    expires: '2040-01-01T00:00:00Z',
    publickeys: { [keyid]: { keyid, key: Buffer.from(pem).toString('base64') } },
    steps: {
      build: {
        name: 'build',
        functionaries: [{ type: 'publickey', publickeyid: keyid }],
        attestations: [attestor('material'), attestor('command-run'), attestor('product')],
      },
    },
  })
}

test.skipIf(!witness)(
  'the real witness pushes, finds and verifies, and does not verify what was tampered with (needs witness on PATH)',
  async () => {
    const asked: string[] = []
    const { url, close } = await serve(asked)
    const { headers } = await apiToken(['read', 'ingest'])
    writeFileSync(join(folder, 'policy.json'), policy(keyPair('ci')))
    keyPair('owner')
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@bank.example', ...args], {
        cwd: folder,
        stdio: 'ignore',
      })
    git('init')
    git('add', 'ci.pub')
    git('commit', '-m', 'begin')
    const archivista = ['--enable-archivista', '--archivista-server', url]
    const token = ['--archivista-headers', `Authorization: ${headers.authorization}`]
    expect(await run('sign', '-k', 'owner.pem', '-f', 'policy.json', '-o', 'policy.signed.json')).toBe(0)
    const step = ['run', '-s', 'build', '-k', 'ci.pem', '-o', 'build.json', '-a', 'git', ...archivista]
    expect(await run(...step, ...token, '--', 'sh', '-c', 'echo built > app')).toBe(0)
    expect(asked).toEqual(['POST upload 200'])
    expect(await db.envelope.findFirstOrThrow({ where: { kind: 'statement' } })).toMatchObject({
      name: 'build',
      status: 'parsed',
    })
    const verify = ['verify', '-k', 'owner.pub', '-p', 'policy.signed.json', '-f', 'app', ...archivista, ...token]
    expect(await run(...verify)).toBe(0)
    expect(asked).toContain('POST query 200')
    expect(asked).toContain('GET download 200')
    writeFileSync(join(folder, 'app'), 'tampered')
    expect(await run(...verify)).not.toBe(0)
    asked.length = 0
    expect(await run(...step, '--', 'sh', '-c', 'echo again > app2')).not.toBe(0)
    expect(asked).toEqual(['POST upload 401'])
    close()
  },
  120_000,
)
