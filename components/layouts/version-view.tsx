'use client'
import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { FileSignature, PencilRuler } from 'lucide-react'
import Link from 'next/link'
import { useMay } from '#components/shell/me.tsx'
import { Card } from '#components/ui/card.tsx'
import { Digest } from '#components/ui/digest.tsx'
import { PageBody } from '#components/ui/page-body.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { ExactTime, RelativeTime } from '#components/ui/relative-time.tsx'
import { versionQuery } from '#lib/client/layouts.ts'
import { guarantees, readLayoutText, viewDraft } from '#lib/layout-draft/index.ts'
import { ExportButtons } from './export-buttons.tsx'
import { PutInForceButton } from './put-in-force-button.tsx'
import { ReadOnlyDrawing } from './read-only-drawing.tsx'
import { Signers } from './signers.tsx'
import { signedCount, VersionState } from './version-state.tsx'

/** One version: what it guarantees, its drawing, who signed, and what can be done with it. */
export function VersionView({ id, now }: { id: string; now: number }) {
  const { data: version } = useSuspenseQuery(versionQuery(id))
  const maySign = useMay('layout:sign')
  const mayDraw = useMay('layout:draft')
  const view = viewDraft(readLayoutText(version.signedJson))
  return (
    <PageBody>
      <PageHeader
        badge={<VersionState version={version} now={now} />}
        title={`${version.name}, version ${version.number}`}
        subline={
          <>
            {version.software === null ? 'Of no software yet' : `For ${version.software.name}`}, signed{' '}
            {signedCount(version)}, expires <ExactTime at={version.expires} />, made{' '}
            <RelativeTime at={version.createdAt} /> by {version.createdBy}
          </>
        }
        actions={
          <>
            {mayDraw && (
              <Button
                component={Link}
                href={`/layouts/new?from=${version.id}`}
                variant="default"
                leftSection={<PencilRuler size={15} aria-hidden />}
              >
                Draw the next version
              </Button>
            )}
            {maySign && (
              <Button
                component={Link}
                href={`/layouts/${version.id}/sign`}
                leftSection={<FileSignature size={15} aria-hidden />}
                variant={version.state === 'waiting' ? 'filled' : 'default'}
              >
                Sign
              </Button>
            )}
            <PutInForceButton version={version} />
          </>
        }
      />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="What it demands" flush>
            <ReadOnlyDrawing version={version} />
          </Card>
          <Card title="In plain words">
            <ul className="m-0 list-disc pl-5 text-[13px] leading-5">
              {guarantees(view).map((sentence) => (
                <li key={sentence} className="break-words">
                  {sentence}
                </li>
              ))}
            </ul>
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="Signatures">
            <Signers version={version} />
          </Card>
          <Card title="Files for in-toto">
            <ExportButtons version={version} />
          </Card>
          <Card title="Identity">
            <p className="text-xs text-mute">sha256 of the bytes that Metablock signatures cover</p>
            <Digest value={version.sha256} full />
            {view.readme !== '' && <p className="mt-3 text-[13px] whitespace-pre-line">{view.readme}</p>}
          </Card>
        </div>
      </div>
    </PageBody>
  )
}
