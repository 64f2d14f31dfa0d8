import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SourceSettings, secretNameSchema } from '#lib/contract/sources.ts'
import { env } from '#lib/env.ts'
import type { Connector, Credentials, GuardedFetch } from '#lib/sources/connector.ts'
import { guardedFetch } from '#lib/sources/guarded-fetch/guarded-fetch.ts'
import { hostNameOf, hostOf, openConnector } from '#lib/sources/kinds.ts'
import { memoryOf } from './source-memory.ts'

/**
 * Opens a source with what the operator allows it: folders, hosts and the secrets of its own host.
 * @param id of one that was added, which remembers what earlier passes found out
 */
export function openSource(settings: SourceSettings, id: string | null = null): Connector {
  return openConnector(settings, {
    ...(id === null ? {} : { memory: memoryOf(id) }),
    fetch: theWayOut(),
    credentials: credentialsOf(hostOf(settings)),
    folders: env().sourceFolders,
    now: () => new Date(),
  })
}

let wayOut: GuardedFetch | undefined

/** Sources reach the servers that the operator named, and no other: one guard, with its connections, per process. */
function theWayOut(): GuardedFetch {
  wayOut ??= guardedFetch({ origins: new Set(env().sourceOrigins), publicHosts: false })
  return wayOut
}

/** Files `source-secrets/HOST/NAME` of the data folder, readable by Waybill's user only. */
function credentialsOf(own: string | null): Credentials {
  return {
    secret: async (name, server) => {
      const host = server === undefined ? own : hostNameOf(server)
      if (host === null || !secretNameSchema.safeParse(name).success || !/^[a-z0-9._[\]-]+$/i.test(host)) return null
      const path = join(/* turbopackIgnore: true */ env().dataFolder, 'source-secrets', host, name)
      return readFile(path, 'utf8').then(
        (text) => text.replace(/\r?\n$/, ''),
        () => null,
      )
    },
  }
}
