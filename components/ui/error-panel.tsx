'use client'
import { Button } from '@mantine/core'
import { RotateCcw } from 'lucide-react'

/** What went wrong in words, the request id to hand on, and a way to try again. Never a stack trace. */
export function ErrorPanel({
  error,
  title = 'This could not be shown',
  retry,
}: {
  error: { message: string; requestId?: string | null; digest?: string }
  title?: string
  retry?: () => void
}) {
  const id = error.requestId ?? error.digest
  return (
    <div role="alert" className="rounded-[10px] border border-line bg-surface p-4">
      <p className="text-[15px] font-semibold">{title}</p>
      <p className="mt-1 max-w-prose break-words text-mute">{error.message}</p>
      {id && (
        <p className="mt-2 text-mute text-xs">
          Request <code className="font-mono">{id}</code>
        </p>
      )}
      {retry && (
        <Button variant="default" mt="sm" size="xs" leftSection={<RotateCcw size={14} aria-hidden />} onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}
