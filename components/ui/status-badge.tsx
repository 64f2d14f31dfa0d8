import { type ShownState, states } from './states.ts'

/** A state as word, shape and colour. `label` replaces the word where it says more. */
export function StatusBadge({ state, label }: { state: ShownState; label?: string }) {
  const { icon: Icon, badge, label: word } = states[state]
  return (
    <span
      className={`inline-flex items-center gap-1 rounded px-1.5 py-0.5 font-medium text-xs whitespace-nowrap ${badge}`}
    >
      <Icon size={13} strokeWidth={2.25} aria-hidden className="shrink-0" />
      {label ?? word}
    </span>
  )
}
