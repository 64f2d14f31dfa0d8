import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

/** Starts one and waits until it answers. */
export async function startRegistry(name: RealRegistryName): Promise<RealRegistry> {
  const folder = mkdtempSync(join(tmpdir(), `waybill-${name}-`))
  const port = await freePort()
  const config = join(folder, name === 'zot' ? 'config.json' : 'config.yml')
  writeFileSync(config, name === 'zot' ? zotConfig(folder, port) : dockerConfig(folder, port))
  const origin = `http://127.0.0.1:${port}`
  const answers = async () => (await fetch(`${origin}/v2/`)).status === 200
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
