'use client'
import { Button } from '@mantine/core'
import { RotateCcw } from 'lucide-react'

/** What went wrong, how to name it to somebody, and a way to try again. */
export function ErrorPanel({
  message,
  requestId,
  retry,
}: {
  message: string
  requestId?: string | null
  retry?: () => void
}) {
  return (
    <div role="alert" className="rounded-[10px] border border-line bg-surface p-6">
      <h2 className="text-[17px]/[23px] font-semibold">This could not be shown</h2>
      <p className="mt-1 max-w-prose text-mute">{message}</p>
      {requestId && (
        <p className="mt-2 text-mute text-xs">
          Request <code className="font-mono">{requestId}</code>
        </p>
      )}
      {retry && (
        <Button variant="default" mt="md" leftSection={<RotateCcw size={14} aria-hidden />} onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}
