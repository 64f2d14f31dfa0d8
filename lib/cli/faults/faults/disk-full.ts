import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../fault.ts'

/** A file system of its own for the cluster, small enough to be filled at once. */
export function smallFileSystem(folder: string): string {
  const place = join(folder, 'small')
  mkdirSync(place)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=220m', 'tmpfs', place])
  chmodSync(place, 0o777)
  return place
}

export function unmountSmall(folder: string): void {
  execFileSync('umount', ['-l', join(folder, 'small')])
}

export const diskFull: Fault = {
  number: 11,
  name: 'disk of PostgreSQL full',
  short: false,
  needsRoot: true,
  dataFolder: smallFileSystem,
  inject: async ({ stand, client }) => {
    const ballast = join(stand.folder, 'small', 'ballast')
    const stop = client.load(6)
    await sleep(1_500)
    const free = statfsSync(join(stand.folder, 'small'))
    fill(ballast, free.bavail * free.bsize)
    const before = client.statuses.get('503') ?? 0
    const acknowledged = client.acknowledged.length
    const until = Date.now() + 40_000
    while (Date.now() < until && (client.statuses.get('503') ?? 0) - before < 40) {
      await big(client)
      await sleep(200)
    }
    const refused = (client.statuses.get('503') ?? 0) - before
    const other = client.statuses.get('500') ?? 0
    await sleep(2_000)
    rmSync(ballast)
    // out of space for its log, PostgreSQL ends itself; whoever runs it starts it again
    await stand.cluster.start().catch(() => undefined)
    await stop()
    return {
      injected: `${refused} uploads answered 503, ${client.acknowledged.length - acknowledged} acknowledged meanwhile and after`,
      missing: [
        ...(refused > 0 ? [] : ['no upload was refused']),
        ...(other === 0 ? [] : [`${other} uploads were answered 500`]),
      ],
    }
  },
}

function fill(path: string, bytes: number): void {
  const chunk = Buffer.alloc(1024 * 1024, 1)
  try {
    for (let written = 0; written < bytes; written += chunk.length) writeFileSync(path, chunk, { flag: 'a' })
  } catch {
    // full, as wanted
  }
}

/** Uploads that need room of their own. */
async function big(client: Parameters<Fault['inject']>[0]['client']): Promise<void> {
  const [link] = client.nextRun().links
  if (link !== undefined) await client.send(link, null)
}
