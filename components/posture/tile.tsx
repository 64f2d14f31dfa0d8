import Link from 'next/link'
import type { ReactNode } from 'react'

export const Tiles = ({ children }: { children: ReactNode }) => (
  <div className="grid grid-cols-2 gap-px overflow-hidden rounded-[10px] border border-line bg-line lg:grid-cols-4">
    {children}
  </div>
)

/** A number that opens the list behind it. */
export function Tile({
  label,
  value,
  unit = '',
  note,
  href,
}: {
  label: string
  value: string
  unit?: string
  note: ReactNode
  href: string
}) {
  return (
    <Link href={href} className="flex flex-col gap-1 bg-surface p-4 hover:bg-page focus-visible:-outline-offset-2">
      <span className="text-xs font-medium text-mute">{label}</span>
      <span className="tnum text-[28px]/8 font-semibold">
        {value}
        {unit && <span className="text-base font-normal text-mute"> {unit}</span>}
      </span>
      <span className="text-xs text-mute">{note}</span>
    </Link>
  )
}
