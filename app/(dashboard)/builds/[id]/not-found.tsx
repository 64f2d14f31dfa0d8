import { SearchX } from 'lucide-react'
import Link from 'next/link'
import { EmptyState } from '#components/ui/empty-state.tsx'

/** No build of that id or short id. */
export default function BuildNotFound() {
  return (
    <EmptyState
      icon={SearchX}
      title="There is no such build"
      text="It may have been removed with the demo, or the address may have a typing mistake."
    >
      <Link href="/builds" className="text-accent underline">
        All builds
      </Link>
    </EmptyState>
  )
}
