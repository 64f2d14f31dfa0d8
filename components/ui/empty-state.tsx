import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** What will be here, why it is empty, and one thing to do about it. */
export function EmptyState({
  icon: Icon,
  title,
  text,
  children,
  action,
}: {
  icon?: LucideIcon
  title: string
  text?: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      {Icon && <Icon size={24} strokeWidth={1.75} aria-hidden className="text-mute" />}
      <p className="font-semibold">{title}</p>
      {text && <p className="max-w-prose text-mute">{text}</p>}
      {children && <div className="max-w-prose text-mute">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}
