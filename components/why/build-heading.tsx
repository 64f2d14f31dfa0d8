import Link from 'next/link'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusBadge } from '#components/ui/status-badge.tsx'
import { AttentionBadge } from '#components/verifications/attention-badge.tsx'
import type { BuildDetail } from '#lib/contract/builds.ts'

/** Verdict, which build, the sentence, and what the layout demands. */
export function BuildHeading({ build, compact = false }: { build: BuildDetail; compact?: boolean }) {
  return (
    <header>
      <div className="mb-1.5 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-[13px] text-mute">
        <StatusBadge state={build.state} />
        <AttentionBadge level={build.attention} />
        <span>
          <Link
            href={`/software/${build.software.slug}`}
            className="text-ink underline decoration-1 underline-offset-2"
          >
            {build.software.name}
          </Link>
          , {build.label}
          {build.demo && ', demo'}, received <RelativeTime at={build.receivedAt} />
        </span>
      </div>
      <h1
        className={`max-w-[820px] font-semibold text-pretty break-words ${compact ? 'text-[18px] leading-6' : 'text-[24px] leading-[30px]'}`}
      >
        {build.explanation.heading}
      </h1>
      {!compact && <p className="mt-1.5 max-w-[760px] break-words text-mute">{build.explanation.demand}</p>}
    </header>
  )
}
