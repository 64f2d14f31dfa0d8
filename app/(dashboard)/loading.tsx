import { PageSkeleton } from '#components/ui/skeletons.tsx'

export default function Loading() {
  return <PageSkeleton />
}
