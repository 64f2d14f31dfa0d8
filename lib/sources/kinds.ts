import type { SourceSettings } from '#lib/contract/sources.ts'
import { type Connector, type Ports, SourceError } from './connector.ts'
import { directoryKind } from './directory/directory.ts'

/** Opens a source of any kind; reaches for nothing yet. @throws SourceError SETTINGS */
export function openConnector(settings: SourceSettings, ports: Ports): Connector {
  const { kind, ...own } = settings
  switch (kind) {
    case 'directory':
      return directoryKind.open(directoryKind.settings.parse(own), ports)
    case 'archivista':
    case 'oci':
      throw new SourceError('SETTINGS', `Sources of the kind ${kind} cannot be read by this version of Waybill.`)
  }
}

/** The host whose secrets a source may use, as `host` or `host_port`; null where it reaches none. */
export function hostOf(settings: SourceSettings): string | null {
  return settings.kind === 'directory' ? null : new URL(settings.url).host.replaceAll(':', '_')
}
