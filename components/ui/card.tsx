import type { ReactNode } from 'react'

/** A surface with a heading. `flush` leaves the body without padding, for tables. */
export function Card({
  title,
  aside,
  flush = false,
  className = '',
  children,
}: {
  title?: string
  aside?: ReactNode
  flush?: boolean
  className?: string
  children: ReactNode
}) {
  return (
    <section className={`min-w-0 rounded-[10px] border border-line bg-surface ${className}`} aria-label={title}>
      {title && (
        <div className="flex items-center justify-between gap-3 px-4 pt-3.5 pb-2.5">
          <h2 className="text-[17px]/[23px] font-semibold">{title}</h2>
          {aside && <div className="text-mute text-xs">{aside}</div>}
        </div>
      )}
      <div className={flush ? '' : title ? 'px-4 pb-4' : 'p-4'}>{children}</div>
    </section>
  )
}
