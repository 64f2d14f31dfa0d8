import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SourceSettings, secretNameSchema } from '#lib/contract/sources.ts'
import { env } from '#lib/env.ts'
import { type Connector, type Credentials, type GuardedFetch, SourceError } from '#lib/sources/connector.ts'
import { hostOf, openConnector } from '#lib/sources/kinds.ts'

/** Opens a source with what the operator allows it: folders, hosts and the secrets of its own host. */
export function openSource(settings: SourceSettings): Connector {
  return openConnector(settings, {
    fetch: refuseAll,
    credentials: credentialsOf(hostOf(settings)),
    folders: env().sourceFolders,
    now: () => new Date(),
  })
}

const refuseAll: GuardedFetch = (url) =>
  Promise.reject(
    new SourceError(
      'NOT_ALLOWED',
      `Sources reach no other machine in this version; ${new URL(url).host} was asked for.`,
    ),
  )

/** Files `source-secrets/HOST/NAME` of the data folder, readable by Waybill's user only. */
function credentialsOf(host: string | null): Credentials {
  return {
    secret: async (name) => {
      if (host === null || !secretNameSchema.safeParse(name).success || !/^[a-z0-9._[\]-]+$/i.test(host)) return null
      const path = join(/* turbopackIgnore: true */ env().dataFolder, 'source-secrets', host, name)
      return readFile(path, 'utf8').then(
        (text) => text.replace(/\r?\n$/, ''),
        () => null,
      )
    },
  }
}
