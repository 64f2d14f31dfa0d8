import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A registry that others wrote, as a process of its own over an empty folder. */
export interface RealRegistry {
  readonly origin: string
  close(): Promise<void>
}

export type RealRegistryName = 'docker-registry' | 'zot'

/** Whether the program is there to be run. */
export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}

/** Starts one and waits until it answers. */
export async function startRegistry(name: RealRegistryName): Promise<RealRegistry> {
  const folder = mkdtempSync(join(tmpdir(), `waybill-${name}-`))
  const port = await freePort()
  const config = join(folder, name === 'zot' ? 'config.json' : 'config.yml')
  writeFileSync(config, name === 'zot' ? zotConfig(folder, port) : dockerConfig(folder, port))
  const child = spawn(name, ['serve', config], { stdio: 'ignore' })
  const origin = `http://127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    await stop(child)
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(`${origin}/v2/`).catch(() => null)
    if (answer?.status === 200) return { origin, close }
    if (child.exitCode !== null) break
    await sleep(50)
  }
  await close()
  throw new Error(`${name} did not start`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

function zotConfig(folder: string, port: number): string {
  return JSON.stringify({
    storage: { rootDirectory: join(folder, 'data'), gc: false },
    http: { address: '127.0.0.1', port: String(port) },
    log: { level: 'error' },
  })
}

function dockerConfig(folder: string, port: number): string {
  return [
    'version: 0.1',
    'log: {level: error}',
    `storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}`,
    `http: {addr: '127.0.0.1:${port}'}`,
  ].join('\n')
}
