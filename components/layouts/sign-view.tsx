'use client'
import { useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useMay } from '#components/shell/me.tsx'
import { Card } from '#components/ui/card.tsx'
import { Digest } from '#components/ui/digest.tsx'
import { PageBody } from '#components/ui/page-body.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { ExactTime, RelativeTime } from '#components/ui/relative-time.tsx'
import { versionQuery } from '#lib/client/layouts.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { guarantees, readLayoutText, viewDraft } from '#lib/layout-draft/index.ts'
import { ExportButtons } from './export-buttons.tsx'
import { LayoutDiff } from './layout-diff.tsx'
import { PutInForceButton } from './put-in-force-button.tsx'
import { ReadOnlyDrawing } from './read-only-drawing.tsx'
import { SignForm } from './sign-form.tsx'
import { bytesToSign, NotWhatIsShown } from './sign-in-browser.ts'
import { Signers } from './signers.tsx'
import { signedCount } from './version-state.tsx'

/** What is signed is shown first: digest, expiry, steps and rules, the change; then who has signed and the key. */
export function SignView({ id, now }: { id: string; now: number }) {
  const { data: version } = useSuspenseQuery(versionQuery(id))
  const maySign = useMay('layout:sign')
  const view = viewDraft(readLayoutText(version.signedJson))
  const expired = Date.parse(version.expires) <= now
  const mismatch = mismatchOf(version)
  const locked =
    mismatch ??
    (expired ? 'This version has expired: a signature would be worth nothing. Draw the next version.' : null)
  return (
    <PageBody>
      <PageHeader
        badge={
          <Link href={`/layouts/${version.id}`} className="wb-link">
            {version.name}, version {version.number}
          </Link>
        }
        title={title(version)}
        subline={
          <>
            {version.software === null ? 'Of no software yet' : `For ${version.software.name}`}, made{' '}
            <RelativeTime at={version.createdAt} /> by {version.createdBy}
          </>
        }
      />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_380px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="What you sign">
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 text-[13px]">
              <dt className="text-mute">sha256</dt>
              <dd className="m-0">
                <Digest value={version.sha256} full />
              </dd>
              <dt className="text-mute">Expires</dt>
              <dd className="m-0">
                <ExactTime at={version.expires} /> (<RelativeTime at={version.expires} />)
              </dd>
              <dt className="text-mute">Steps</dt>
              <dd className="m-0">{view.items.map(({ name }) => name).join(', ')}</dd>
              {view.readme !== '' && (
                <>
                  <dt className="text-mute">Readme</dt>
                  <dd className="m-0 whitespace-pre-line">{view.readme}</dd>
                </>
              )}
            </dl>
          </Card>
          <Card title="What it guarantees">
            <ul className="m-0 list-disc pl-5 text-[13px] leading-5">
              {guarantees(view).map((sentence) => (
                <li key={sentence} className="break-words">
                  {sentence}
                </li>
              ))}
            </ul>
          </Card>
          <Card title="What changes">
            <LayoutDiff version={version} />
          </Card>
          <Card title="The layout" flush>
            <ReadOnlyDrawing version={version} />
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="Signatures" aside={signedCount(version)}>
            <Signers version={version} />
          </Card>
          {maySign && (
            <Card title="Sign">
              <SignForm version={version} locked={locked} />
            </Card>
          )}
          <Card title="Files for in-toto">
            <ExportButtons version={version} />
          </Card>
          {version.software !== null && version.state !== 'in-force' && (
            <Card title="Put in force">
              <p className="mb-2 text-[13px] text-mute">
                From then on builds of {version.software.name} are judged by this version.
              </p>
              <PutInForceButton version={version} />
            </Card>
          )}
        </div>
      </div>
    </PageBody>
  )
}

function title(version: LayoutVersion): string {
  const missing = version.needed.filter(({ signed }) => !signed)
  if (version.state === 'in-force') return 'Signed and in force'
  if (version.state === 'ready') return 'Everyone needed has signed'
  if (version.software === null || missing.length === 0) return 'Sign this layout'
  const names = missing.map(({ name }) => name).join(', ')
  return `${version.needed.length - missing.length} of ${version.needed.length} signed, waiting for ${names}`
}

function mismatchOf(version: LayoutVersion): string | null {
  try {
    bytesToSign(version)
    return null
  } catch (error) {
    if (error instanceof NotWhatIsShown) return error.message
    throw error
  }
}
