'use client'
import { ActionIcon, Button, Kbd, Title, Tooltip } from '@mantine/core'
import { Braces, FileSignature, type LucideIcon, Redo2, Undo2, WandSparkles } from 'lucide-react'
import { utc } from '#components/ui/time-text.ts'
import { parseTimestamp } from '#lib/in-toto/index.ts'
import type { SaveState } from './autosave.ts'
import { useEditor, useEditorStore, useIssues, useView } from './editor-store.ts'

/** Name, expiry, whether it is saved; undo, redo, arrange, JSON; and the way to signing. */
export function TopBar({
  save,
  revision,
  sign,
  signing,
}: {
  save: SaveState
  revision: number
  sign: () => void
  signing: boolean
}) {
  const store = useEditorStore()
  const view = useView()
  const name = useEditor((state) => state.name)
  const past = useEditor((state) => state.history.past.at(-1)?.act ?? null)
  const future = useEditor((state) => state.history.future[0]?.act ?? null)
  const pane = useEditor((state) => state.pane)
  const placed = useEditor((state) => Object.keys(state.history.present.positions).length > 0)
  const broken = useEditor((state) => state.broken !== null)
  const errors = useIssues().filter(({ severity }) => severity === 'error').length
  const expires = parseTimestamp(view.expires) === null ? 'no expiry' : `expires ${utc(view.expires).split(',')[0]}`
  const hinder = broken
    ? 'The JSON is no layout yet'
    : errors > 0
      ? `Mend ${errors === 1 ? 'the error' : `the ${errors} errors`} first`
      : ''
  return (
    <header className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-surface px-4 py-2">
      <div className="mr-2 min-w-0">
        <Title order={1} fz={16} className="truncate">
          {name || 'Layout'}
        </Title>
        <p className="text-[11px] leading-4 text-mute">
          Draft {revision},{' '}
          <button type="button" className="underline decoration-dotted" onClick={() => store.getState().select(null)}>
            {expires}
          </button>
          , <SaveWords save={save} />
        </p>
      </div>
      <Tool
        icon={Undo2}
        label={past === null ? 'Undo' : `Undo: ${past}`}
        keys="Ctrl Z"
        off={past === null}
        run={store.getState().undo}
      />
      <Tool
        icon={Redo2}
        label={future === null ? 'Redo' : `Redo: ${future}`}
        keys="Ctrl Shift Z"
        off={future === null}
        run={store.getState().redo}
      />
      <Tool icon={WandSparkles} label="Arrange" keys="A" off={!placed} run={store.getState().arrange} />
      <Tool
        icon={Braces}
        label="JSON beside the drawing"
        keys="Ctrl J"
        pressed={pane === 'json'}
        run={() => store.getState().setPane(pane === 'json' ? 'inspector' : 'json')}
      />
      <div className="ml-auto flex items-center gap-2">
        {hinder !== '' && <span className="text-xs text-mute">{hinder}</span>}
        <Button
          size="xs"
          leftSection={<FileSignature size={14} aria-hidden />}
          disabled={hinder !== ''}
          loading={signing}
          onClick={sign}
        >
          Sign
        </Button>
      </div>
    </header>
  )
}

function SaveWords({ save }: { save: SaveState }) {
  switch (save.kind) {
    case 'saved':
      return <span data-save="saved">saved</span>
    case 'saving':
      return <span data-save="saving">saving</span>
    case 'unsaved':
      return <span data-save="unsaved">not saved yet</span>
    case 'failed':
      return (
        <span data-save="failed" className="text-fail-text" title={save.message}>
          kept in this browser, trying again
        </span>
      )
    case 'conflict':
      return (
        <span data-save="conflict" className="text-fail-text">
          somebody else has saved
        </span>
      )
  }
}

function Tool({
  icon: Icon,
  label,
  keys,
  run,
  off = false,
  pressed,
}: {
  icon: LucideIcon
  label: string
  keys: string
  run: () => void
  off?: boolean
  pressed?: boolean
}) {
  return (
    <Tooltip
      label={
        <>
          {label} <Kbd size="xs">{keys}</Kbd>
        </>
      }
    >
      <ActionIcon
        variant={pressed ? 'light' : 'subtle'}
        color="gray"
        size={28}
        onClick={run}
        disabled={off}
        aria-label={label}
        aria-pressed={pressed}
      >
        <Icon size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
