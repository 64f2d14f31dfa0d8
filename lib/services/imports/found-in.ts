import type { Act } from './act.ts'
import type { Finding } from './finding.ts'
import type { NewBundle } from './store/bundles.ts'
import type { NewEnvelope } from './store/envelopes.ts'
import { functionaryName, type NamedKey } from './store/keys.ts'

/** The distinct documents of some acts, by sha256; each was first seen when the first act brought it. */
export function documentsOf(acts: readonly Act[]): Map<string, NewEnvelope> {
  const documents = new Map<string, NewEnvelope>()
  for (const { items, head } of acts)
    for (const { finding, bytes, sha256 } of items) {
      if (bytes === null || sha256 === null || !isDocument(finding)) continue
      const known = documents.get(sha256)
      const at = known === undefined || head.at < known.at ? head.at : known.at
      const envelope = finding.is === 'envelope' ? finding.envelope : null
      const policy = finding.is === 'policy' ? finding.policy : null
      // the same bytes may be quarantined under one name and read under another: read wins
      if (known === undefined || envelope !== null || policy !== null)
        documents.set(sha256, { sha256, bytes, at, envelope, policy, reason: finding.reason })
      else documents.set(sha256, { ...known, at })
    }
  return documents
}

type Document = Extract<Finding, { is: 'envelope' | 'policy' | 'quarantined' }>

function isDocument(finding: Finding): finding is Document {
  return finding.is === 'envelope' || finding.is === 'policy' || finding.is === 'quarantined'
}

/** Keys brought as files, and those that layouts name as functionaries: signatures are shown with their names. */
export function keysOf(acts: readonly Act[]): NamedKey[] {
  return acts.flatMap(({ items }) =>
    items.flatMap(({ finding, path }) => {
      const file = fileName(path)
      if (finding.is === 'keys') return finding.keys.map((key) => ({ key, name: file }))
      if (finding.is === 'envelope' && finding.envelope.kind === 'layout')
        return [...finding.envelope.document.keys.values()].map((key) => ({ key, name: functionaryName(file) }))
      return []
    }),
  )
}

export function certificatesOf(acts: readonly Act[]) {
  return acts.flatMap(({ items }) =>
    items.flatMap(({ finding, path }) =>
      finding.is === 'certificates'
        ? finding.certificates.map((certificate) => ({ certificate, name: fileName(path) }))
        : [],
    ),
  )
}

/** SPIFFE bundles, with who brought them. */
export function bundlesOf(acts: readonly Act[]): NewBundle[] {
  return acts.flatMap(({ actor, items }) =>
    items.flatMap(({ finding, path, sha256, bytes }) =>
      finding.is === 'trust-bundle' && sha256 !== null && bytes !== null
        ? [{ sha256, bytes, bundle: finding.bundle, name: fileName(path), by: actor.name }]
        : [],
    ),
  )
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
