'use client'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ItemView } from '#lib/layout-draft/index.ts'
import { useEditorStore, useView } from './editor-store.ts'

/** From which step, from which of its lists, and in which folders. */
export function MatchFields({
  item,
  number,
  tokens,
  write,
}: {
  item: ItemView
  number: number
  tokens: readonly string[]
  write: (tokens: readonly string[], gesture?: string) => void
}) {
  const store = useEditorStore()
  const view = useView()
  const parts = matchParts(tokens)
  const [folders, setFolders] = useState(parts.sourcePrefix !== '' || parts.destinationPrefix !== '')
  const names = view.items
    .filter((other) => other.kind === 'step' || item.kind === 'inspection')
    .map((other) => other.name)
  const steps = [...new Set([...names, parts.from])]
  const change = (next: Partial<MatchParts>, gesture?: string) => write(matchTokens({ ...parts, ...next }), gesture)
  return (
    <div className="mb-1 flex flex-wrap items-center gap-1.5 text-xs text-mute">
      from
      <NativeSelect
        size="xs"
        w={130}
        aria-label={`Step that rule ${number} takes from`}
        value={parts.from}
        data={steps.map((name) => ({ value: name, label: name === '' ? 'choose a step' : name }))}
        onChange={(event) => change({ from: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        w={104}
        aria-label={`List that rule ${number} compares with`}
        value={parts.list}
        data={['PRODUCTS', 'MATERIALS'].map((value) => ({ value, label: value.toLowerCase() }))}
        onChange={(event) => change({ list: event.currentTarget.value })}
      />
      {!folders && (
        <Button size="compact-xs" px={0} variant="subtle" onClick={() => setFolders(true)}>
          Different folders
        </Button>
      )}
      {folders && (
        <div className="flex w-full gap-1.5">
          <TextInput
            size="xs"
            className="flex-1"
            label="Folder here"
            placeholder="none"
            value={parts.sourcePrefix}
            onChange={(event) => change({ sourcePrefix: event.currentTarget.value }, `here ${item.id} ${number}`)}
            onBlur={() => store.getState().endGesture()}
          />
          <TextInput
            size="xs"
            className="flex-1"
            label={`Folder in ${parts.from || 'the other step'}`}
            placeholder="none"
            value={parts.destinationPrefix}
            onChange={(event) => change({ destinationPrefix: event.currentTarget.value }, `there ${item.id} ${number}`)}
            onBlur={() => store.getState().endGesture()}
          />
        </div>
      )}
    </div>
  )
}

/** What a MATCH rule says. */
export interface MatchParts {
  readonly pattern: string
  readonly sourcePrefix: string
  readonly list: string
  readonly destinationPrefix: string
  readonly from: string
}

export function matchParts(tokens: readonly string[]): MatchParts {
  const upper = tokens.map((token) => token.toUpperCase())
  const withAt = upper[2] === 'IN' ? 4 : 2
  const inAfter = upper[withAt + 2] === 'IN'
  return {
    pattern: tokens[1] ?? '*',
    sourcePrefix: withAt === 4 ? (tokens[3] ?? '') : '',
    list: upper[withAt + 1] === 'MATERIALS' ? 'MATERIALS' : 'PRODUCTS',
    destinationPrefix: inAfter ? (tokens[withAt + 3] ?? '') : '',
    from: tokens.at(-1) ?? '',
  }
}

export function matchTokens({ pattern, sourcePrefix, list, destinationPrefix, from }: MatchParts): string[] {
  const here = sourcePrefix === '' ? [] : ['IN', sourcePrefix]
  const there = destinationPrefix === '' ? [] : ['IN', destinationPrefix]
  return ['MATCH', pattern, ...here, 'WITH', list, ...there, 'FROM', from]
}
