'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { postureQuery } from '#lib/client/posture.ts'
import type { Posture } from '#lib/contract/posture.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { PageSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { Expiring } from './expiring.tsx'
import { FailedElsewhere } from './failed-elsewhere.tsx'
import { Tile, Tiles } from './tile.tsx'

/** Is production covered now, and what is wrong? Every number opens the list behind it. */
export function PosturePage() {
  const { data, error, refetch } = useQuery(postureQuery())
  if (error && !data)
    return (
      <PageBody>
        <h1 className="sr-only">Posture</h1>
        <ErrorPanel error={error} retry={() => void refetch()} />
      </PageBody>
    )
  if (!data) return <PageSkeleton tiles rows={6} />
  return (
    <PageBody>
      <PageHeader title={data.headline} subline={data.subline} />
      <Numbers posture={data} />
      <div className="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <div className="flex min-w-0 flex-col gap-4 lg:col-span-2">
          <Failing posture={data} />
          <FailedElsewhere posture={data} />
          <Uncovered posture={data} />
        </div>
        <Expiring items={data.expiring} />
      </div>
    </PageBody>
  )
}

const many = (n: number) => n.toLocaleString('en')

function Numbers({ posture: { builds, software, now, failing, expiring } }: { posture: Posture }) {
  const judged = builds.verified + builds.blocked + builds.expired + builds.notVerified
  const soon = expiring.filter((item) => item.days <= 30)
  const past = soon.filter((item) => item.days < 0).length
  const stopped = now.blocked + now.expired
  return (
    <Tiles>
      <Tile
        label="Builds verified, 30 days"
        value={judged === 0 ? 'None yet' : many(builds.verified)}
        unit={judged === 0 ? '' : `/ ${many(judged)}`}
        note={
          judged === 0
            ? builds.running > 0
              ? `${many(builds.running)} being judged`
              : 'No builds in this period'
            : `${share(builds.verified, judged)}; ${many(builds.blocked + builds.expired)} blocked, ${many(builds.notVerified)} not verified`
        }
        href={judged === 0 ? '/builds' : '/builds?state=verified'}
      />
      <Tile
        label="Software covered"
        value={software.total === 0 ? 'None yet' : many(software.covered)}
        unit={software.total === 0 ? '' : `/ ${many(software.total)}`}
        note={
          software.total === 0
            ? 'Create a software first'
            : software.uncovered === 0
              ? 'Each has an enforceable layout'
              : `${many(software.uncovered)} without an enforceable layout`
        }
        href={software.uncovered > 0 ? '/software?covered=no' : '/software'}
      />
      <Tile
        label="Blocked now"
        value={many(stopped)}
        note={
          failing[0] === undefined ? (
            'Nothing is blocked'
          ) : (
            <>
              Oldest <RelativeTime at={failing[0].since} />
              {now.notVerified > 0 && `; ${many(now.notVerified)} not verified`}
            </>
          )
        }
        href="/builds?state=blocked,expired"
      />
      <Tile
        label="Expiring within 30 days"
        value={many(soon.length - past)}
        note={past === 0 ? 'None has expired' : `${many(past)} already expired`}
        href="#expiring"
      />
    </Tiles>
  )
}

/** Never rounded up to 100 %. */
const share = (part: number, whole: number) => `${(Math.floor((part / whole) * 1000) / 10).toLocaleString('en')}%`

function Failing({ posture: { failing, now } }: { posture: Posture }) {
  const latest = now.verified + now.blocked + now.expired + now.notVerified
  return (
    <Card
      title="Failing now"
      flush
      aside={
        <Link className="wb-link" href="/builds?state=blocked,expired,not-verified">
          All failed builds
        </Link>
      }
    >
      {failing.length === 0 ? (
        <EmptyState
          icon={CircleCheck}
          title={latest === 0 ? 'No builds yet' : 'Nothing is failing'}
          text={
            latest === 0
              ? 'Builds appear once evidence is brought in and a layout is in force.'
              : 'The latest build of every software that has one is verified or being judged.'
          }
        />
      ) : (
        <DataTable
          label="Failing now"
          rows={failing}
          rowKey={(row) => row.build.id}
          columns={[
            {
              id: 'software',
              header: 'Software',
              cell: ({ build }) => (
                <>
                  <Link className="wb-link font-medium" href={`/software/${build.software.slug}`}>
                    {build.software.name}
                  </Link>
                  <div className="text-xs text-mute">{build.label}</div>
                </>
              ),
            },
            {
              id: 'at',
              header: 'Failed at',
              cell: ({ build }) => (
                <StatusBadge state={build.state} {...(build.step === null ? {} : { label: build.step })} />
              ),
            },
            { id: 'reason', header: 'Reason', cell: ({ build }) => build.headline, width: 'w-[46%]' },
            { id: 'since', header: 'Since', cell: ({ since }) => <RelativeTime at={since} /> },
            {
              id: 'why',
              header: 'Explain',
              quiet: true,
              cell: ({ build }) => (
                <Link
                  className="wb-link inline-flex min-h-6 items-center whitespace-nowrap"
                  href={`/builds/${build.id}`}
                  aria-label={`Why ${build.software.name} ${build.label} failed`}
                >
                  Why →
                </Link>
              ),
            },
          ]}
        />
      )}
    </Card>
  )
}

function Uncovered({ posture: { uncovered, software } }: { posture: Posture }) {
  return (
    <Card title="Without an enforceable layout" flush>
      {uncovered.length === 0 ? (
        <EmptyState
          title={software.total === 0 ? 'No software yet' : 'All software is covered'}
          text={
            software.total === 0
              ? 'Create a software and set whose keys own its layouts.'
              : 'Each has a layout in force that all its owner keys signed and that has not expired.'
          }
          {...(software.total === 0
            ? {
                action: (
                  <Link className="wb-link" href="/software?new=1">
                    Create a software
                  </Link>
                ),
              }
            : {})}
        />
      ) : (
        <ul>
          {uncovered.map((item) => (
            <li
              key={item.slug}
              className="flex flex-wrap gap-x-4 gap-y-0.5 border-t border-line px-4 py-2.5 text-[13px]"
            >
              <Link className="wb-link min-w-40 font-medium" href={`/software/${item.slug}`}>
                {item.name}
              </Link>
              <span className="flex-1 basis-60 text-mute">{item.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
