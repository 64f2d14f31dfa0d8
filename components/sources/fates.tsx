import { CircleCheck, CircleDashed, CircleSlash, FileQuestion, type LucideIcon, ShieldAlert } from 'lucide-react'
import type { Fate, Import } from '#lib/contract/evidence.ts'

export const fates: Readonly<Record<Fate, { label: string; look: string; icon: LucideIcon; says: string }>> = {
  stored: {
    label: 'Stored',
    look: 'bg-pass-tint text-pass-text',
    icon: CircleCheck,
    says: 'New, kept with its original bytes.',
  },
  known: {
    label: 'Already known',
    look: 'bg-unverified-tint text-unverified-text',
    icon: CircleDashed,
    says: 'The same bytes are here already; counted once.',
  },
  quarantined: {
    label: 'Quarantined',
    look: 'bg-warn-tint text-warn-text',
    icon: ShieldAlert,
    says: 'Kept, but cannot be read; does not count.',
  },
  refused: { label: 'Refused', look: 'bg-fail-tint text-fail-text', icon: CircleSlash, says: 'Not kept.' },
  listed: {
    label: 'Listed',
    look: 'bg-running-tint text-running-text',
    icon: FileQuestion,
    says: 'Not metadata: only its digest is noted.',
  },
}
export const fateOrder: readonly Fate[] = ['refused', 'quarantined', 'stored', 'known', 'listed']

export function FateBadge({ fate }: { fate: Fate }) {
  const { label, look, icon: Icon } = fates[fate]
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-sm px-1.5 py-0.5 text-xs font-medium whitespace-nowrap ${look}`}
    >
      <Icon size={13} strokeWidth={2.25} aria-hidden /> {label}
    </span>
  )
}

/** "12 stored, 1 quarantined": only what there is. */
export function Counts({ counts }: { counts: Import['counts'] }) {
  const parts = fateOrder.filter((fate) => counts[fate] > 0)
  if (parts.length === 0) return <span className="text-mute">no files</span>
  return (
    <span className="tnum">
      {parts.map((fate) => `${counts[fate].toLocaleString('en')} ${fates[fate].label.toLowerCase()}`).join(', ')}
    </span>
  )
}
