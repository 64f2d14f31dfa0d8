'use client'
import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Copy } from 'lucide-react'

/** Copies `value`; `what` names it for screen readers ("Copy digest 7d0e41c9aa21"). */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const clipboard = useClipboard({ timeout: 1500 })
  return (
    <Tooltip label={clipboard.copied ? 'Copied' : clipboard.error ? 'Copying is not allowed here' : 'Copy'}>
      <ActionIcon
        size={24}
        variant="subtle"
        color="gray"
        aria-label={clipboard.copied ? 'Copied' : `Copy ${what}`}
        onClick={() => clipboard.copy(value)}
      >
        {clipboard.copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}
