'use client'
import { Modal, TextInput } from '@mantine/core'
import { ScanSearch, ScrollText } from 'lucide-react'
import { useState } from 'react'
import type { ItemView } from '#lib/layout-draft/index.ts'

/** A list of steps to choose one from, by typing or with the arrow keys. */
export function PickStep({
  title,
  items,
  onPick,
  onClose,
}: {
  title: string
  items: readonly ItemView[]
  onPick: (item: ItemView) => void
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = items.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()))
  const current = found[Math.min(at, found.length - 1)]
  return (
    <Modal opened onClose={onClose} title={title} size="sm" transitionProps={{ duration: 0 }}>
      <TextInput
        data-autofocus
        aria-label="Find a step"
        placeholder="Type a name"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else if (event.key === 'Enter' && current !== undefined) onPick(current)
          else return
          event.preventDefault()
        }}
      />
      <ul className="mt-2 mb-0 max-h-64 list-none overflow-auto p-0" aria-label="Steps">
        {found.map((item) => {
          const Icon = item.kind === 'step' ? ScrollText : ScanSearch
          return (
            <li key={item.id}>
              <button
                type="button"
                aria-current={item === current}
                onClick={() => onPick(item)}
                className={`flex h-8 w-full items-center gap-2 rounded px-2 text-left text-[13px] ${item === current ? 'bg-[var(--wb-accent-tint)]' : 'hover:bg-page'}`}
              >
                <Icon size={14} className="text-mute" aria-hidden /> {item.name || 'Without a name'}
              </button>
            </li>
          )
        })}
        {found.length === 0 && <li className="px-2 py-1 text-[13px] text-mute">No step of that name.</li>}
      </ul>
    </Modal>
  )
}
