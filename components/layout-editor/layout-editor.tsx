'use client'
import { Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { ModalsProvider } from '@mantine/modals'
import { useEffect, useState } from 'react'
import { ReactFlowProvider } from 'reactflow'
import type { Draft } from '#lib/contract/layouts.ts'
import { FormatError } from '#lib/crypto/index.ts'
import { readLayoutText } from '#lib/layout-draft/index.ts'
import { createEditorStore, EditorContext, type EditorStore } from './editor-store.ts'
import { readLocalCopy, removeLocalCopy } from './local-copy.ts'
import { NarrowView } from './narrow-view.tsx'
import { Workbench } from './workbench.tsx'

/** Opens a draft for drawing; on narrow screens for reading. What was not saved before a reload is there again. */
export function LayoutEditor({ draft, canEdit }: { draft: Draft; canEdit: boolean }) {
  const wide = useMediaQuery('(min-width: 56.25em)', undefined, { getInitialValueInEffect: true })
  // what this browser kept can be read only after the first render, which must be the server's
  const [store, setStore] = useState<EditorStore | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a draft is opened once; autosave goes on from there
  useEffect(() => setStore(open(draft)), [draft.id])
  if (wide === undefined || store === null) return <Skeleton h="calc(100dvh - 52px)" radius={0} aria-hidden />
  return (
    <EditorContext.Provider value={store}>
      {wide && canEdit ? (
        <ModalsProvider>
          <ReactFlowProvider>
            <Workbench draft={draft} />
          </ReactFlowProvider>
        </ModalsProvider>
      ) : (
        <NarrowView canEdit={canEdit} />
      )}
    </EditorContext.Provider>
  )
}

/** The draft as the server has it, with what this browser kept of it as one more step that can be undone. */
function open(draft: Draft): EditorStore {
  const copy = readLocalCopy(draft.id)
  if (copy === null || !isLayout(copy.document)) return createEditorStore(draft)
  const store = createEditorStore(draft, copy.broken)
  const same = copy.document === draft.document && copy.name === draft.name
  if (same && copy.broken === null && JSON.stringify(copy.positions) === JSON.stringify(draft.positions)) {
    removeLocalCopy(draft.id)
    return store
  }
  const { broken, pane } = store.getState()
  store.getState().setName(copy.name)
  store.getState().act('Restored from this browser', () => readLayoutText(copy.document), { positions: copy.positions })
  store.setState({ broken, pane, said: 'What was not saved yet is here again.' })
  return store
}

function isLayout(text: string): boolean {
  try {
    readLayoutText(text)
    return true
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}
