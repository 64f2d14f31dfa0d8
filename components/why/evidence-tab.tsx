import { Download } from 'lucide-react'
import { Card } from '#components/ui/card.tsx'
import { Digest } from '#components/ui/digest.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { rawUrl } from '#lib/client/provenance.ts'
import type { BuildDetail } from '#lib/contract/builds.ts'
import { TakeOut } from './take-out.tsx'

/** What the verdict rests on, as received; and everything looked at and passed over, each with the reason. */
export function EvidenceTab({ build }: { build: BuildDetail }) {
  const selected = build.evidence.filter((one) => one.role === 'selected')
  const considered = build.evidence.filter((one) => one.role === 'considered' && one.takenOut === null)
  const out = build.evidence.filter((one) => one.role === 'considered' && one.takenOut !== null)
  if (build.evidence.length === 0) {
    return (
      <EmptyState
        title="No evidence is listed yet"
        text="It appears with the first verdict. What was brought in is kept from the moment it arrived."
      />
    )
  }
  return (
    <div className="flex flex-col gap-5">
      <Card title="Selected" aside={`${selected.length} that the verdict rests on`} flush>
        <Rows build={build} rows={selected} />
      </Card>
      {considered.length > 0 && (
        <Card title="Considered and passed over" aside={String(considered.length)} flush>
          <Rows build={build} rows={considered} />
        </Card>
      )}
      {out.length > 0 && (
        <Card title="Taken out of consideration" aside={String(out.length)} flush>
          <Rows build={build} rows={out} />
        </Card>
      )}
    </div>
  )
}

function Rows({ build, rows }: { build: BuildDetail; rows: BuildDetail['evidence'] }) {
  if (rows.length === 0) return <p className="border-line border-t px-4 py-3 text-mute">None.</p>
  return (
    <ul className="list-none">
      {rows.map((one) => (
        <li key={`${one.sha256} ${one.path} ${one.delivery}`} className="border-line border-t px-4 py-3">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-medium text-[13px] break-all">{one.name ?? one.path}</span>
            <span className="text-mute text-xs">{one.kind}</span>
            <Digest value={one.sha256} />
            <span className="flex-1" />
            <TakeOut build={build} evidence={one} />
            <a
              href={rawUrl(one.sha256)}
              download
              className="inline-flex min-h-6 items-center gap-1 text-[13px] text-accent underline-offset-2 hover:underline"
            >
              <Download size={13} aria-hidden />
              Download <span className="text-mute">({sizeText(one.size)})</span>
            </a>
          </div>
          <div className="mt-0.5 text-mute text-xs break-words">
            <span className="font-mono break-all">{one.path}</span>, signed under{' '}
            {one.keyids.length === 0 ? (
              'no keyid'
            ) : (
              <span className="font-mono">{one.keyids.map((id) => id.slice(0, 12)).join(', ')}</span>
            )}
            , received <RelativeTime at={one.receivedAt} /> from {one.by}
            {one.delivery !== '' && ` with ${one.delivery}`}
          </div>
          {one.reason !== null && <p className="mt-1 text-[13px] break-words">{one.reason}</p>}
        </li>
      ))}
    </ul>
  )
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
