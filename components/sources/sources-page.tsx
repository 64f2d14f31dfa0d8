'use client'
import { Button, Tabs } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Inbox, ShieldCheck } from 'lucide-react'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { type ReactNode, useState } from 'react'
import { importsQuery, quarantineQuery } from '#lib/client/evidence.ts'
import { sourcesQuery } from '#lib/client/sources.ts'
import type { Import } from '#lib/contract/evidence.ts'
import { useMay } from '../shell/me.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { BringIn } from './bring-in.tsx'
import { Connected } from './connected.tsx'
import { Counts } from './fates.tsx'
import { shortPath } from './short-path.ts'
import { SourceDialog } from './source-dialog.tsx'

const tabs = ['imports', 'connected', 'quarantine', 'command-line'] as const
const ways = { page: 'this page', cli: 'command line', api: 'API' } as const

/** Where evidence comes in: bring it, see what came, and what could not be read. */
export function SourcesPage() {
  const may = useMay('evidence:bring')
  const mayConnect = useMay('source:manage')
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('imports'))
  const [adding, setAdding] = useState(false)
  const sources = useQuery(sourcesQuery())
  const quarantine = useInfiniteQuery(quarantineQuery())
  const failing = sources.data?.rows.filter(({ state }) => state === 'failing').length ?? 0
  const quarantined = quarantine.data?.pages[0]?.total ?? 0
  return (
    <PageBody>
      <PageHeader
        title="Bring in metadata"
        subline="The original bytes are kept and can be downloaded. Nothing that comes in carries trust by itself."
        actions={
          mayConnect && (
            <Button variant="default" disabled={!sources.data} onClick={() => setAdding(true)}>
              Add a source
            </Button>
          )
        }
      />
      {may ? (
        <BringIn />
      ) : (
        <p className="rounded-[10px] border border-line bg-surface p-4 text-[13px] text-mute">
          Developers, engineers and administrators bring in evidence; you can look at what came.
        </p>
      )}
      <Tabs
        value={tab}
        onChange={(next) => void setTab(tabs.find((t) => t === next) ?? null)}
        mt="lg"
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="imports">History</Tabs.Tab>
          <Tabs.Tab value="connected">
            Connected sources
            {failing > 0 && <Note look="text-fail-text">{failing.toLocaleString('en')} failing</Note>}
          </Tabs.Tab>
          <Tabs.Tab value="quarantine">
            Quarantine
            {quarantined > 0 && <Note look="text-warn-text">{quarantined.toLocaleString('en')}</Note>}
          </Tabs.Tab>
          <Tabs.Tab value="command-line">Command line and API</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="imports" pt="md">
          <History />
        </Tabs.Panel>
        <Tabs.Panel value="connected" pt="md">
          <Connected onAdd={mayConnect ? () => setAdding(true) : null} />
        </Tabs.Panel>
        <Tabs.Panel value="quarantine" pt="md">
          <Quarantine />
        </Tabs.Panel>
        <Tabs.Panel value="command-line" pt="md">
          <OtherWays />
        </Tabs.Panel>
      </Tabs>
      {adding && sources.data && <SourceDialog list={sources.data} source={null} onClose={() => setAdding(false)} />}
    </PageBody>
  )
}

/** By whom and how; a source, and the demo, are both in one. */
function whoAndHow({ actorName, via }: Pick<Import, 'actorName' | 'via'>): string {
  return via === 'source' || via === 'demo' ? actorName : `${actorName}, ${ways[via]}`
}

/** What a tab holds that wants a look, beside its name. */
function Note({ look, children }: { look: string; children: ReactNode }) {
  // the blank is for those who hear the name
  return (
    <>
      {' '}
      <span className={`tnum ml-1 ${look}`}>{children}</span>
    </>
  )
}

function History() {
  const query = useInfiniteQuery(importsQuery())
  const rows = query.data?.pages.flatMap((page) => page.rows)
  if (query.isError && !rows) return <ErrorPanel error={query.error} retry={() => void query.refetch()} />
  if (!rows) return <TableSkeleton rows={5} />
  return (
    <div className="rounded-[10px] border border-line bg-surface">
      {rows.length === 0 ? (
        <EmptyState
          icon={Inbox}
          title="Nothing was brought in yet"
          text="Each import is listed here with the fate of every file."
        />
      ) : (
        <DataTable
          label="Imports"
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            {
              id: 'title',
              header: 'Import',
              width: 'w-2/5',
              cell: (row) => (
                <Link className="wb-link font-medium" href={`/sources/${row.id}`}>
                  {row.title || 'without a name'}
                </Link>
              ),
            },
            { id: 'counts', header: 'Files', cell: (row) => <Counts counts={row.counts} /> },
            { id: 'by', header: 'By', cell: whoAndHow },
            { id: 'at', header: 'When', cell: (row) => <RelativeTime at={row.at} /> },
          ]}
        />
      )}
      <More query={query} />
    </div>
  )
}

function Quarantine() {
  const query = useInfiniteQuery(quarantineQuery())
  const rows = query.data?.pages.flatMap((page) => page.rows)
  if (query.isError && !rows) return <ErrorPanel error={query.error} retry={() => void query.refetch()} />
  if (!rows) return <TableSkeleton rows={5} />
  return (
    <div className="rounded-[10px] border border-line bg-surface">
      {rows.length === 0 ? (
        <EmptyState
          icon={ShieldCheck}
          title="Nothing is quarantined"
          text="Documents that look like metadata and cannot be read are kept here with the reason. None counts for a verdict."
        />
      ) : (
        <DataTable
          label="Quarantine"
          rows={rows}
          rowKey={(row) => row.sha256}
          columns={[
            {
              id: 'document',
              header: 'Document',
              cell: (row) => (
                <>
                  <Link className="wb-link" href={`/sources/envelopes/${row.sha256}`}>
                    {row.name ?? <Digest value={row.sha256} copy={false} />}
                  </Link>
                  {row.found && (
                    <p className="text-xs text-mute wrap-anywhere">
                      {row.found.by}: {shortPath(row.found.path)}
                    </p>
                  )}
                </>
              ),
            },
            {
              id: 'why',
              header: 'Why',
              width: 'w-1/2',
              cell: (row) => (
                <>
                  {row.message}
                  {row.place && <div className="text-xs text-mute">at {row.place}</div>}
                </>
              ),
            },
            {
              id: 'code',
              header: 'Code',
              cell: (row) => <code className="font-mono text-xs whitespace-nowrap">{row.code}</code>,
            },
            { id: 'at', header: 'First seen', cell: (row) => <RelativeTime at={row.firstSeenAt} /> },
          ]}
        />
      )}
      <More query={query} />
    </div>
  )
}

function More({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
}) {
  if (!query.hasNextPage) return null
  return (
    <div className="border-t border-line p-3 text-center">
      <Button size="xs" variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        Show more
      </Button>
    </div>
  )
}

const OtherWays = () => (
  <div className="grid max-w-3xl gap-4 text-[13px]">
    <div>
      <p className="mb-1.5">On the machine where Waybill runs, without a token:</p>
      <CodeBlock code="npm run -s waybill -- import path/to/metadata" label="Import command" />
    </div>
    <div>
      <p className="mb-1.5">
        From a pipeline, with a token of the scope <em>ingest</em> (
        <Link className="wb-link underline" href="/settings?tab=tokens">
          Settings, API tokens
        </Link>
        ):
      </p>
      <CodeBlock
        code={
          'curl --fail-with-body -H "Authorization: Bearer $WAYBILL_TOKEN" \\\n  -H "Content-Type: application/json" \\\n  --data-binary @build.776a00e2.link "$WAYBILL_URL/api/v1/attestations"'
        }
        label="curl command"
      />
    </div>
    <div>
      <p className="mb-1.5">
        From Witness, as if Waybill were an Archivista, with a token of the scopes <em>ingest</em> and <em>read</em> in
        the header Authorization:
      </p>
      <CodeBlock
        code={
          'witness run -s build -k ci.pem -o build.json \\\n  --enable-archivista --archivista-server "$WAYBILL_URL" \\\n  --archivista-headers "Authorization: Bearer $WAYBILL_TOKEN" -- make'
        }
        label="witness command"
      />
    </div>
    <div>
      <p className="mb-1.5">A folder that is fetched from by itself, from now on:</p>
      <CodeBlock
        code={'npm run -s waybill -- source add "Release folder" --directory /srv/links --runs'}
        label="Source command"
      />
    </div>
  </div>
)
