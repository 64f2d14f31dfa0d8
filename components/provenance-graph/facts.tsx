import type { ReactNode } from 'react'

/** Name and value pairs in two columns. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <dl className="m-0 grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 gap-y-2 text-[13px]">
      {rows.map((row) =>
        row === null ? null : (
          <div key={row[0]} className="contents">
            <dt className="text-mute">{row[0]}</dt>
            <dd className="m-0 min-w-0 break-words">{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
