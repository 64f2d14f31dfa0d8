import { Kbd } from '@mantine/core'
import { KeyRound, Link2, ScanSearch, ScrollText } from 'lucide-react'
import { Panel } from 'reactflow'

export interface PaletteActions {
  readonly addStep: () => void
  readonly addInspection: () => void
  readonly addKey: () => void
  readonly match: () => void
}

/** What can be put on the drawing, with the key that does the same. */
export function Palette({
  actions,
  canMatch,
  canSign,
}: {
  actions: PaletteActions
  canMatch: boolean
  canSign: boolean
}) {
  const entries = [
    { label: 'Step', icon: ScrollText, keys: 'N', run: actions.addStep, reason: '' },
    { label: 'Inspection', icon: ScanSearch, keys: 'I', run: actions.addInspection, reason: '' },
    {
      label: 'Functionary key',
      icon: KeyRound,
      keys: 'K',
      run: actions.addKey,
      reason: canSign ? '' : 'Choose a step first',
    },
    { label: 'Match', icon: Link2, keys: 'M', run: actions.match, reason: canMatch ? '' : 'Choose a step first' },
  ]
  return (
    <Panel position="top-left">
      <div
        role="toolbar"
        aria-label="Add"
        className="flex w-44 flex-col rounded-lg border border-line bg-surface p-1.5"
      >
        {entries.map(({ label, icon: Icon, keys, run, reason }) => (
          <button
            key={label}
            type="button"
            onClick={run}
            disabled={reason !== ''}
            title={reason || undefined}
            className="flex h-8 items-center gap-2 rounded px-2 text-left text-xs text-ink hover:bg-page disabled:cursor-not-allowed disabled:text-mute"
          >
            <Icon size={15} className="text-mute" aria-hidden />
            <span className="flex-1">{label}</span>
            <Kbd size="xs" aria-hidden>
              {keys}
            </Kbd>
          </button>
        ))}
      </div>
    </Panel>
  )
}
