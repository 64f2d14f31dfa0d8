import { type ArchivistaSettings, archivistaSettingsSchema } from '#lib/contract/sources.ts'
import type { Connector, ConnectorKind } from '../connector.ts'
import { archivistaServer } from './archivista-server.ts'
import { download } from './download.ts'
import { follow, listByDigest } from './follow.ts'
import { probe } from './probe.ts'
import { upload } from './upload.ts'

/**
 * in-toto/archivista: a store of DSSE envelopes with a list of them in GraphQL. It checks no signature and never calls
 * back; it is followed by windows of time, and listed as a whole from time to time. Keys are gitoids.
 */
export const archivistaKind: ConnectorKind<ArchivistaSettings> = {
  kind: 'archivista',
  settings: archivistaSettingsSchema,
  open: (settings, ports): Connector => {
    const server = archivistaServer(settings, ports)
    return {
      capabilities: { follows: 'changes', byDigest: true, vanishes: true, metadataOnly: true },
      probe: (signal) => probe(server, signal),
      since: (cursor, limits) => follow(server, cursor, limits),
      byDigest: (algorithm, value, limits) => listByDigest(server, { algorithm, value }, limits),
      fetch: (gitoid, signal) => download(server, gitoid, signal),
      send: (bytes, signal) => upload(server, bytes, signal),
    }
  },
}
