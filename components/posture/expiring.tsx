import Link from 'next/link'
import type { Posture } from '#lib/contract/posture.ts'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

type Item = Posture['expiring'][number]
const HORIZON = 60

const left = (days: number) => (days === 0 ? 'today' : days === 1 ? '1 day left' : `${days} days left`)

/** What expires next, what is past first, and what stops working then. */
export function Expiring({ items }: { items: readonly Item[] }) {
  return (
    <div id="expiring" className="min-w-0 scroll-mt-16">
      <Card title="What expires next">
        {items.length === 0 ? (
          <EmptyState title="Nothing expires soon" text="Layouts in force, certificates and tokens are watched here." />
        ) : (
          <ul className="-mt-1">
            {items.map((item) => (
              <li
                key={`${item.kind} ${item.href} ${item.name}`}
                className="border-t border-line py-2.5 first:border-t-0"
              >
                <div className="flex items-center justify-between gap-2">
                  <span className="min-w-0 truncate text-[13px]">
                    <Link className="wb-link font-medium" href={item.href}>
                      {item.name}
                    </Link>{' '}
                    <span className="text-mute">{item.kind}</span>
                  </span>
                  <Left days={item.days} />
                </div>
                <Bar days={item.days} />
                <p className="text-xs text-mute">{item.consequence}</p>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  )
}

function Left({ days }: { days: number }) {
  if (days < 0) return <StatusBadge state="expired" label={`Expired ${-days} d ago`} />
  const look = days < 14 ? 'text-warn-text' : 'text-mute'
  return <span className={`tnum shrink-0 text-xs font-medium ${look}`}>{left(days)}</span>
}

function Bar({ days }: { days: number }) {
  const color = days < 0 ? 'bg-expired' : days < 14 ? 'bg-warn' : 'bg-unverified'
  const width = Math.max(3, Math.min(100, (days / HORIZON) * 100))
  return (
    <div className="my-1.5 h-1 rounded-full bg-line" aria-hidden>
      <div className={`h-1 rounded-full ${color}`} style={{ width: `${width}%` }} />
    </div>
  )
}
