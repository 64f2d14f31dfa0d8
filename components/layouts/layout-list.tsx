'use client'
import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Plus, Workflow } from 'lucide-react'
import Link from 'next/link'
import { useMay } from '#components/shell/me.tsx'
import { Card } from '#components/ui/card.tsx'
import { DataTable } from '#components/ui/data-table.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { PageBody } from '#components/ui/page-body.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { ExactTime, RelativeTime } from '#components/ui/relative-time.tsx'
import { layoutsQuery } from '#lib/client/layouts.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { signedCount, VersionState } from './version-state.tsx'

/** Every layout: drafts that are being drawn, and versions whose bytes are fixed. */
export function LayoutList({ now }: { now: number }) {
  const { data } = useSuspenseQuery(layoutsQuery())
  const mayDraw = useMay('layout:draft')
  const { drafts, versions } = data
  return (
    <PageBody>
      <PageHeader
        title={headline(versions, now)}
        subline={`${count(versions.length, 'version')}, ${count(drafts.length, 'draft')}`}
        actions={
          mayDraw && (
            <Button component={Link} href="/layouts/new" leftSection={<Plus size={15} aria-hidden />}>
              New layout
            </Button>
          )
        }
      />
      {drafts.length + versions.length === 0 && (
        <div className="rounded-[10px] border border-line bg-surface">
          <EmptyState
            icon={Workflow}
            title="No layouts yet"
            text="A layout says who must have done what, and which files may pass from step to step. Draw one, or bring one in."
          >
            {mayDraw && (
              <Button component={Link} href="/layouts/new" variant="default">
                Draw or bring in a layout
              </Button>
            )}
          </EmptyState>
        </div>
      )}
      <div className="flex flex-col gap-4">
        {versions.length > 0 && (
          <Card title="Versions" aside="bytes fixed, to be signed or signed" flush>
            <DataTable
              label="Versions"
              rows={versions}
              rowKey={(row) => row.id}
              columns={[
                {
                  id: 'name',
                  header: 'Layout',
                  cell: (row) => (
                    <Link href={`/layouts/${row.id}`} className="wb-link font-medium">
                      {row.name}, version {row.number}
                    </Link>
                  ),
                },
                { id: 'state', header: 'State', cell: (row) => <VersionState version={row} now={now} /> },
                { id: 'software', header: 'Software', cell: (row) => row.software?.name ?? '' },
                { id: 'signed', header: 'Signed', cell: (row) => <span className="tnum">{signedCount(row)}</span> },
                { id: 'steps', header: 'Steps', cell: (row) => <span className="tnum">{row.steps}</span> },
                { id: 'expires', header: 'Expires', cell: (row) => <ExactTime at={row.expires} /> },
                { id: 'made', header: 'Made', cell: (row) => <RelativeTime at={row.createdAt} /> },
              ]}
            />
          </Card>
        )}
        {drafts.length > 0 && (
          <Card title="Drafts" aside="being drawn, not signed" flush>
            <DataTable
              label="Drafts"
              rows={drafts}
              rowKey={(row) => row.id}
              columns={[
                {
                  id: 'name',
                  header: 'Draft',
                  cell: (row) => (
                    <Link href={`/layouts/${row.id}/edit`} className="wb-link font-medium">
                      {row.name}
                    </Link>
                  ),
                },
                { id: 'software', header: 'Software', cell: (row) => row.software?.name ?? '' },
                { id: 'steps', header: 'Steps', cell: (row) => <span className="tnum">{row.steps}</span> },
                { id: 'revision', header: 'Revision', cell: (row) => <span className="tnum">{row.revision}</span> },
                {
                  id: 'saved',
                  header: 'Saved',
                  cell: (row) => (
                    <>
                      <RelativeTime at={row.updatedAt} /> by {row.updatedBy}
                    </>
                  ),
                },
              ]}
            />
          </Card>
        )}
      </div>
    </PageBody>
  )
}

const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`

/** The answer first: what waits for somebody, else what is in force. */
function headline(versions: readonly Pick<LayoutVersion, 'state' | 'expires'>[], now: number): string {
  const live = versions.filter(({ expires }) => Date.parse(expires) > now)
  const waiting = live.filter(({ state }) => state === 'waiting').length
  const ready = live.filter(({ state }) => state === 'ready').length
  const inForce = live.filter(({ state }) => state === 'in-force').length
  const expired = versions.filter(({ state, expires }) => state === 'in-force' && Date.parse(expires) <= now).length
  const parts = [
    expired === 0 ? '' : `${count(expired, 'layout')} in force ${expired === 1 ? 'has' : 'have'} expired`,
    inForce === 0 ? '' : `${count(inForce, 'layout')} in force`,
    waiting === 0 ? '' : `${waiting} waiting for signatures`,
    ready === 0 ? '' : `${ready} signed and ready`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'No layout is in force' : parts.join(', ')
}
