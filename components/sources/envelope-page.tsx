'use client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import Link from 'next/link'
import { envelopeQuery } from '#lib/client/evidence.ts'
import { rawUrl } from '#lib/client/provenance.ts'
import type { EnvelopeDetail } from '#lib/contract/evidence.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { PageSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { EnvelopeContent } from './envelope-content.tsx'

const kinds: Readonly<Record<string, string>> = {
  link: 'Link',
  layout: 'Layout',
  statement: 'Statement',
  policy: 'Witness policy',
  unknown: 'Unreadable document',
}

/** How it is wrapped, as the field says it. */
const forms: Readonly<Record<string, string>> = { dsse: 'DSSE', metablock: 'Metablock', unknown: 'No known form' }

const predicates: readonly (readonly [RegExp, string])[] = [
  [/^https:\/\/slsa\.dev\/verification_summary\//, 'Verification summary'],
  [/^https:\/\/slsa\.dev\/provenance\//, 'SLSA provenance'],
  [/^https:\/\/witness\.testifysec\.com\/attestation-collection\//, 'Witness collection'],
  [/^https:\/\/(spdx\.dev\/Document|cyclonedx\.org\/(bom|schema))/, 'SBOM'],
]

/** What it is, in the field's words where there are some. */
function kindOf({ kind, predicateType }: EnvelopeDetail): string {
  const found = predicates.find(([type]) => type.test(predicateType ?? ''))
  return found?.[1] ?? kinds[kind] ?? kind
}

/** One document as it came: what it is, who signed, who brought it, and its bytes. */
export function EnvelopePage({ sha256 }: { sha256: string }) {
  const { data, error, refetch } = useQuery(envelopeQuery(sha256))
  if (error && !data)
    return (
      <PageBody>
        <h1 className="sr-only">Document</h1>
        <ErrorPanel error={error} retry={() => void refetch()} />
      </PageBody>
    )
  if (!data) return <PageSkeleton />
  return (
    <PageBody>
      <PageHeader
        badge={
          <span className="flex flex-wrap items-center gap-2 text-[13px] text-mute">
            <Link className="wb-link" href="/sources">
              Sources
            </Link>
            {data.status === 'quarantined' && <StatusBadge state="warning" label="Quarantined" />}
            {isGone(data) && <StatusBadge state="warning" label="Gone from its source" />}
            {data.demo && <span>demo</span>}
          </span>
        }
        title={`${kindOf(data)}${data.name ? ` ${data.name.slice(0, 120)}` : ''}`}
        subline={
          <>
            {forms[data.form] ?? data.form}, {data.size.toLocaleString('en')} bytes, first seen{' '}
            <RelativeTime at={data.firstSeenAt} />
          </>
        }
        actions={
          <Button
            component="a"
            href={rawUrl(data.sha256)}
            download
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
          >
            Download the original bytes
          </Button>
        }
      />
      {data.message && (
        <p role="status" className="mb-4 rounded-md bg-warn-tint p-3 text-[13px] text-warn-text">
          {data.message}
          {data.place && ` Place: ${data.place}.`} {data.code && <code className="font-mono text-xs">{data.code}</code>}
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <div className="min-w-0 lg:col-span-2">
          <EnvelopeContent sha256={data.sha256} />
        </div>
        <Facts envelope={data} />
      </div>
      <div className="mt-4 grid gap-4">
        {data.places.length > 0 && <Places envelope={data} />}
        <Sightings envelope={data} />
      </div>
    </PageBody>
  )
}

function Facts({ envelope }: { envelope: EnvelopeDetail }) {
  return (
    <Card title="Facts">
      <dl className="grid grid-cols-[88px_1fr] gap-y-2 text-[13px]">
        <dt className="text-mute">SHA-256</dt>
        <dd>
          <Digest value={envelope.sha256} full />
        </dd>
        {envelope.predicateType && (
          <>
            <dt className="text-mute">Predicate</dt>
            <dd className="break-all">{envelope.predicateType}</dd>
          </>
        )}
        <dt className="text-mute">Builds</dt>
        <dd>
          {envelope.builds.length === 0 && 'in none'}
          {envelope.builds.slice(0, 50).map((build) => (
            <Link key={build.short} className="wb-link block" href={`/b/${build.short}`}>
              {build.software} {build.short}
            </Link>
          ))}
        </dd>
      </dl>
    </Card>
  )
}

/**
 * It lay in some source, and lies in none any more: whoever took it away may have had a reason to. What a source that is
 * not connected any more said last counts where no other says anything.
 */
function isGone({ places }: EnvelopeDetail): boolean {
  const connected = places.filter(({ source }) => !source.removed)
  const telling = connected.length > 0 ? connected : places
  return telling.length > 0 && telling.every(({ vanishedAt }) => vanishedAt !== null)
}

const Places = ({ envelope }: { envelope: EnvelopeDetail }) => (
  <Card title="Where it lies" flush>
    <DataTable
      label="Where it lies"
      rows={envelope.places.map((place, index) => ({ ...place, index }))}
      rowKey={({ index }) => String(index)}
      columns={[
        {
          id: 'source',
          header: 'Source',
          cell: ({ source }) =>
            source.removed ? (
              `${source.name}, not connected any more`
            ) : (
              <Link className="wb-link" href={`/sources/connected/${source.id}`}>
                {source.name}
              </Link>
            ),
        },
        { id: 'path', header: 'Path', cell: (p) => <code className="font-mono text-xs break-all">{p.path}</code> },
        { id: 'since', header: 'There since', cell: (p) => <RelativeTime at={p.firstSeenAt} /> },
        {
          id: 'last',
          header: 'Last seen there',
          cell: ({ lastSeenAt, vanishedAt }) => (
            <>
              <RelativeTime at={lastSeenAt} />
              {vanishedAt !== null && (
                <div className="text-warn-text">
                  gone since <RelativeTime at={vanishedAt} />; kept here
                </div>
              )}
            </>
          ),
        },
      ]}
    />
  </Card>
)

const Sightings = ({ envelope }: { envelope: EnvelopeDetail }) => (
  <Card title="Who brought it" flush>
    <DataTable
      label="Who brought it"
      rows={envelope.sightings.slice(0, 200).map((sighting, index) => ({ ...sighting, index }))}
      rowKey={(sighting) => String(sighting.index)}
      columns={[
        { id: 'path', header: 'Path', cell: (s) => <code className="font-mono text-xs break-all">{s.path}</code> },
        {
          id: 'delivery',
          header: 'Delivery',
          cell: (s) => (s.delivery === '.' ? 'files without a folder' : (s.delivery ?? 'none')),
        },
        { id: 'by', header: 'By', cell: (s) => s.by },
        { id: 'at', header: 'When', cell: (s) => <RelativeTime at={s.seenAt} /> },
      ]}
    />
  </Card>
)
