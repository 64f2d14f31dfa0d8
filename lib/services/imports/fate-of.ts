import type { ImportFile } from '#lib/contract/evidence.ts'
import type { Item } from './finding.ts'
import type { StoredEnvelope } from './store/envelopes.ts'
import { storedText, storedTextOrNull } from './store/stored-text.ts'

/** What the database said about what was new. */
export interface Fates {
  readonly envelopes: ReadonlyMap<string, StoredEnvelope>
  /** fingerprints and digests that were not known before */
  readonly keys: ReadonlySet<string>
  readonly certificates: ReadonlySet<string>
  readonly bundles: ReadonlySet<string>
}

/** What became of each file. Where a batch holds the same content twice, the first one was stored. */
export function fatesOf(items: readonly Item[], first: number, fates: Fates): ImportFile[] {
  const told = new Set<string>()
  return items.map((item, index) => {
    const file = fateOf(item, first + index, fates)
    const again = file.fate === 'stored' && file.sha256 !== null && told.has(file.sha256)
    if (file.fate === 'stored' && file.sha256 !== null) told.add(file.sha256)
    return again ? { ...file, fate: 'known' } : file
  })
}

/** In the words that people and programs read. */
function fateOf(item: Item, index: number, fates: Fates): ImportFile {
  const { finding, sha256 } = item
  const reason = 'reason' in finding ? finding.reason : null
  return {
    index,
    path: storedText(item.path),
    size: item.size,
    sha256,
    ...kindAndFate(item, fates),
    code: reason?.code ?? null,
    message: storedTextOrNull(reason?.message ?? null, 4_000),
    place: storedTextOrNull(reason?.place ?? null),
  }
}

function kindAndFate({ finding, sha256 }: Item, fates: Fates): Pick<ImportFile, 'kind' | 'fate'> {
  const fate = (isNew: boolean | undefined) => (isNew ? 'stored' : 'known')
  switch (finding.is) {
    case 'envelope':
      return { kind: finding.envelope.kind, fate: fate(fates.envelopes.get(sha256 ?? '')?.isNew) }
    case 'policy':
      return { kind: 'policy', fate: fate(fates.envelopes.get(sha256 ?? '')?.isNew) }
    case 'quarantined':
      return { kind: 'unknown', fate: 'quarantined' }
    case 'keys':
      return { kind: 'public-key', fate: fate(finding.keys.some(({ fingerprint }) => fates.keys.has(fingerprint))) }
    case 'certificates':
      return { kind: 'certificate', fate: fate(finding.certificates.some((c) => fates.certificates.has(c.sha256))) }
    case 'trust-bundle':
      return { kind: 'trust-bundle', fate: fate(fates.bundles.has(sha256 ?? '')) }
    case 'refused':
      return { kind: finding.kind, fate: 'refused' }
    case 'listed':
      return { kind: finding.kind, fate: 'listed' }
  }
}
