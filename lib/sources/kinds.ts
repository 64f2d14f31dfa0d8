import type { SourceKind, SourceSettings } from '#lib/contract/sources.ts'
import { archivistaKind } from './archivista/archivista.ts'
import { type Connector, type Ports, SourceError } from './connector.ts'
import { directoryKind } from './directory/directory.ts'
import { ociKind } from './oci/oci.ts'

type Open = (settings: unknown, ports: Ports) => Connector

/** How a source of each kind is opened; null where this version cannot read it. */
const kinds: Readonly<Record<SourceKind, Open | null>> = {
  directory: (settings, ports) => directoryKind.open(directoryKind.settings.parse(settings), ports),
  archivista: (settings, ports) => archivistaKind.open(archivistaKind.settings.parse(settings), ports),
  oci: (settings, ports) => ociKind.open(ociKind.settings.parse(settings), ports),
}

/** The kinds of sources that can be added. */
export function readableKinds(): SourceKind[] {
  const all: readonly SourceKind[] = ['directory', 'archivista', 'oci']
  return all.filter((kind) => kinds[kind] !== null)
}

/** Opens a source of any kind; reaches for nothing yet. @throws SourceError SETTINGS */
export function openConnector({ kind, ...settings }: SourceSettings, ports: Ports): Connector {
  const open = kinds[kind]
  if (open !== null) return open(settings, ports)
  throw new SourceError('SETTINGS', `Sources of the kind ${kind} cannot be read by this version of Waybill.`)
}

/** The host whose secrets a source may use, as `host` or `host_port`; null where it reaches none. */
export function hostOf(settings: SourceSettings): string | null {
  return settings.kind === 'directory' ? null : hostNameOf(new URL(settings.url))
}

/** As folders of secrets are called. */
export function hostNameOf(server: URL): string {
  return server.host.replaceAll(':', '_')
}
