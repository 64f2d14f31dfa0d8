'use client'
import { Drawer } from '@mantine/core'
import Link from 'next/link'
import type { BuildRow } from '#lib/contract/builds.ts'

import { RelativeTime } from '../ui/relative-time.tsx'
import { Signer } from '../ui/signer.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { AttentionBadge } from '../verifications/attention-badge.tsx'

/** A look at a build without leaving the list. */
export function Peek({ build, onClose }: { build: BuildRow | null; onClose: () => void }) {
  return (
    <Drawer
      opened={build !== null}
      onClose={onClose}
      position="right"
      size={400}
      title={build ? `${build.software.name} ${build.short}` : ''}
    >
      {build && (
        <div className="text-[13px]">
          <span className="flex flex-wrap items-center gap-1.5">
            <StatusBadge state={build.state} />
            <AttentionBadge level={build.attention} />
          </span>
          <p className="mt-2 text-[15px] font-semibold break-words">{build.headline}</p>
          <dl className="mt-4 grid grid-cols-[96px_1fr] gap-y-2">
            <dt className="text-mute">Run</dt>
            <dd className="break-words">{build.label}</dd>
            {build.step && (
              <>
                <dt className="text-mute">Step</dt>
                <dd className="break-words">{build.step}</dd>
              </>
            )}
            {build.code && (
              <>
                <dt className="text-mute">Code</dt>
                <dd>
                  <code className="font-mono text-xs">{build.code}</code>
                </dd>
              </>
            )}
            <dt className="text-mute">Layout</dt>
            <dd>{build.layout ? `${build.layout.name} v${build.layout.number}` : 'none in force'}</dd>
            <dt className="text-mute">Signed by</dt>
            <dd>
              {build.signers.length === 0
                ? 'nobody whose signature is valid'
                : build.signers.slice(0, 10).map((name) => (
                    <div key={name}>
                      <Signer name={name} />
                    </div>
                  ))}
            </dd>
            <dt className="text-mute">Received</dt>
            <dd>
              <RelativeTime at={build.receivedAt} />
            </dd>
            {build.judgedAt && (
              <>
                <dt className="text-mute">Judged</dt>
                <dd>
                  <RelativeTime at={build.judgedAt} />
                </dd>
              </>
            )}
          </dl>
          <p className="mt-5 flex gap-4">
            <Link className="wb-link font-medium" href={`/builds/${build.id}`}>
              {build.state === 'verified' ? 'Open' : 'Why'}
            </Link>
            <Link className="wb-link" href={`/builds/${build.id}/graph`}>
              Graph
            </Link>
          </p>
        </div>
      )}
    </Drawer>
  )
}
