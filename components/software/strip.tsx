import Link from 'next/link'
import type { SoftwareRow } from '#lib/contract/software.ts'
import { states } from '../ui/states.ts'
import { utc } from '../ui/time-text.ts'

const heights: Record<SoftwareRow['strip'][number]['state'], string> = {
  verified: 'h-2.5',
  blocked: 'h-5',
  expired: 'h-5',
  'not-verified': 'h-4',
  running: 'h-1.5',
}

/** The last builds, oldest first: colour and height say the state, each is a link. `large` gives 24 px targets. */
export function Strip({ strip, name, large = false }: { strip: SoftwareRow['strip']; name: string; large?: boolean }) {
  if (strip.length === 0) return <span className="text-mute">No builds</span>
  const counts = summary(strip)
  if (!large)
    return (
      <div
        className="flex h-5 max-w-[260px] items-end gap-px"
        role="img"
        aria-label={`${name}: ${counts}`}
        title={counts}
      >
        {strip.map((build) => (
          <span key={build.short} className={`w-1 rounded-[1px] ${heights[build.state]}`} style={fill(build.state)} />
        ))}
      </div>
    )
  return (
    <ol className="flex flex-wrap items-end gap-y-1" aria-label={`Last builds: ${counts}`}>
      {strip.map((build) => (
        <li key={build.short}>
          <Link
            href={`/b/${build.short}`}
            title={`${build.short}: ${states[build.state].label}, ${utc(build.receivedAt, 'minutes')}`}
            aria-label={`${build.short}: ${states[build.state].label}`}
            className="flex h-7 w-6 items-end justify-center"
          >
            <span className={`w-2.5 rounded-sm ${heights[build.state]}`} style={fill(build.state)} />
          </Link>
        </li>
      ))}
    </ol>
  )
}

const fill = (state: SoftwareRow['strip'][number]['state']) => ({ background: states[state].fill })

function summary(strip: SoftwareRow['strip']): string {
  const counts = new Map<string, number>()
  for (const { state } of strip) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, n]) => `${n} ${state.replace('-', ' ')}`).join(', ')
}
