'use client'
import { Button, NumberInput, Tabs, TextInput, Title } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useEffect, useState } from 'react'
import {
  consequencesOfRemoving,
  type ItemPreview,
  type ItemView,
  itemById,
  removeItem,
  removeItemAndMatches,
  renameItem,
  type SampleLinks,
  setCommand,
  setThreshold,
  signersOf,
} from '#lib/layout-draft/index.ts'
import { CertificateHolders } from './certificates.tsx'
import { useEditor, useEditorStore, useView, viewOf } from './editor-store.ts'
import { Functionaries } from './functionaries.tsx'
import { LayoutSettings } from './layout-settings.tsx'
import { RuleTable } from './rule-table.tsx'

export interface InspectorProps {
  readonly previews: ReadonlyMap<string, ItemPreview> | null
  readonly links: SampleLinks | null
}

/** The chosen step or inspection in words and fields; without one, the layout as a whole. */
export function Inspector({ previews, links }: InspectorProps) {
  const view = useView()
  const id = useEditor((state) => state.selection?.id ?? null)
  const item = id === null ? null : itemById(view, id)
  if (item === null) return <LayoutSettings />
  return <ItemForm key={`${item.ref.list} ${item.ref.index}`} item={item} previews={previews} links={links} />
}

function ItemForm({ item, previews, links }: InspectorProps & { item: ItemView }) {
  const store = useEditorStore()
  const view = useView()
  const side = useEditor((state) => state.selection?.side ?? 'materials')
  const recorded = links?.get(item.name)
  return (
    <div className="p-4">
      <header className="mb-3 flex items-baseline justify-between gap-2">
        <Title order={2} className="min-w-0 truncate">
          {item.name || 'Without a name'}
        </Title>
        <span className="text-xs text-mute">{item.kind}</span>
      </header>
      <div className="mb-3 grid grid-cols-2 gap-3">
        <NameField item={item} />
        {item.kind === 'step' && (
          <NumberInput
            size="xs"
            label="Signatures needed"
            min={1}
            max={item.constraints.length > 0 ? 1_000_000 : Math.max(1, signersOf(view, item))}
            clampBehavior="none"
            allowDecimal={false}
            allowNegative={false}
            value={item.threshold ?? ''}
            onChange={(value) => {
              if (typeof value !== 'number') return
              store.getState().act('Signatures needed changed', (document) => setThreshold(document, item.ref, value), {
                gesture: `threshold ${item.id}`,
              })
            }}
            onBlur={() => store.getState().endGesture()}
          />
        )}
      </div>
      {item.kind === 'step' && (
        <div className="mb-4">
          <Functionaries item={item} />
          <CertificateHolders item={item} />
        </div>
      )}
      <CommandField item={item} />
      <Tabs
        mt="md"
        value={side}
        onChange={(value) => store.getState().select({ side: value === 'products' ? 'products' : 'materials' })}
        keepMounted={false}
      >
        <Tabs.List mb="xs">
          <Tabs.Tab value="materials">Materials {item.materials.length}</Tabs.Tab>
          <Tabs.Tab value="products">Products {item.products.length}</Tabs.Tab>
        </Tabs.List>
        {(['materials', 'products'] as const).map((list) => (
          <Tabs.Panel key={list} value={list}>
            <RuleTable
              item={item}
              side={list}
              preview={previews?.get(item.id)?.[list] ?? null}
              files={[...(recorded?.[list].keys() ?? [])]}
            />
          </Tabs.Panel>
        ))}
      </Tabs>
      <div className="mt-6 border-t border-line pt-3">
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => removeWithWarning(store, item.id)}>
          Remove {item.kind}
        </Button>
      </div>
    </div>
  )
}

/** The name is taken over when the field is left: half a name would turn every MATCH over. */
function NameField({ item }: { item: ItemView }) {
  const store = useEditorStore()
  const view = useView()
  const [name, setName] = useState(item.name)
  useEffect(() => setName(item.name), [item.name])
  const trimmed = name.trim()
  const taken = view.items.some((other) => other.ref !== item.ref && other.id !== item.id && other.name === trimmed)
  const problem = trimmed === '' ? 'Give it a name' : taken ? 'Another one has this name' : null
  const commit = () => {
    if (problem !== null || trimmed === item.name) return setName(item.name)
    store
      .getState()
      .act(`${item.name} is called ${trimmed} now`, (document) => renameItem(document, item.ref, trimmed), {
        select: { id: trimmed },
        positions: movedPosition(store.getState().history.present.positions, item.id, trimmed),
      })
  }
  return (
    <TextInput
      size="xs"
      label="Name"
      value={name}
      error={name === item.name ? null : problem}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setName(item.name)
      }}
    />
  )
}

function movedPosition<T>(positions: Readonly<Record<string, T>>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(Object.entries(positions).map(([id, at]) => [id === from ? to : id, at]))
}

function CommandField({ item }: { item: ItemView }) {
  const store = useEditorStore()
  const shown = commandText(item.command)
  const [text, setText] = useState(shown)
  useEffect(() => setText((now) => (commandText(commandWords(now)) === shown ? now : shown)), [shown])
  const step = item.kind === 'step'
  return (
    <TextInput
      size="xs"
      label={step ? 'Expected command' : 'Command to run'}
      description={
        step
          ? 'Another command is only a warning, for in-toto as for Waybill.'
          : 'Run by whoever verifies, never by this server. Each word is an argument; quote what has spaces.'
      }
      value={text}
      onChange={(event) => {
        const { value } = event.currentTarget
        setText(value)
        store.getState().act('Command changed', (document) => setCommand(document, item.ref, commandWords(value)), {
          gesture: `command ${item.id}`,
        })
      }}
      onBlur={() => store.getState().endGesture()}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  )
}

/** Words as a shell would split them: spaces apart, quotes hold together. */
export function commandWords(text: string): string[] {
  return Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"?|'([^']*)'?|(\S+)/g), ([, double, single, bare]) =>
    double === undefined ? (single ?? bare ?? '') : double.replace(/\\(.)/g, '$1'),
  )
}

export function commandText(words: readonly string[]): string {
  return words
    .map((word) => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, (character) => `\\${character}`)}"`))
    .join(' ')
}

/** Removes at once where nothing hangs on it; else says first what goes along. */
export function removeWithWarning(store: ReturnType<typeof useEditorStore>, id: string): void {
  const { history } = store.getState()
  const item = itemById(viewOf(history.present.document), id)
  if (item === null) return
  const consequences = consequencesOfRemoving(history.present.document, item.ref)
  const remove = () =>
    store
      .getState()
      .act(`${item.name} removed`, (document) => removeItemAndMatches(document, item.ref), { select: null })
  if (consequences.length === 0) {
    store.getState().act(`${item.name} removed`, (document) => removeItem(document, item.ref), { select: null })
    return
  }
  modals.openConfirmModal({
    title: `Remove ${item.name}?`,
    children: (
      <ul className="m-0 list-disc pl-5 text-sm">
        {consequences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    ),
    labels: { confirm: 'Remove', cancel: 'Keep it' },
    confirmProps: { color: 'red' },
    onConfirm: remove,
  })
}
