'use client'
import { ActionIcon, Autocomplete, Button, Menu, NativeSelect, Tooltip } from '@mantine/core'
import { ArrowDown, ArrowUp, CircleCheck, GripVertical, OctagonX, Plus, Trash2 } from 'lucide-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import {
  addRule,
  type ItemView,
  type ListPreview,
  moveRule,
  type RuleView,
  removeRule,
  rulesOf,
  type Side,
  setRule,
  suggestPatterns,
} from '#lib/layout-draft/index.ts'
import { useEditor, useEditorStore } from './editor-store.ts'
import { MatchFields } from './match-fields.tsx'

/** Verbs with what they do, in the words of people. */
const VERBS: Readonly<Record<string, string>> = {
  MATCH: 'takes files that another step recorded with the same digest',
  CREATE: 'takes files that this step made',
  DELETE: 'takes files that this step removed',
  MODIFY: 'takes files that this step changed',
  ALLOW: 'takes files whatever their digest',
  DISALLOW: 'fails if such a file is left',
  REQUIRE: 'fails unless this very file is left',
}

/** The rules of one list as the queue that the verifier sees: each takes files, the rest goes on to the next. */
export function RuleTable({
  item,
  side,
  preview,
  files,
}: {
  item: ItemView
  side: Side
  preview: ListPreview | null
  /** names that the step recorded in the sample run */
  files: readonly string[]
}) {
  const store = useEditorStore()
  const rules = rulesOf(item, side)
  const selectedRule = useEditor((state) => (state.selection?.side === side ? state.selection.rule : null))
  const [dragged, setDragged] = useState<number | null>(null)
  const trace = preview?.trace
  const drop = (to: number) => {
    if (dragged === null) return
    store.getState().act('Rule moved', (document) => moveRule(document, item.ref, side, dragged, to))
    setDragged(null)
  }
  return (
    <div>
      {trace !== undefined && (
        <p className="mb-1 text-xs text-mute">
          {files.length === 1 ? '1 file' : `${files.length} files`} in the sample run, taken from top to bottom:
        </p>
      )}
      {rules.length === 0 && <p className="py-2 text-xs text-mute">No rules yet: any file passes.</p>}
      <ol aria-label={`Rules for ${side}, first to last`} className="m-0 list-none p-0">
        {rules.map((entry) => (
          <RuleRow
            key={entry.index}
            item={item}
            side={side}
            entry={entry}
            count={rules.length}
            open={selectedRule === entry.index}
            trace={trace?.rules[preview?.indexes.indexOf(entry.index) ?? -1] ?? null}
            files={files}
            drag={{ start: () => setDragged(entry.index), drop: () => drop(entry.index) }}
          />
        ))}
      </ol>
      {trace !== undefined && trace.leftoverCount > 0 && (
        <p className="mt-2 text-xs text-mute">
          {trace.failed ? 'Left over: ' : 'Left over, and passing: '}
          <span className="font-mono break-all">{trace.leftover.slice(0, 8).join(', ')}</span>
          {trace.leftoverCount > 8 && ` and ${trace.leftoverCount - 8} more`}
        </p>
      )}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="compact-sm" variant="default" mt="xs" leftSection={<Plus size={13} aria-hidden />}>
            Add rule
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {Object.entries(VERBS).map(([verb, sentence]) => (
            <Menu.Item key={verb} onClick={() => addVerb(store, item, side, verb)}>
              <span className="font-mono text-xs font-medium">{verb}</span>{' '}
              <span className="text-xs text-mute">{sentence}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

type Store = ReturnType<typeof useEditorStore>

/** A new rule, before the closing DISALLOW; REQUIRE first of all, because it looks at what is not taken yet. */
function addVerb(store: Store, item: ItemView, side: Side, verb: string): void {
  const tokens =
    verb === 'MATCH' ? ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', ''] : [verb, verb === 'REQUIRE' ? '' : '*']
  const rules = rulesOf(item, side)
  const closing = rules.at(-1)?.tokens?.join(' ') === 'DISALLOW *'
  const place = verb === 'REQUIRE' ? 0 : verb === 'DISALLOW' || !closing ? rules.length : rules.length - 1
  store.getState().act(`${verb} rule added`, (document) => addRule(document, item.ref, side, tokens, place), {
    select: { id: item.id, side, rule: place },
  })
}

interface RowProps {
  readonly item: ItemView
  readonly side: Side
  readonly entry: RuleView
  readonly count: number
  readonly open: boolean
  readonly trace: ListPreview['trace']['rules'][number] | null
  readonly files: readonly string[]
  readonly drag: { readonly start: () => void; readonly drop: () => void }
}

function RuleRow({ item, side, entry, count, open, trace, files, drag }: RowProps) {
  const store = useEditorStore()
  const { index, rule, tokens, problem } = entry
  const pattern = useRef<HTMLInputElement>(null)
  // a rule that has just been made or chosen: its pattern is what one wants to change
  useEffect(() => {
    if (!open) return
    pattern.current?.focus()
    pattern.current?.select()
  }, [open])
  const write = (next: readonly string[], gesture?: string) =>
    store
      .getState()
      .act('Rule changed', (document) => setRule(document, item.ref, side, index, next), gesture ? { gesture } : {})
  const move = (to: number) =>
    store.getState().act('Rule moved', (document) => moveRule(document, item.ref, side, index, to))
  const number = index + 1
  return (
    <li
      className={`border-t border-line py-2 ${open ? 'bg-[var(--wb-accent-tint)]' : ''}`}
      onDragOver={(event: DragEvent) => event.preventDefault()}
      onDrop={drag.drop}
      onKeyDown={(event) => {
        if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
        event.preventDefault()
        event.stopPropagation()
        move(event.key === 'ArrowUp' ? index - 1 : index + 1)
      }}
    >
      <div className="flex items-center gap-1.5">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons in this row do the same */}
        <span draggable onDragStart={drag.start} className="cursor-grab text-mute" title="Drag to another place">
          <GripVertical size={13} aria-hidden />
        </span>
        <NativeSelect
          size="xs"
          w={104}
          aria-label={`Verb of rule ${number}`}
          value={rule?.keyword ?? tokens?.[0]?.toUpperCase() ?? ''}
          data={[...Object.keys(VERBS), ...(rule === null && tokens === null ? [''] : [])]}
          onChange={(event) => write(withVerb(event.currentTarget.value, tokens ?? []))}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        <Autocomplete
          ref={pattern}
          size="xs"
          className="min-w-0 flex-1"
          aria-label={`Pattern of rule ${number}`}
          placeholder={rule?.keyword === 'REQUIRE' ? 'path of the file' : 'pattern'}
          value={tokens?.[1] ?? ''}
          data={suggestPatterns(files).map((suggestion) => suggestion.pattern)}
          filter={({ options }) => options}
          limit={12}
          onChange={(value) => write((tokens ?? []).with(1, value), `pattern ${item.id} ${side} ${index}`)}
          onBlur={() => store.getState().endGesture()}
          disabled={tokens === null || tokens.length < 2}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        <IconButton label={`Move rule ${number} up`} off={index === 0} run={() => move(index - 1)} icon={ArrowUp} />
        <IconButton
          label={`Move rule ${number} down`}
          off={index === count - 1}
          run={() => move(index + 1)}
          icon={ArrowDown}
        />
        <IconButton
          label={`Remove rule ${number}`}
          run={() => store.getState().act('Rule removed', (document) => removeRule(document, item.ref, side, index))}
          icon={Trash2}
        />
      </div>
      <div className="mt-1 pl-[19px]">
        {rule?.keyword === 'MATCH' && tokens !== null && (
          <MatchFields item={item} number={number} tokens={tokens} write={write} />
        )}
        {problem !== null && <p className="text-xs text-fail-text">{problem}</p>}
        {trace !== null && <Taken trace={trace} />}
      </div>
    </li>
  )
}

function IconButton({
  label,
  run,
  off = false,
  icon: Icon,
}: {
  label: string
  run: () => void
  off?: boolean
  icon: typeof ArrowUp
}) {
  return (
    <ActionIcon size={24} variant="subtle" color="gray" aria-label={label} disabled={off} onClick={run}>
      <Icon size={13} aria-hidden />
    </ActionIcon>
  )
}

/** What the rule did to the sample run. */
function Taken({ trace }: { trace: NonNullable<RowProps['trace']> }) {
  const after = trace.before - trace.consumed
  if (trace.failed) {
    const text = trace.keyword === 'REQUIRE' ? 'not there, or taken before' : `${after} not allowed`
    return (
      <span className="inline-flex items-center gap-1 rounded-sm bg-fail-tint px-1.5 text-xs font-medium text-fail-text">
        <OctagonX size={13} aria-hidden /> {text}
      </span>
    )
  }
  if (trace.keyword === 'DISALLOW' || trace.keyword === 'REQUIRE') {
    return (
      <span className="inline-flex items-center gap-1 text-xs text-pass-text">
        <CircleCheck size={13} aria-hidden /> holds
      </span>
    )
  }
  if (trace.consumed === 0) return <span className="text-xs text-mute">takes nothing, {after} go on</span>
  const names = trace.consumedNames.slice(0, 12).join('\n')
  return (
    <Tooltip label={<span className="whitespace-pre-line">{names}</span>} multiline maw={320}>
      <span className="tnum inline-flex items-center gap-1 text-xs text-pass-text">
        <CircleCheck size={13} aria-hidden />
        <span>
          takes {trace.consumed === 1 ? '1 file' : `${trace.consumed} files`}
          <span className="text-mute">, {after} go on</span>
        </span>
      </span>
    </Tooltip>
  )
}

/** The rule with another verb; its pattern stays. */
function withVerb(verb: string, tokens: readonly string[]): string[] {
  const pattern = tokens[1] ?? '*'
  return verb === 'MATCH' ? ['MATCH', pattern, 'WITH', 'PRODUCTS', 'FROM', ''] : [verb, pattern]
}
