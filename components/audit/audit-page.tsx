'use client'
import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { FileCheck2 } from 'lucide-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { auditQuery } from '#lib/client/access.ts'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ExactTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'

const kinds = [
  { value: 'software.', label: 'Software' },
  // of drafts and versions, too
  { value: 'layout', label: 'Layouts' },
  { value: 'evidence.', label: 'Evidence' },
  { value: 'source.', label: 'Sources' },
  { value: 'build.', label: 'Builds' },
  { value: 'trust.', label: 'Trust domains' },
  { value: 'verifier.', label: 'Verifiers' },
  { value: 'key.', label: 'Keys' },
  { value: 'user.', label: 'Members' },
  { value: 'token.', label: 'Tokens' },
  { value: 'session.', label: 'Sign-ins' },
]

/** Who did what, when: append-only, each entry chained to the one before. */
export function AuditPage() {
  const [at, setAt] = useQueryStates({ act: parseAsString.withDefault(''), object: parseAsString.withDefault('') })
  const [typed, setTyped] = useState(at.act)
  const ask = useDebouncedCallback((act: string) => void setAt({ act: act || null }), 250)
  const query = useInfiniteQuery({
    ...auditQuery({ act: at.act, objectType: at.object }),
    placeholderData: keepPreviousData,
  })
  const rows = query.data?.pages.flatMap((page) => page.rows)
  const total = query.data?.pages[0]?.total ?? 0
  return (
    <PageBody>
      <PageHeader
        title="Audit"
        subline={`${rows ? `${total.toLocaleString('en')} ${total === 1 ? 'act' : 'acts'}. ` : ''}Append-only: the database refuses changes, and each entry carries the hash of the one before.`}
        actions={
          <>
            <Select
              aria-label="Kind of act"
              placeholder="All acts"
              size="xs"
              w={150}
              clearable
              clearButtonProps={{ 'aria-label': 'All acts' }}
              data={kinds}
              value={kinds.find((kind) => kind.value === at.act)?.value ?? null}
              onChange={(act) => {
                setTyped(act ?? '')
                void setAt({ act })
              }}
            />
            <TextInput
              aria-label="Act begins with"
              placeholder="Act begins with"
              size="xs"
              w={190}
              maxLength={80}
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value)
                ask(event.currentTarget.value.trim())
              }}
            />
          </>
        }
      />
      {query.isError && !rows ? (
        <ErrorPanel error={query.error} retry={() => void query.refetch()} />
      ) : !rows ? (
        <TableSkeleton rows={12} />
      ) : (
        <div className="rounded-[10px] border border-line bg-surface">
          {rows.length === 0 ? (
            <EmptyState icon={FileCheck2} title="No act fits" text="Take the filter away to see all acts." />
          ) : (
            <DataTable
              label="Audit log"
              rows={rows}
              rowKey={(row) => row.seq}
              columns={[
                {
                  id: 'seq',
                  header: 'No.',
                  cell: (row) => <span className="tnum whitespace-nowrap text-mute">{row.seq}</span>,
                },
                { id: 'at', header: 'When', cell: (row) => <ExactTime at={row.at} /> },
                {
                  id: 'who',
                  header: 'Who',
                  cell: (row) => (
                    <span title={row.actor} className="sm:whitespace-nowrap">
                      {row.actorName || row.actor}
                    </span>
                  ),
                },
                { id: 'act', header: 'Act', cell: (row) => <code className="font-mono text-xs">{row.act}</code> },
                {
                  id: 'object',
                  header: 'On',
                  cell: (row) => (
                    <>
                      {row.objectType.replace('-', ' ')}{' '}
                      {row.objectName === null ? (
                        <code className="font-mono text-xs text-mute" title={row.objectId}>
                          {row.objectId.replace(DIGEST, '$1…')}
                        </code>
                      ) : (
                        <b className="font-medium break-words" title={row.objectId}>
                          {row.objectName}
                        </b>
                      )}
                    </>
                  ),
                },
                { id: 'detail', header: 'Detail', width: 'w-1/3', cell: (row) => <Detail detail={row.detail} /> },
              ]}
            />
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
        </div>
      )}
    </PageBody>
  )
}

const DIGEST = /\b([0-9a-f]{12})[0-9a-f]{28,}\b/g
const UUID = /\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
const SHORT = 160
const MOST = 8000

/** The beginning of what was noted, digests by theirs; whole once opened. */
function Detail({ detail }: { detail: Record<string, unknown> }) {
  const keys = Object.keys(detail)
  if (keys.length === 0) return ''
  const line = keys.map((key) => `${key}: ${short(detail[key])}`).join(', ')
  const brief = line.replace(DIGEST, '$1…').replace(UUID, '$1…')
  if (brief === line && line.length <= SHORT) return <span className="text-xs text-mute">{line}</span>
  return (
    <details className="text-xs text-mute">
      <summary className="cursor-pointer">
        {brief.slice(0, SHORT)}
        {brief.length > SHORT && '…'}
      </summary>
      <pre className="mt-1 font-mono break-all whitespace-pre-wrap">
        {JSON.stringify(detail, null, 1).slice(0, MOST)}
      </pre>
    </details>
  )
}

const short = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
