'use client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Package, Plus } from 'lucide-react'
import Link from 'next/link'
import { parseAsString, useQueryStates } from 'nuqs'
import { softwareListQuery } from '#lib/client/software.ts'
import type { SoftwareRow } from '#lib/contract/software.ts'
import { useMay } from '../shell/me.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { CreateSoftware } from './create-software.tsx'
import { InForce } from './in-force.tsx'
import { Strip } from './strip.tsx'

/** All software with the layout in force, the latest builds, and what is missing. */
export function SoftwarePage() {
  const [at, setAt] = useQueryStates({ covered: parseAsString, new: parseAsString })
  const may = useMay('software:create')
  const { data, error, refetch } = useQuery(softwareListQuery())
  const rows = data?.filter((row) => at.covered !== 'no' || !isCovered(row))
  const bare = data?.filter((row) => !isCovered(row)).length ?? 0
  return (
    <PageBody>
      <PageHeader
        title={data ? headline(data.length, bare) : 'Software'}
        subline="What a team ships. Its owner keys decide which layout its builds must follow."
        actions={
          <>
            {data && (bare > 0 || at.covered === 'no') && (
              <Button
                variant="default"
                aria-pressed={at.covered === 'no'}
                onClick={() => void setAt({ covered: at.covered === 'no' ? null : 'no' })}
              >
                {at.covered === 'no' ? 'Show all' : 'Only without a layout'}
              </Button>
            )}
            {may && (
              <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => void setAt({ new: '1' })}>
                Create software
              </Button>
            )}
          </>
        }
      />
      {error && !data ? (
        <ErrorPanel error={error} retry={() => void refetch()} />
      ) : !rows ? (
        <TableSkeleton />
      ) : (
        <div className="rounded-[10px] border border-line bg-surface">
          {rows.length === 0 ? <Empty may={may} any={(data?.length ?? 0) > 0} /> : <Rows rows={rows} />}
        </div>
      )}
      {may && <CreateSoftware opened={at.new !== null} onClose={() => void setAt({ new: null })} />}
    </PageBody>
  )
}

const isCovered = (row: SoftwareRow) => row.inForce?.enforceable === true

function headline(total: number, bare: number): string {
  if (total === 0) return 'No software yet'
  if (bare === 0) return total === 1 ? '1 software, and it is covered' : `${total} pieces of software, all covered`
  return `${bare} of ${total} pieces of software ${bare === 1 ? 'has' : 'have'} no enforceable layout`
}

const Empty = ({ may, any }: { may: boolean; any: boolean }) => (
  <EmptyState
    icon={Package}
    title={any ? 'All software is covered' : 'No software yet'}
    text={
      any
        ? 'Each has a layout in force that all its owner keys signed and that has not expired.'
        : may
          ? 'Create one, then set whose keys own its layouts.'
          : 'An engineer or an administrator creates it.'
    }
  />
)

function Rows({ rows }: { rows: readonly SoftwareRow[] }) {
  return (
    <DataTable
      label="Software"
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        {
          id: 'name',
          header: 'Software',
          cell: (row) => (
            <>
              <Link className="wb-link font-medium" href={`/software/${row.slug}`}>
                {row.name}
              </Link>
              {row.demo && <span className="ml-2 text-xs text-mute">demo</span>}
            </>
          ),
        },
        {
          id: 'state',
          header: 'Latest build',
          cell: (row) =>
            row.state === null ? <span className="text-mute">No builds</span> : <StatusBadge state={row.state} />,
        },
        { id: 'layout', header: 'Layout in force', cell: (row) => <InForce row={row} /> },
        { id: 'strip', header: 'Last 50 builds', cell: (row) => <Strip strip={row.strip} name={row.name} /> },
        {
          id: 'pass',
          header: 'Verified',
          cell: (row) => {
            const judged = row.builds.verified + row.builds.blocked + row.builds.notVerified
            return judged === 0 ? (
              <span className="text-mute">No verdicts</span>
            ) : (
              <Link className="wb-link tnum" href={`/builds?software=${encodeURIComponent(row.slug)}`}>
                {row.builds.verified} of {judged}
              </Link>
            )
          },
        },
        {
          id: 'owners',
          header: 'Owner keys',
          cell: (row) =>
            row.ownerKeys === 0 ? (
              <StatusBadge state="warning" label="None set" />
            ) : (
              <span className="tnum">{row.ownerKeys}</span>
            ),
        },
        {
          id: 'last',
          header: 'Last build',
          cell: (row) => (row.lastBuildAt === null ? '' : <RelativeTime at={row.lastBuildAt} />),
        },
      ]}
    />
  )
}
