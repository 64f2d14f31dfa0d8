'use client'
import { Button, Chip, Group, SegmentedControl } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { CircleCheck, SearchCheck } from 'lucide-react'
import Link from 'next/link'
import { useQueryStates } from 'nuqs'
import { verificationsQuery } from '#lib/client/verifications.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { VerificationItem } from './verification-item.tsx'
import { verificationsFilter } from './verifications-filter.ts'

const shows = [
  { value: 'standing', label: 'Failing now' },
  { value: 'failed', label: 'All failed' },
  { value: 'passed', label: 'Passed' },
  { value: 'all', label: 'All' },
] as const

const titles = {
  standing: ['failure decided elsewhere stands', 'failures decided elsewhere stand'],
  failed: ['failure decided elsewhere', 'failures decided elsewhere'],
  passed: ['pass decided elsewhere', 'passes decided elsewhere'],
  all: ['verification made elsewhere', 'verifications made elsewhere'],
} as const

/** What others decided about artifacts, the last received first. */
export function VerificationsPage() {
  const [filter, setFilter] = useQueryStates(verificationsFilter, { history: 'replace' })
  const query = useInfiniteQuery({ ...verificationsQuery(filter), placeholderData: keepPreviousData })
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? []
  const total = query.data?.pages[0]?.total
  const [one, many] = titles[filter.show]
  return (
    <PageBody>
      <PageHeader
        title={
          total === undefined
            ? 'Verifications made elsewhere'
            : `${total === 0 ? 'No' : total.toLocaleString('en')} ${total < 2 ? one : many}`
        }
        subline={
          <>
            What others say of artifacts, by verification summaries and Witness policies. A pass allows nothing here, a
            failure asks for a look.{' '}
            <Link className="text-accent underline underline-offset-2" href="/settings?tab=verifiers">
              Who may be named as a verifier
            </Link>
          </>
        }
        actions={
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label="Which"
              data={[...shows]}
              value={filter.show}
              onChange={(next) => void setFilter({ show: shows.find(({ value }) => value === next)?.value ?? null })}
            />
            <Chip
              size="xs"
              variant="outline"
              checked={filter.signature === 'declared'}
              onChange={(on) => void setFilter({ signature: on ? 'declared' : null })}
            >
              Signature verifies
            </Chip>
          </Group>
        }
      />
      {query.isError && !query.data ? (
        <ErrorPanel error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <TableSkeleton rows={6} />
      ) : (
        <div className="rounded-[10px] border border-line bg-surface">
          {rows.length === 0 ? (
            <Nothing standing={filter.show === 'standing'} />
          ) : (
            <ul className="list-none [&>li:first-child]:border-t-0" aria-label="Verifications made elsewhere">
              {rows.map((row) => (
                <VerificationItem key={`${row.envelope} ${row.index}`} row={row} about />
              ))}
            </ul>
          )}
        </div>
      )}
      {query.hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older ones
          </Button>
        </div>
      )}
    </PageBody>
  )
}

const Nothing = ({ standing }: { standing: boolean }) => (
  <EmptyState
    icon={standing ? CircleCheck : SearchCheck}
    title={standing ? 'No failure decided elsewhere stands' : 'Nothing fits'}
    text={
      standing
        ? 'Failed verification summaries (VSAs) and Witness policy verifications appear here when they are brought in.'
        : 'No verification made elsewhere of this kind was brought in.'
    }
  />
)
