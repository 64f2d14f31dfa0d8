'use client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Cable } from 'lucide-react'
import Link from 'next/link'
import { sourcesQuery } from '#lib/client/sources.ts'
import type { SourceRow } from '#lib/contract/sources.ts'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { CaughtUp, countsText, kindNames, placeOf, SourceBadge } from './source-states.tsx'

/** The places from which evidence is fetched: how each goes, and what is in its way. `onAdd` where one may add. */
export function Connected({ onAdd }: { onAdd: (() => void) | null }) {
  const { data, error, refetch } = useQuery(sourcesQuery())
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={3} />
  return (
    <div className="rounded-[10px] border border-line bg-surface">
      {data.rows.length === 0 ? (
        <EmptyState
          icon={Cable}
          title="No source is connected"
          text="Waybill can fetch evidence by itself from where it lies already, and go on where it was after any interruption."
          action={onAdd && <Button onClick={onAdd}>Add a source</Button>}
        />
      ) : (
        <DataTable
          label="Connected sources"
          rows={data.rows}
          rowKey={(row) => row.id}
          columns={[
            { id: 'name', header: 'Source', width: 'w-1/3', cell: (row) => <NameAndPlace source={row} /> },
            { id: 'state', header: 'State', cell: (row) => <StateAndError source={row} /> },
            { id: 'entries', header: 'Entries', cell: (row) => <span className="tnum">{countsText(row)}</span> },
            { id: 'caught-up', header: 'Caught up', cell: (row) => <CaughtUp source={row} /> },
          ]}
        />
      )}
    </div>
  )
}

function NameAndPlace({ source }: { source: SourceRow }) {
  return (
    <>
      <Link className="wb-link font-medium break-words" href={`/sources/connected/${source.id}`}>
        {source.name}
      </Link>
      <p className="text-xs text-mute wrap-anywhere">
        {kindNames[source.settings.kind]} · {placeOf(source)}
      </p>
    </>
  )
}

function StateAndError({ source }: { source: SourceRow }) {
  const { error } = source
  return (
    <>
      <SourceBadge source={source} />
      {error && <p className="mt-0.5 text-xs text-mute break-words">{error.message}</p>}
    </>
  )
}
