'use client'
import { Button, SegmentedControl } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { FolderSearch } from 'lucide-react'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { sourceEntriesQuery } from '#lib/client/sources.ts'
import type { SourceEntry, SourceRow } from '#lib/contract/sources.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { nothingText } from './nothing-text.ts'
import { shortPath } from './short-path.ts'
import { EntryBadge } from './source-states.tsx'

const shows = ['problems', 'all', 'waiting', 'vanished'] as const
const labels = { problems: 'Not in', all: 'All', waiting: 'Waiting', vanished: 'Gone' } as const
/** What lies in a source, by what became of it; what did not come in is shown first. */
export function SourceEntries({ source, className }: { source: SourceRow; className?: string }) {
  const { id } = source
  const [show, setShow] = useQueryState('show', parseAsStringLiteral(shows).withDefault('problems'))
  const query = useInfiniteQuery({ ...sourceEntriesQuery(id, show), refetchInterval: 5_000 })
  const rows = query.data?.pages.flatMap((page) => page.rows)
  return (
    <Card
      title="Entries"
      flush
      className={className ?? ''}
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Which entries"
          data={shows.map((value) => ({ value, label: labels[value] }))}
          value={show}
          onChange={(value) => void setShow(shows.find((known) => known === value) ?? null)}
        />
      }
    >
      {query.isError && !rows ? (
        <ErrorPanel error={query.error} retry={() => void query.refetch()} />
      ) : !rows ? (
        <TableSkeleton rows={4} />
      ) : rows.length === 0 ? (
        <EmptyState icon={FolderSearch} title={nothingText(show, source)} />
      ) : (
        <Rows rows={rows} />
      )}
      {query.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button
            size="xs"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </Card>
  )
}

function Rows({ rows }: { rows: readonly SourceEntry[] }) {
  return (
    <DataTable
      label="Entries"
      rows={rows}
      rowKey={(row) => row.key}
      columns={[
        { id: 'state', header: 'State', cell: (row) => <EntryBadge state={row.state} /> },
        { id: 'entry', header: 'Entry', width: 'w-1/2', cell: (row) => <NameAndWhy entry={row} /> },
        { id: 'seen', header: 'There', cell: (row) => <Seen entry={row} /> },
        {
          id: 'document',
          header: 'Document',
          cell: (row) =>
            row.envelope === null ? (
              ''
            ) : (
              <Link className="wb-link" href={`/sources/envelopes/${row.envelope}`}>
                Look at it
              </Link>
            ),
        },
      ]}
    />
  )
}

function NameAndWhy({ entry }: { entry: SourceEntry }) {
  return (
    <>
      <code className="font-mono text-xs wrap-anywhere" title={entry.path}>
        {shortPath(entry.path)}
      </code>
      {entry.message !== null && (
        <p className="text-xs text-mute break-words">
          {entry.message}
          {entry.retryAt !== null && (
            <>
              {' '}
              Attempt {entry.attempts + 1} <RelativeTime at={entry.retryAt} />.
            </>
          )}
        </p>
      )}
    </>
  )
}

function Seen({ entry: { firstSeenAt, vanishedAt } }: { entry: SourceEntry }) {
  return (
    <>
      since <RelativeTime at={firstSeenAt} />
      {vanishedAt !== null && (
        <div className="text-xs text-warn-text">
          gone since <RelativeTime at={vanishedAt} />
        </div>
      )}
    </>
  )
}
