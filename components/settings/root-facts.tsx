import type { RootState, TrustedRootRow } from '#lib/contract/trust.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import type { ShownState } from '../ui/states.ts'
import { StatusBadge } from '../ui/status-badge.tsx'
import { utc } from '../ui/time-text.ts'

/** Since when, and until when, a root is in force. */
export function Spans({ root }: { root: TrustedRootRow }) {
  return (
    <>
      {root.spans.map(({ from, until }) => (
        <span key={from} className="tnum block">
          since {utc(from, 'minutes')}
          {until !== null && <span className="block text-xs text-mute">until {utc(until, 'minutes')}</span>}
        </span>
      ))}
      {root.taintedAt !== null && (
        <span className="tnum block text-xs text-fail-text">compromised since {utc(root.taintedAt, 'minutes')}</span>
      )}
    </>
  )
}

/** When its certificate ends. */
export function Ends({ root }: { root: TrustedRootRow }) {
  return (
    <>
      <span className="tnum">{utc(root.notAfter, 'minutes')}</span>
      <span className="block text-xs text-mute">
        <RelativeTime at={root.notAfter} />
      </span>
    </>
  )
}

const shown: Readonly<Record<RootState, readonly [ShownState, string]>> = {
  'in-force': ['verified', 'In force'],
  expiring: ['warning', 'Ends soon'],
  expired: ['expired', 'Certificate ended'],
  ended: ['expired', 'Ended'],
  compromised: ['blocked', 'Compromised'],
  'not-yet': ['not-verified', 'Not valid yet'],
}

export function RootBadge({ state }: { state: RootState }) {
  const [look, label] = shown[state]
  return <StatusBadge state={look} label={label} />
}
