'use client'
import { ErrorPanel } from '#components/ui/error-panel.tsx'

/** The build could not be loaded: a sentence, the id to ask with, and another try. */
export default function BuildError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <ErrorPanel error={error} retry={reset} />
}
