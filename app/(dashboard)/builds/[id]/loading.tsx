import { Skeleton } from '@mantine/core'

/** The outline of the why page, in its final sizes. */
export default function Loading() {
  return (
    <div
      className="mx-auto w-full max-w-[1128px] px-4 py-5 sm:px-6 sm:py-6"
      role="status"
      aria-label="Loading the build"
    >
      <Skeleton height={20} width={280} mb={10} />
      <Skeleton height={30} width="70%" mb={10} />
      <Skeleton height={20} width="55%" mb={24} />
      <Skeleton height={36} mb={20} />
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(0,1fr)_320px]">
        <Skeleton height={320} radius={10} />
        <Skeleton height={420} radius={10} />
      </div>
    </div>
  )
}
