import type { EntryState, SourceKind, SourceRow, SourceState } from '#lib/contract/sources.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import type { ShownState } from '../ui/states.ts'
import { StatusBadge } from '../ui/status-badge.tsx'

export const kindNames: Readonly<Record<SourceKind, string>> = {
  directory: 'Folder',
  archivista: 'Archivista',
  oci: 'OCI registry',
}

const badges: Readonly<Record<SourceState, { state: ShownState; label: string }>> = {
  new: { state: 'running', label: 'First pass' },
  syncing: { state: 'running', label: 'Syncing' },
  behind: { state: 'running', label: 'Catching up' },
  'up-to-date': { state: 'verified', label: 'Up to date' },
  failing: { state: 'blocked', label: 'Failing' },
  paused: { state: 'not-verified', label: 'Paused' },
}

export function SourceBadge({ source }: { source: Pick<SourceRow, 'state' | 'entries'> }) {
  const { state, entries } = source
  // all was listed; but that some of it is gone, or did not come in, is not fine
  if (state === 'up-to-date' && entries.vanished > 0)
    return <StatusBadge state="warning" label="Up to date, some gone" />
  if (state === 'up-to-date' && outsideOf(entries) > 0)
    return <StatusBadge state="warning" label="Up to date, not all in" />
  return <StatusBadge {...badges[state]} />
}

/** How many entries did not come in. */
export function outsideOf({ quarantined, refused, failed, skipped }: SourceRow['entries']): number {
  return quarantined + refused + failed + skipped
}

const entryBadges: Readonly<Record<EntryState, { state: ShownState; label: string }>> = {
  waiting: { state: 'running', label: 'Waiting' },
  taken: { state: 'verified', label: 'Stored' },
  known: { state: 'not-verified', label: 'Known' },
  listed: { state: 'not-verified', label: 'Not metadata' },
  quarantined: { state: 'warning', label: 'Quarantined' },
  skipped: { state: 'warning', label: 'Passed over' },
  refused: { state: 'blocked', label: 'Refused' },
  failed: { state: 'blocked', label: 'Failed' },
}

export function EntryBadge({ state }: { state: EntryState }) {
  return <StatusBadge {...entryBadges[state]} />
}

/** Where a source is, as people know it: sources of one registry are told apart by their repositories. */
export function placeOf({ settings }: Pick<SourceRow, 'settings'>): string {
  if (settings.kind === 'directory') return settings.folder
  if (settings.kind === 'archivista') return settings.url
  const [first = '', ...rest] = settings.repositories
  return `${settings.url} · ${first}${rest.length === 0 ? '' : ` and ${rest.length.toLocaleString('en')} more`}`
}

const countWords = [
  ['taken', 'stored'],
  ['known', 'known'],
  ['waiting', 'waiting'],
  ['quarantined', 'quarantined'],
  ['refused', 'refused'],
  ['failed', 'failed'],
  ['skipped', 'passed over'],
  ['listed', 'not metadata'],
  ['vanished', 'gone from there'],
] as const

/** "1,204 stored, 2 quarantined": only what there is. */
export function countsText({ entries }: Pick<SourceRow, 'entries'>): string {
  const some = countWords.filter(([name]) => entries[name] > 0)
  if (some.length === 0) return 'nothing yet'
  return some.map(([name, word]) => `${entries[name].toLocaleString('en')} ${word}`).join(', ')
}

/** How far behind it may be: when everything that lay there was last listed. */
export function CaughtUp({ source }: { source: SourceRow }) {
  const { caughtUpAt, progress } = source
  if (progress !== null && source.state !== 'up-to-date') {
    const of = progress.expected === null ? '' : ` of ${progress.expected.toLocaleString('en')}`
    return (
      <span className="tnum">
        {progress.listed.toLocaleString('en')}
        {of} listed
      </span>
    )
  }
  return caughtUpAt === null ? <span className="text-mute">not yet</span> : <RelativeTime at={caughtUpAt} />
}
