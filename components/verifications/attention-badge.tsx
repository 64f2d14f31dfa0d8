import type { Attention } from '#lib/contract/verifications.ts'
import { attentionWords } from '#lib/provenance/verification-words.ts'
import { states } from '../ui/states.ts'
import { StatusBadge } from '../ui/status-badge.tsx'

const shown = { failed: 'warning', claimed: 'not-verified' } as const

/** Beside a state: somebody else decided, or is said to have decided, that it fails. Never a state of its own. */
export function AttentionBadge({ level }: { level: Attention | null }) {
  if (level === null) return null
  const { label, text } = attentionWords[level]
  return (
    <span title={text} className="inline-flex">
      <StatusBadge state={shown[level]} label={label} />
    </span>
  )
}

/** The same where there is room for a mark only. */
export function AttentionMark({ level }: { level: Attention | null }) {
  if (level === null) return null
  const { label, text } = attentionWords[level]
  const { icon: Icon, text: colour } = states[shown[level]]
  return (
    <span title={`${label}: ${text}`} className={`inline-flex align-middle ${colour}`}>
      <Icon size={15} strokeWidth={2.25} role="img" aria-label={label} />
    </span>
  )
}
