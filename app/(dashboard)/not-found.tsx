import { Compass } from 'lucide-react'
import Link from 'next/link'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { PageBody } from '#components/ui/page-body.tsx'

export default function NotFound() {
  return (
    <PageBody narrow>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        icon={Compass}
        title="There is nothing at this address"
        text="It may have been removed, or the address may have a typing mistake. Search with ⌘K finds builds, software, layouts and digests."
        action={
          <Link className="wb-link" href="/">
            To the posture page
          </Link>
        }
      />
    </PageBody>
  )
}
