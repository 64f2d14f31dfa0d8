'use client'
import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Copy } from 'lucide-react'

/** Copies a text. `label` says what, for people who cannot see the icon. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { copy, copied } = useClipboard({ timeout: 1500 })
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        onClick={() => copy(text)}
        aria-label={copied ? 'Copied' : label}
      >
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}
