'use client'
import { Button, Tooltip } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { utc } from '../ui/time-text.ts'
import { PutInForceDialog } from './put-in-force-dialog.tsx'
import { type BadgeLook, signState } from './sign-state.ts'

type Version = SoftwareDetail['versions'][number]
const looks: Record<Version['state'], BadgeLook> = {
  'in-force': { state: 'verified', label: 'In force' },
  ready: { state: 'running', label: 'Ready' },
  waiting: { state: 'not-verified', label: 'Waiting for signatures' },
  retired: { state: 'expired', label: 'Retired' },
}

/** Layout versions and drafts, with who has signed; an engineer puts a fully signed one in force. */
export function Versions({ software }: { software: SoftwareDetail }) {
  const may = useMay('layout:enforce')
  const [asked, setAsked] = useState<Version | null>(null)
  return (
    <Card
      title="Layouts"
      flush
      aside={
        <Link className="wb-link" href={`/layouts/new?software=${encodeURIComponent(software.slug)}`}>
          Draw a layout
        </Link>
      }
    >
      {software.versions.length === 0 ? (
        <EmptyState
          title="No signed or frozen layout yet"
          text="Bring one in, or draw one and put it up for signing."
        />
      ) : (
        <DataTable
          label="Layouts"
          rows={software.versions}
          rowKey={(version) => version.id}
          columns={[
            {
              id: 'name',
              header: 'Version',
              cell: (version) => (
                <>
                  <Link className="wb-link" href={`/layouts/${version.id}`}>
                    {version.name} v{version.number}
                  </Link>
                  <div className="text-xs text-mute">
                    <RelativeTime at={version.createdAt} /> by {version.createdBy}
                  </div>
                </>
              ),
            },
            { id: 'state', header: 'State', cell: (version) => <StatusBadge {...looks[version.state]} /> },
            {
              id: 'signed',
              header: 'Signed',
              cell: (version) => <SignState version={version} owners={software.owners.length} />,
            },
            {
              id: 'expires',
              header: 'Expires',
              cell: (version) =>
                Date.parse(version.expires) < Date.now() ? (
                  <StatusBadge state="expired" label={utc(version.expires, 'day')} />
                ) : (
                  utc(version.expires, 'day')
                ),
            },
            ...(may
              ? [
                  {
                    id: 'act',
                    header: 'Put in force',
                    quiet: true,
                    cell: (version: Version) => (
                      <PutInForceButton version={version} software={software} onAsk={() => setAsked(version)} />
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {software.drafts.length > 0 && (
        <ul className="border-t border-line px-4 py-2 text-[13px]">
          {software.drafts.map((draft) => (
            <li key={draft.id} className="py-1">
              <Link className="wb-link" href={`/layouts/${draft.id}/edit`}>
                {draft.name}
              </Link>{' '}
              <span className="text-mute">
                draft, changed <RelativeTime at={draft.updatedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <PutInForceDialog software={software} version={asked} onClose={() => setAsked(null)} />
    </Card>
  )
}

function SignState({ version, owners }: { version: Version; owners: number }) {
  const { text, waiting } = signState(version, owners)
  return (
    <>
      <span className="tnum">{text}</span>
      {waiting && <div className="text-xs text-mute">{waiting}</div>}
    </>
  )
}

function PutInForceButton({
  version,
  software,
  onAsk,
}: {
  version: Version
  software: SoftwareDetail
  onAsk: () => void
}) {
  const inForce = version.state === 'in-force'
  const why =
    software.owners.length === 0
      ? 'Set the owner keys first'
      : Date.parse(version.expires) < Date.now()
        ? 'It has expired'
        : version.missing.length > 0
          ? `Signatures are missing: ${version.missing.map((key) => key.name).join(', ')}`
          : null
  const button = (
    <Button
      size="compact-sm"
      variant={version.state === 'ready' ? 'filled' : 'default'}
      data-disabled={why === null ? undefined : true}
      aria-disabled={why !== null}
      onClick={(event) => (why === null ? onAsk() : event.preventDefault())}
    >
      {inForce ? 'Change how it is bound' : 'Put in force'}
    </Button>
  )
  return why === null ? button : <Tooltip label={why}>{button}</Tooltip>
}
