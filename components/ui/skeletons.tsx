import { Skeleton } from '@mantine/core'
import { PageBody } from './page-body.tsx'

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)

export function TableSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div className="rounded-[10px] border border-line bg-surface px-4 py-2" aria-hidden>
      {numbers(rows).map((row) => (
        <div key={row} className="flex h-[38px] items-center gap-6 border-t border-line first:border-t-0">
          <Skeleton h={14} w={84} />
          <Skeleton h={14} w={70} />
          <Skeleton h={14} className="flex-1" />
          <Skeleton h={14} w={110} visibleFrom="sm" />
        </div>
      ))}
    </div>
  )
}

export function CardSkeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className="rounded-[10px] border border-line bg-surface p-4" aria-hidden>
      <Skeleton h={18} w={160} mb="md" />
      {numbers(lines).map((line) => (
        <Skeleton key={line} h={12} mt="sm" />
      ))}
    </div>
  )
}

/** A page while its data is on the way: of the final size, so that nothing jumps. */
export function PageSkeleton({ tiles = false, rows = 10 }: { tiles?: boolean; rows?: number }) {
  return (
    <PageBody>
      <p role="status" className="sr-only">
        Loading
      </p>
      <Skeleton h={30} w="min(420px, 80%)" mb={8} />
      <Skeleton h={14} w="min(280px, 60%)" mb="lg" />
      {tiles && <Skeleton h={104} mb="md" radius="lg" />}
      <TableSkeleton rows={rows} />
    </PageBody>
  )
}
