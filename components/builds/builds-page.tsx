'use client'
import { Button, Chip, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { PackageSearch, Search } from 'lucide-react'
import Link from 'next/link'
import { useQueryStates } from 'nuqs'
import { useEffect, useMemo, useRef, useState } from 'react'
import { buildsQuery } from '#lib/client/builds.ts'
import { softwareListQuery } from '#lib/client/software.ts'
import { stateSchema } from '#lib/contract/verdict.ts'
import { attentionWords } from '#lib/provenance/verification-words.ts'
import { useMay } from '../shell/me.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { states } from '../ui/states.ts'
import { BuildRows } from './build-rows.tsx'
import { buildsFilter } from './builds-filter.ts'

/** All builds, newest first. The filters are in the address, the rows come as they are scrolled to. */
export function BuildsPage() {
  const [filter, setFilter] = useQueryStates(buildsFilter, { history: 'replace' })
  const query = useInfiniteQuery({ ...buildsQuery(filter), placeholderData: keepPreviousData })
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data])
  const total = query.data?.pages[0]?.total ?? 0
  const filtered = filter.state.length > 0 || filter.software !== null || filter.elsewhere !== null || filter.q !== ''
  const clear = () => void setFilter({ state: null, software: null, elsewhere: null, q: null })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  return (
    <div className="flex min-h-[420px] shrink-0 grow basis-0 flex-col overflow-hidden px-4 pt-5 sm:px-6 sm:pt-6">
      <PageHeader
        title="Builds"
        subline={
          <span aria-live="polite">
            {query.data ? `${total.toLocaleString('en')} ${total === 1 ? 'build' : 'builds'}` : 'Loading'}
            {filtered && ' fit the filter'}
          </span>
        }
        actions={<Filters filter={filter} setFilter={setFilter} />}
      />
      {query.isError && !query.data ? (
        <ErrorPanel error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <TableSkeleton rows={12} />
      ) : rows.length === 0 ? (
        <div className="rounded-[10px] border border-line bg-surface">
          {filtered ? <NothingFits onClear={clear} /> : <NoBuilds />}
        </div>
      ) : (
        <BuildRows
          rows={rows}
          total={total}
          more={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
          }}
        />
      )}
    </div>
  )
}

type Filter = {
  state: (typeof stateSchema.options)[number][]
  software: string | null
  elsewhere: 'any' | 'failed' | 'claimed' | null
  q: string
}

function Filters({ filter, setFilter }: { filter: Filter; setFilter: (change: Partial<Filter>) => unknown }) {
  const { data: software = [] } = useQuery(softwareListQuery())
  const [typed, setTyped] = useState(filter.q)
  const box = useRef<HTMLInputElement>(null)
  const ask = useDebouncedCallback((q: string) => void setFilter({ q }), 200)
  useHotkeys([['/', () => box.current?.focus()]])
  // the address can change by other means: back, a link, "clear"
  useEffect(() => setTyped(filter.q), [filter.q])
  return (
    <Group gap="xs">
      <Chip.Group
        multiple
        value={filter.state}
        onChange={(chosen) => void setFilter({ state: stateSchema.options.filter((s) => chosen.includes(s)) })}
      >
        <fieldset className="flex flex-wrap gap-1.5">
          <legend className="sr-only">Result</legend>
          {stateSchema.options.map((state) => (
            <Chip key={state} value={state} size="xs" variant="outline">
              {states[state].label}
            </Chip>
          ))}
        </fieldset>
      </Chip.Group>
      <Chip
        size="xs"
        variant="outline"
        checked={filter.elsewhere !== null}
        onChange={(on) => void setFilter({ elsewhere: on ? 'any' : null })}
      >
        {filter.elsewhere === 'claimed' ? attentionWords.claimed.label : attentionWords.failed.label}
      </Chip>
      <Select
        size="xs"
        w={180}
        aria-label="Software"
        placeholder="All software"
        clearable
        clearButtonProps={{ 'aria-label': 'All software' }}
        searchable
        data={software.map((row) => ({ value: row.slug, label: row.name }))}
        value={filter.software}
        onChange={(slug) => void setFilter({ software: slug })}
      />
      <TextInput
        ref={box}
        size="xs"
        w={220}
        maxLength={200}
        leftSection={<Search size={13} aria-hidden />}
        placeholder="Run, reason, digest"
        aria-label="Filter builds"
        aria-keyshortcuts="/"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          ask(event.currentTarget.value.trim())
        }}
      />
    </Group>
  )
}

const NothingFits = ({ onClear }: { onClear: () => void }) => (
  <EmptyState
    icon={PackageSearch}
    title="No build fits this filter"
    action={
      <Button size="xs" variant="default" onClick={onClear}>
        Remove the filter
      </Button>
    }
  />
)

function NoBuilds() {
  const may = useMay('evidence:bring')
  return (
    <EmptyState
      icon={PackageSearch}
      title="No builds yet"
      text="A build appears when links of a software are brought in whose layout is in force: one for each run that made its final file."
      {...(may
        ? {
            action: (
              <Link className="wb-link" href="/sources">
                Bring in metadata
              </Link>
            ),
          }
        : {})}
    />
  )
}
