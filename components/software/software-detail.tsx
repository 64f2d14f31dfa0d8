'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { softwareQuery } from '#lib/client/software.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { attentionWords } from '#lib/provenance/verification-words.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { PageSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { AttentionBadge, AttentionMark } from '../verifications/attention-badge.tsx'
import { InForce } from './in-force.tsx'
import { OwnerKeys } from './owner-keys.tsx'
import { SoftwareSettings } from './software-settings.tsx'
import { Strip } from './strip.tsx'
import { Versions } from './versions.tsx'

/** A verdict follows its evidence, or a change of the layout, within seconds. */
const SOON_MS = 2_000
const LATER_MS = 30_000

/** Builds are being judged, or may be about to appear: a layout has come into force and none is there yet. */
function isUnsettled(software: SoftwareDetail | undefined): boolean {
  if (software === undefined) return false
  const { inForce, recent } = software
  return inForce !== null && (recent.length === 0 || recent.some(({ state }) => state === 'running'))
}

/** One software: what its builds must follow, who decides that, and how its builds do. */
export function SoftwareDetailPage({ slug }: { slug: string }) {
  const { data, error, refetch } = useQuery({
    ...softwareQuery(slug),
    refetchInterval: (query) => (isUnsettled(query.state.data) ? SOON_MS : LATER_MS),
  })
  if (error && !data)
    return (
      <PageBody>
        <h1 className="sr-only">Software</h1>
        <ErrorPanel error={error} retry={() => void refetch()} />
      </PageBody>
    )
  if (!data) return <PageSkeleton />
  return (
    <PageBody>
      <PageHeader
        badge={
          <span className="flex flex-wrap items-center gap-2 text-[13px] text-mute">
            <Link className="wb-link" href="/software">
              Software
            </Link>
            {data.state && <StatusBadge state={data.state} />}
            <AttentionBadge level={data.recent[0]?.attention ?? null} />
            {data.demo && <span>demo</span>}
          </span>
        }
        title={data.name}
        subline={sentence(data)}
      />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
          <FailedElsewhere software={data} />
          <Card
            title={`Last ${data.strip.length === 1 ? 'build' : `${data.strip.length || ''} builds`}`}
            aside={
              <Link className="wb-link" href={`/builds?software=${encodeURIComponent(data.slug)}`}>
                All builds
              </Link>
            }
          >
            <Strip strip={data.strip} name={data.name} large />
          </Card>
          <Recent software={data} />
          <Versions software={data} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="Layout in force">
            <InForce row={data} />
            {data.inForce && (
              <p className="mt-2 text-xs text-mute">
                In force since <RelativeTime at={data.inForce.since} />
              </p>
            )}
          </Card>
          <OwnerKeys software={data} />
          <SoftwareSettings key={JSON.stringify(data.settings)} software={data} />
        </div>
      </div>
    </PageBody>
  )
}

/** What is the matter with it, in one sentence; what must be done first comes first. */
function sentence({ owners, inForce, versions, builds }: SoftwareDetail): string {
  if (owners.length === 0) return 'Nobody owns its layouts yet: an administrator sets the owner keys first.'
  if (inForce === null)
    return versions.some((version) => version.state === 'ready')
      ? 'No layout is in force. One is signed by every owner key and can be put in force.'
      : 'No layout is in force, so no build can be verified. Draw one or bring one in, and let the owner keys sign it.'
  if (!inForce.enforceable) return `${inForce.name} v${inForce.number} is in force but cannot be enforced any more.`
  if (builds.total === 0) return `${inForce.name} v${inForce.number} is in force. No builds yet.`
  return `${builds.verified} of ${builds.total} builds verified, ${builds.blocked} blocked, ${builds.notVerified} not verified.`
}

/** Builds with a final file that somebody else decided against: how many, and the list of them. */
function FailedElsewhere({ software: { elsewhere, slug } }: { software: SoftwareDetail }) {
  const { failed, claimed } = elsewhere
  if (failed + claimed === 0) return null
  const builds = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'build' : 'builds'}`
  return (
    <p role="status" className="rounded-md bg-warn-tint px-4 py-3 text-[13px] text-warn-text">
      {failed > 0 && `${builds(failed)} failed a verification made elsewhere. `}
      {claimed > 0 && `${builds(claimed)} ${claimed === 1 ? 'is' : 'are'} claimed to, by nobody who is declared. `}
      <Link
        className="font-medium underline underline-offset-2"
        href={`/builds?software=${encodeURIComponent(slug)}&elsewhere=any`}
      >
        Show {failed + claimed === 1 ? 'it' : 'them'}
      </Link>
    </p>
  )
}

/** Why it is not verified; of one that is, that somebody else thinks otherwise. */
function reasonOf({ state, headline, attention }: SoftwareDetail['recent'][number]): string {
  if (state !== 'verified') return headline
  return attention === null ? '' : attentionWords[attention].label
}

function Recent({ software }: { software: SoftwareDetail }) {
  return (
    <Card title="Recent builds" flush>
      {software.recent.length === 0 ? (
        <EmptyState
          title="No builds yet"
          text="A build appears when links are brought in that the layout in force asks for."
          action={
            <Link className="wb-link" href="/sources">
              Bring in metadata
            </Link>
          }
        />
      ) : (
        <DataTable
          label="Recent builds"
          rows={software.recent}
          rowKey={(build) => build.id}
          columns={[
            {
              id: 'state',
              header: 'Result',
              cell: (build) => (
                <span className="flex flex-wrap items-center gap-1.5">
                  <StatusBadge state={build.state} />
                  <AttentionMark level={build.attention} />
                </span>
              ),
            },
            {
              id: 'build',
              header: 'Build',
              cell: (build) => (
                <>
                  <Link className="wb-link font-mono text-xs" href={`/builds/${build.id}`}>
                    {build.short}
                  </Link>
                  <div className="text-xs text-mute">{build.label}</div>
                </>
              ),
            },
            {
              id: 'reason',
              header: 'Reason',
              width: 'w-1/2',
              cell: reasonOf,
            },
            { id: 'at', header: 'Received', cell: (build) => <RelativeTime at={build.receivedAt} /> },
          ]}
        />
      )}
    </Card>
  )
}
