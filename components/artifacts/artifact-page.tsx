'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { artifactQuery } from '#lib/client/evidence.ts'
import type { ArtifactDetail } from '#lib/contract/evidence.ts'
import { type State, stateSchema } from '#lib/contract/verdict.ts'
import { AskSources } from '../sources/ask-sources.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { AttentionBadge } from '../verifications/attention-badge.tsx'
import { VerificationsCard } from '../verifications/verifications-card.tsx'
import { Origins } from './origins.tsx'

const roles = { material: 'used as material', product: 'made as product', subject: 'subject of a statement' } as const
const stateOf = (text: string): State => stateSchema.safeParse(text).data ?? 'not-verified'

/** A name of usual length stays in one piece beside a long path. */
function stepName(step: string): ReactNode {
  return step.length <= 24 && step !== '' ? <span className="whitespace-nowrap">{step}</span> : step
}

/** Everywhere a digest was seen: made by, used by, spoken of, and the builds it is the result of. */
export function ArtifactPage({ digest }: { digest: string }) {
  const { data, error, refetch } = useQuery(artifactQuery(digest))
  return (
    <PageBody>
      {data ? (
        <Heading data={data} />
      ) : error ? (
        <Unknown digest={digest} error={error} retry={() => void refetch()} />
      ) : (
        <TableSkeleton rows={2} />
      )}
      {/* stays what it is, with its answer, while what it brought in appears around it */}
      <AskSources digest={digest} className="my-4" />
      {data ? <Seen data={data} digest={digest} /> : !error && <TableSkeleton rows={4} />}
    </PageBody>
  )
}

function Unknown({ digest, error, retry }: { digest: string; error: Error; retry: () => void }) {
  return (
    <>
      <h1 className="mb-3 text-2xl/[30px] font-semibold">No evidence speaks of this digest</h1>
      <p className="mb-4">
        <Digest value={digest} full />
      </p>
      <ErrorPanel error={error} title="What the server says" retry={retry} />
    </>
  )
}

function Heading({ data }: { data: ArtifactDetail }) {
  const [name = 'Artifact'] = data.names
  return (
    <>
      <PageHeader
        badge={data.attention !== null && <AttentionBadge level={data.attention} />}
        title={name.slice(0, 200)}
        subline={
          <>
            {data.algo} <Digest value={data.digest} full />
          </>
        }
      />
      {data.names.length > 1 && (
        <p className="mb-4 text-[13px] text-mute">
          Also named{' '}
          {data.names
            .slice(1, 12)
            .map((other) => other.slice(0, 120))
            .join(', ')}
          {data.names.length > 12 && ` and ${data.names.length - 12} more`}
        </p>
      )}
    </>
  )
}

function Seen({ data, digest }: { data: ArtifactDetail; digest: string }) {
  return (
    <>
      {data.verifications.length > 0 && (
        <div className="mb-4">
          <VerificationsCard rows={data.verifications} />
        </div>
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <Card title="Where it was seen" flush className="lg:col-span-2">
          {data.uses.length === 0 ? (
            <EmptyState title="No document lists it" />
          ) : (
            <DataTable
              label="Where it was seen"
              rows={data.uses.map((use, index) => ({ ...use, index }))}
              rowKey={(use) => String(use.index)}
              columns={[
                { id: 'role', header: 'How', cell: (use) => roles[use.role] },
                { id: 'step', header: 'Step', cell: (use) => stepName(use.step ?? '') },
                {
                  id: 'path',
                  header: 'Path',
                  cell: (use) => <code className="font-mono text-xs break-all">{use.path}</code>,
                },
                {
                  id: 'document',
                  header: 'Document',
                  cell: (use) => (
                    <Link
                      className="wb-link font-mono text-xs whitespace-nowrap"
                      href={`/sources/envelopes/${use.envelope}`}
                    >
                      {use.envelope.slice(0, 12)}…
                    </Link>
                  ),
                },
                { id: 'at', header: 'Received', cell: (use) => <RelativeTime at={use.seenAt} /> },
              ]}
            />
          )}
        </Card>
        <Card title="Builds it is the result of">
          {data.builds.length === 0 ? (
            <p className="text-[13px] text-mute">
              None: it is not a final file of any build, so no verdict is about it.
            </p>
          ) : (
            <ul>
              {data.builds.slice(0, 100).map((build) => (
                <li key={build.short} className="flex items-center justify-between gap-2 py-1 text-[13px]">
                  <Link className="wb-link" href={`/b/${build.short}`}>
                    {build.software} {build.short}
                  </Link>
                  <StatusBadge state={stateOf(build.state)} />
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
      <div className="mt-4">
        <Origins digest={digest} />
      </div>
    </>
  )
}
