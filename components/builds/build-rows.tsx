'use client'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { BuildRow } from '#lib/contract/builds.ts'
import { attentionWords } from '#lib/provenance/verification-words.ts'
import { useLetterKeys } from '../shell/letter-keys.ts'

import { ExactTime } from '../ui/relative-time.tsx'
import { Signer } from '../ui/signer.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { AttentionMark } from '../verifications/attention-badge.tsx'
import { Peek } from './peek.tsx'

const WIDE = 'grid-cols-[130px_110px_170px_150px_minmax(220px,1fr)_130px_170px]'

/**
 * Only the rows in view are drawn. One row is in the tab order (roving); J, K and the arrows move it, Space peeks at
 * it, Enter opens it. On phones a row is stacked. The row is remembered by its build, not by its place: builds arrive
 * above it and filters take others away while somebody stands on it.
 */
export function BuildRows({ rows, total, more }: { rows: readonly BuildRow[]; total: number; more: () => void }) {
  const router = useRouter()
  const [letters] = useLetterKeys()
  const phone = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: true })
  const box = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string | null>(null)
  const [peeked, setPeeked] = useState<BuildRow | null>(null)
  const at = Math.max(
    0,
    rows.findIndex((row) => row.id === current),
  )
  const height = phone ? 104 : 38
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
    initialRect: { width: 1200, height: 800 },
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height now
  useEffect(() => list.measure(), [height])
  const items = list.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - 30) more()
  }, [last, rows.length, more])

  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to))
    setCurrent(rows[index]?.id ?? null)
    list.scrollToIndex(index)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus())
  }
  useHotkeys(
    letters
      ? [
          ['j', () => move(at + 1)],
          ['k', () => move(at - 1)],
        ]
      : [],
  )
  const keys = (event: KeyboardEvent<HTMLElement>, row: BuildRow) => {
    if (event.target !== event.currentTarget) return
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
    const to = steps[event.key]
    if (to !== undefined) move(to)
    else if (event.key === ' ') setPeeked(row)
    else if (event.key === 'Enter') router.push(`/builds/${row.id}`)
    else return
    event.preventDefault()
  }
  return (
    <>
      {/* biome-ignore-start lint/a11y/noRedundantRoles: another display than a table's takes the roles away */}
      <div ref={box} className="min-h-0 flex-1 overflow-auto rounded-t-[10px] border border-line bg-surface">
        <table role="table" aria-label="Builds" aria-rowcount={total + 1} className="block min-w-fit text-[13px]">
          <thead
            role="rowgroup"
            className="sticky top-0 z-10 hidden min-w-fit border-b border-line bg-surface lg:block"
          >
            <tr role="row" className={`grid ${WIDE}`}>
              {['Result', 'Build', 'Software', 'Layout', 'Reason', 'Signed by', 'Received'].map((name) => (
                <th
                  key={name}
                  role="columnheader"
                  scope="col"
                  className="px-3 py-2 text-start text-xs font-medium text-mute"
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" className="relative block min-w-fit" style={{ height: list.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index]
              if (row === undefined) return null
              return (
                <tr
                  key={row.id}
                  role="row"
                  data-index={item.index}
                  aria-rowindex={item.index + 2}
                  tabIndex={item.index === at ? 0 : -1}
                  onFocus={() => setCurrent(row.id)}
                  onKeyDown={(event) => keys(event, row)}
                  className={`absolute inset-x-0 top-0 block scroll-mt-10 border-b border-line hover:bg-page focus-visible:-outline-offset-2 ${phone ? 'px-4 py-2' : `!grid items-center ${WIDE}`}`}
                  style={{ height, transform: `translateY(${item.start}px)` }}
                >
                  {phone ? <Stacked row={row} /> : <Cells row={row} />}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above */}
      <Peek
        build={peeked}
        onClose={() => {
          setPeeked(null)
          move(at)
        }}
      />
    </>
  )
}

const Name = ({ row }: { row: BuildRow }) => (
  <Link className="wb-link inline-flex min-h-6 items-center font-mono text-xs" href={`/builds/${row.id}`} tabIndex={-1}>
    {row.short}
  </Link>
)

/** Why it is not verified; of one that is, that somebody else thinks otherwise. */
function reasonOf({ state, headline, attention }: BuildRow): string {
  if (state !== 'verified') return headline
  return attention === null ? '' : attentionWords[attention].label
}
const layoutOf = (row: BuildRow) => (row.layout === null ? '' : `${row.layout.name} v${row.layout.number}`)

function Cells({ row }: { row: BuildRow }) {
  const cell = 'min-w-0 truncate px-3'
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    <>
      <td role="cell" className={cell}>
        <span className="flex items-center gap-1.5">
          <StatusBadge state={row.state} />
          <AttentionMark level={row.attention} />
        </span>
      </td>
      <td role="cell" className={cell}>
        <Name row={row} />
      </td>
      <td role="cell" className={cell} title={`${row.software.name} ${row.label}`}>
        {row.software.name} {row.demo && <span className="text-xs text-mute">demo</span>}
      </td>
      <td role="cell" className={cell}>
        {layoutOf(row)}
      </td>
      <td role="cell" className={cell} title={reasonOf(row)}>
        {reasonOf(row)}
      </td>
      <td role="cell" className={cell}>
        {row.signers[0] !== undefined && <Signer name={row.signers[0]} copy={false} />}
      </td>
      <td role="cell" className={`${cell} text-mute`}>
        <ExactTime at={row.receivedAt} />
      </td>
    </>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  )
}

function Stacked({ row }: { row: BuildRow }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: see above
    <td role="cell" className="block">
      <div className="flex items-center justify-between gap-2">
        <span className="flex items-center gap-1.5">
          <StatusBadge state={row.state} />
          <AttentionMark level={row.attention} />
        </span>
        <span className="text-xs text-mute">
          <ExactTime at={row.receivedAt} />
        </span>
      </div>
      <div className="mt-1 flex items-baseline gap-2">
        <Name row={row} />
        <span className="truncate font-medium">{row.software.name}</span>
      </div>
      <p className="line-clamp-2 text-xs text-mute">{reasonOf(row) || layoutOf(row)}</p>
    </td>
  )
}
