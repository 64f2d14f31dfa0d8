import Link from 'next/link'
import { Card } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { type ShownState, states } from '#components/ui/states.ts'
import type { BuildDetail, Explanation } from '#lib/contract/builds.ts'

const STATE: Readonly<Record<Explanation['timeline'][number]['outcome'], ShownState>> = {
  passed: 'verified',
  failed: 'blocked',
  warning: 'warning',
  missing: 'not-verified',
  'not-judged': 'not-verified',
}

const MOST = 30

/** What each step did, in the order of the layout; times are when Waybill received the link. */
export function TimelineCard({ build }: { build: BuildDetail }) {
  const { timeline } = build.explanation
  if (timeline.length === 0) return null
  return (
    <Card title="What happened">
      <ol className="list-none">
        {timeline.slice(0, MOST).map((entry, index) => {
          const look = states[STATE[entry.outcome]]
          const last = index === Math.min(timeline.length, MOST) - 1
          return (
            <li key={entry.step} className="relative flex gap-3 pb-4 last:pb-0">
              {!last && <span className="absolute top-5 bottom-0 left-[8px] w-px bg-line" aria-hidden />}
              <look.icon
                size={17}
                strokeWidth={2.25}
                role="img"
                aria-label={look.label}
                className="mt-0.5 shrink-0 bg-surface"
                style={{ color: look.fill }}
              />
              <div className="min-w-0">
                <Link
                  href={`/builds/${build.short}/graph?node=${encodeURIComponent(entry.step)}`}
                  className="block text-[13px] font-medium break-all underline-offset-2 hover:underline"
                >
                  {entry.step}
                </Link>
                <span className="text-mute text-xs">
                  {entry.text}
                  {entry.receivedAt !== null && (
                    <>
                      {', received '}
                      <RelativeTime at={entry.receivedAt} />
                    </>
                  )}
                </span>
              </div>
            </li>
          )
        })}
      </ol>
      {timeline.length > MOST && (
        <p className="mt-2 text-mute text-xs">and {timeline.length - MOST} more steps: the graph has all.</p>
      )}
    </Card>
  )
}
