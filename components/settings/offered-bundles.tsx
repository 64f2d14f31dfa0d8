'use client'
import { Button } from '@mantine/core'
import type { OfferedBundle } from '#lib/contract/trust.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'

/** Bundles that came in as files, and of which nobody has decided anything. */
export function OfferedBundles({
  offered,
  onAdd,
}: {
  offered: readonly OfferedBundle[]
  onAdd: ((offered: OfferedBundle) => void) | null
}) {
  return (
    <Card title="Brought in, and not in force" flush>
      <p className="px-4 pb-2 text-[13px] text-mute">
        Bundles that came in as files. They carry no trust: compare their roots with what the operators of the trust
        domain say before one is put in force.
      </p>
      <DataTable
        label="Bundles that are not in force"
        rows={offered}
        rowKey={(bundle) => bundle.sha256}
        columns={[
          {
            id: 'name',
            header: 'Bundle',
            cell: (bundle) => (
              <>
                <span className="font-medium break-words">{bundle.name}</span>
                <span className="block text-xs text-mute">
                  <Digest value={bundle.sha256} />
                </span>
              </>
            ),
          },
          {
            id: 'says',
            header: 'Its roots name',
            cell: (bundle) => (
              <>
                {bundle.trustDomains.join(', ') || 'no trust domain'}
                <span className="block text-xs text-mute">
                  {bundle.roots} {bundle.roots === 1 ? 'root' : 'roots'}
                  {bundle.sequence !== null && `, sequence ${bundle.sequence.slice(0, 20)}`}
                </span>
              </>
            ),
          },
          {
            id: 'by',
            header: 'Brought in',
            cell: (bundle) => (
              <>
                <RelativeTime at={bundle.firstSeenAt} /> by {bundle.broughtBy}
              </>
            ),
          },
          {
            id: 'act',
            header: 'Put in force',
            quiet: true,
            cell: (bundle) =>
              onAdd ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Put ${bundle.name} in force`}
                  onClick={() => onAdd(bundle)}
                >
                  Put in force
                </Button>
              ) : (
                ''
              ),
          },
        ]}
      />
    </Card>
  )
}
