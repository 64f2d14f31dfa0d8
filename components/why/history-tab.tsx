import { Card } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusBadge } from '#components/ui/status-badge.tsx'
import type { BuildDetail } from '#lib/contract/builds.ts'

const STATE = { allow: 'verified', deny: 'blocked', 'cannot-tell': 'not-verified' } as const

/** Every verdict of this build, newest first: new evidence, trust, layout or time makes a new one. */
export function HistoryTab({ build }: { build: BuildDetail }) {
  if (build.history.length === 0) {
    return <EmptyState title="Not judged yet" text="Each verdict of this build will be listed here." />
  }
  return (
    <Card title="Verdicts" aside="newest first" flush>
      <ol className="list-none">
        {build.history.map((verdict, index) => (
          <li key={verdict.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-4 py-2.5">
            <StatusBadge state={STATE[verdict.verdict]} />
            <span className="min-w-0 flex-1 basis-60 break-words">{verdict.headline}</span>
            <span className="text-mute text-xs">
              {verdict.layout}, <RelativeTime at={verdict.judgedAt} />
              {index === 0 && ', stands now'}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  )
}
