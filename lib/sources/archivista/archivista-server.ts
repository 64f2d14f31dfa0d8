import type { ArchivistaSettings } from '#lib/contract/sources.ts'
import type { GuardedRequest, GuardedResponse, Ports } from '../connector.ts'
import { type Access, readAccess, readSecret } from '../remote/access.ts'

/** One Archivista server, asked under the paths and with the secrets of the settings. */
export interface ArchivistaServer {
  /** host and port, for sentences */
  readonly host: string
  readonly settings: ArchivistaSettings
  readonly now: () => Date
  /** @param path without the version, such as `query` or `download/GITOID` */
  ask(path: string, request: GuardedRequest): Promise<GuardedResponse>
}

export function archivistaServer(settings: ArchivistaSettings, ports: Ports): ArchivistaServer {
  const base = `${settings.url.replace(/\/+$/, '')}${settings.paths === 'v1' ? '/v1' : ''}`
  return {
    host: new URL(settings.url).host,
    settings,
    now: ports.now,
    ask: async (path, request) => {
      const { headers, access } = await identification(settings, ports)
      return ports.fetch(`${base}/${path}`, { ...request, ...access, headers: { ...headers, ...request.headers } })
    },
  }
}

/** Read anew for each request: tokens and SVIDs are replaced while Waybill runs. */
async function identification(
  settings: ArchivistaSettings,
  { credentials }: Ports,
): Promise<{ headers: Record<string, string>; access: Access }> {
  const headers: Record<string, string> = {}
  for (const { name, secret } of settings.headers) headers[name] = await readSecret(credentials, secret)
  if (settings.secret !== null)
    headers[settings.header] = headerValue(settings.header, await readSecret(credentials, settings.secret))
  return { headers, access: await readAccess(settings, credentials) }
}

/** A token alone becomes a bearer token (RFC 6750); what names its scheme, such as `Basic ...`, is sent as it is. */
function headerValue(header: string, secret: string): string {
  return header.toLowerCase() === 'authorization' && !secret.includes(' ') ? `Bearer ${secret}` : secret
}
