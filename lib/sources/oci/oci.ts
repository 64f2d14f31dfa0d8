import { type OciSettings, ociSettingsSchema } from '#lib/contract/sources.ts'
import type { Connector, ConnectorKind } from '../connector.ts'
import { listByDigest } from './by-digest.ts'
import { fetchBlob } from './fetch-blob.ts'
import { follow } from './follow.ts'
import { passingMemory } from './memory.ts'
import { probe } from './probe.ts'
import { openRegistry } from './registry.ts'

/**
 * OCI registries: evidence is attached to images as layers of other manifests. Whoever may push can attach and take away;
 * what a piece of evidence speaks of is said by its own subjects, not by where it hangs. Keys are blobs of a repository.
 */
export const ociKind: ConnectorKind<OciSettings> = {
  kind: 'oci',
  settings: ociSettingsSchema,
  open: (settings, ports): Connector => {
    const registry = openRegistry(settings, ports)
    const memory = ports.memory ?? passingMemory()
    return {
      capabilities: { follows: 'sweep', byDigest: true, vanishes: true, metadataOnly: true },
      probe: (signal) => probe(registry, signal),
      since: (cursor, limits) => follow(registry, memory, cursor, limits),
      byDigest: (algorithm, digest, limits) => listByDigest(registry, memory, algorithm, digest, limits),
      fetch: (key, signal) => fetchBlob(registry, key, signal),
    }
  },
}
