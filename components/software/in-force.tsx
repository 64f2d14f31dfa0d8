import Link from 'next/link'
import type { SoftwareRow } from '#lib/contract/software.ts'
import { StatusBadge } from '../ui/status-badge.tsx'
import { utc } from '../ui/time-text.ts'

/** The layout in force in a line, and whether it can be enforced. */
export function InForce({ row }: { row: Pick<SoftwareRow, 'inForce'> }) {
  const { inForce } = row
  if (inForce === null) return <StatusBadge state="not-verified" label="None in force" />
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <Link className="wb-link" href={`/layouts/${inForce.versionId}`}>
        {inForce.name} v{inForce.number}
      </Link>
      {inForce.enforceable ? (
        <span className="text-xs text-mute">until {utc(inForce.expires, 'day')}</span>
      ) : Date.parse(inForce.expires) < Date.now() ? (
        <StatusBadge state="expired" label={`Expired ${utc(inForce.expires, 'day')}`} />
      ) : (
        <StatusBadge state="warning" label="Not enforceable" />
      )}
    </span>
  )
}
