import type { ReactNode } from 'react'

/** The sentence that answers the page's question, what it rests on, and the page's actions. */
export function PageHeader({
  title,
  subline,
  badge,
  actions,
}: {
  title: ReactNode
  subline?: ReactNode
  badge?: ReactNode
  actions?: ReactNode
}) {
  return (
    <header className="mb-4 flex flex-wrap items-end justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 max-w-full">
        {badge && <div className="mb-1">{badge}</div>}
        <h1 className="text-2xl/[30px] font-semibold break-words">{title}</h1>
        {subline && <div className="mt-0.5 text-mute">{subline}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}
