'use client'
import { useHotkeys, useReducedMotion } from '@mantine/hooks'
import { type RefObject, useEffect, useMemo } from 'react'
import { useReactFlow } from 'reactflow'
import { useLetterKeys } from '#components/shell/letter-keys.ts'
import { addInspection, addStep, freeName, itemById } from '#lib/layout-draft/index.ts'
import { copiedText, pasted } from './clipboard.ts'
import { type EditorStore, issuesOf, useEditorStore, viewOf } from './editor-store.ts'
import { useFit } from './fit.ts'
import { arrangeRequest, linesOf, neighbour } from './flow.ts'
import { removeWithWarning } from './inspector.tsx'
import { type CanvasKey, canvasKey, isTyping } from './keyboard.ts'
import type { Dialog } from './workbench.tsx'

interface Places {
  readonly box: RefObject<HTMLDivElement | null>
  readonly inspector: RefObject<HTMLElement | null>
  readonly setDialog: (dialog: Dialog) => void
  readonly save: () => void
}

/** What the palette and the keys do; binds the keys to the drawing and to the page. */
export function useEditorKeys({ box, inspector, setDialog, save }: Places) {
  const store = useEditorStore()
  const flow = useReactFlow()
  const showAll = useFit()
  const still = useReducedMotion()
  const [letters] = useLetterKeys()

  const actions = useMemo(() => {
    const duration = still ? 0 : 180
    const focusNode = (id: string) => requestAnimationFrame(() => nodeElement(box.current, id)?.focus())
    const show = (id: string) => {
      store.getState().setPane('inspector')
      store.getState().select({ id })
      void flow.fitView({ nodes: [{ id }], maxZoom: 1, minZoom: 0.8, duration })
      focusNode(id)
    }
    return {
      show,
      focusNode,
      addStep: () => add(store, 'step'),
      addInspection: () => add(store, 'inspection'),
      addKey: () => {
        store.getState().setPane('inspector')
        requestAnimationFrame(() => document.getElementById('add-functionary')?.focus())
      },
      match: () => {
        if (store.getState().selection !== null) setDialog('match')
      },
      fit: () => showAll(duration),
      full: () => void flow.zoomTo(1, { duration }),
      zoom: (by: number) => void flow.zoomTo(flow.getZoom() * by, { duration }),
    }
  }, [store, flow, showAll, still, box, setDialog])

  useEffect(() => {
    const element = box.current
    if (element === null) return
    const onKey = (event: KeyboardEvent) => {
      const key = canvasKey(event)
      if (key === null) return
      if (!letters && /^[a-z0-9/+\-?]$/i.test(event.key)) return
      if (run(key)) {
        event.preventDefault()
        // the page's own keys (search, help) do not get it too
        event.stopPropagation()
      }
    }
    const run = (key: CanvasKey): boolean => {
      const id = store.getState().selection?.id ?? null
      const byKey: Readonly<Record<CanvasKey, () => void>> = {
        step: actions.addStep,
        inspection: actions.addInspection,
        key: actions.addKey,
        match: actions.match,
        on: () => along('on'),
        back: () => along('back'),
        up: () => nudge(store, flow.getNode(id ?? '')?.position, id, 0, -10),
        down: () => nudge(store, flow.getNode(id ?? '')?.position, id, 0, 10),
        left: () => nudge(store, flow.getNode(id ?? '')?.position, id, -10, 0),
        right: () => nudge(store, flow.getNode(id ?? '')?.position, id, 10, 0),
        inspect: () => inspector.current?.querySelector<HTMLElement>('input, textarea, button')?.focus(),
        'let-go': () => store.getState().select(null),
        remove: () => id !== null && removeWithWarning(store, id),
        problem: () => nextProblem(store, actions.show),
        find: () => setDialog('find'),
        arrange: () => store.getState().arrange(),
        fit: actions.fit,
        full: actions.full,
        in: () => actions.zoom(1.25),
        out: () => actions.zoom(0.8),
        help: () => setDialog('keys'),
      }
      byKey[key]()
      return true
    }
    const along = (direction: 'on' | 'back') => {
      const { history, selection } = store.getState()
      const view = viewOf(history.present.document)
      const from = selection?.id ?? arrangeRequest(view, []).nodes[0]?.id
      const to = from === undefined ? null : neighbour(linesOf(view, null), from, direction)
      if (to !== null) actions.show(to)
    }
    const onFocus = (event: FocusEvent) => {
      const id =
        event.target instanceof HTMLElement
          ? event.target.closest<HTMLElement>('.react-flow__node')?.dataset.id
          : undefined
      if (id !== undefined && id !== store.getState().selection?.id) store.getState().select({ id })
    }
    element.addEventListener('keydown', onKey)
    element.addEventListener('focusin', onFocus)
    return () => {
      element.removeEventListener('keydown', onKey)
      element.removeEventListener('focusin', onFocus)
    }
  }, [box, inspector, store, flow, letters, actions, setDialog])

  useEffect(() => {
    const element = inspector.current
    const onKey = (event: KeyboardEvent) => {
      const id = store.getState().selection?.id
      if (event.key === 'Escape' && id !== undefined && !event.defaultPrevented) actions.focusNode(id)
    }
    element?.addEventListener('keydown', onKey)
    return () => element?.removeEventListener('keydown', onKey)
  }, [inspector, store, actions])

  const inJson = () => document.activeElement?.closest('.cm-editor') !== null && document.activeElement !== null
  useHotkeys(
    [
      // the JSON editor undoes its own typing
      ['mod+Z', (event) => !inJson() && [event.preventDefault(), store.getState().undo()]],
      ['mod+shift+Z', (event) => !inJson() && [event.preventDefault(), store.getState().redo()]],
      ['mod+Y', (event) => !inJson() && [event.preventDefault(), store.getState().redo()]],
      ['mod+J', () => store.getState().setPane(store.getState().pane === 'json' ? 'inspector' : 'json')],
      ['mod+S', save],
    ],
    [],
    true,
  )
  useClipboardKeys(store)
  return actions
}

function nodeElement(box: HTMLElement | null, id: string): HTMLElement | null {
  const nodes = box?.querySelectorAll<HTMLElement>('.react-flow__node') ?? []
  return [...nodes].find((node) => node.dataset.id === id) ?? null
}

function add(store: EditorStore, kind: 'step' | 'inspection'): void {
  const name = freeName(store.getState().history.present.document, kind)
  store.getState().setPane('inspector')
  store
    .getState()
    .act(
      kind === 'step' ? `Step ${name} added` : `Inspection ${name} added`,
      (document) => (kind === 'step' ? addStep(document, name) : addInspection(document, name)),
      { select: { id: name } },
    )
}

function nudge(
  store: EditorStore,
  at: { x: number; y: number } | undefined,
  id: string | null,
  x: number,
  y: number,
): void {
  if (id === null || at === undefined) return
  store.getState().place(id, { x: at.x + x, y: at.y + y }, `nudge ${id}`)
  store.getState().say(`${id} moved`)
}

/** The problem after the one that was shown last. */
function nextProblem(store: EditorStore, show: (id: string) => void): void {
  const { history, selection } = store.getState()
  const view = viewOf(history.present.document)
  const ids = issuesOf(history.present.document).flatMap(({ item }) => {
    const found = view.items.find(({ ref }) => ref.list === item?.list && ref.index === item.index)
    return found === undefined ? [] : [found.id]
  })
  const next = ids[(ids.lastIndexOf(selection?.id ?? '') + 1) % Math.max(ids.length, 1)]
  if (next === undefined) store.getState().say('No problems.')
  else show(next)
}

/** Copy and paste of steps as layout JSON, through the system's clipboard and without asking for its permission. */
function useClipboardKeys(store: EditorStore): void {
  useEffect(() => {
    const free = () => !isTyping(document.activeElement) && (getSelection()?.isCollapsed ?? true)
    const current = () => {
      const { history, selection } = store.getState()
      return selection === null ? null : itemById(viewOf(history.present.document), selection.id)
    }
    const take = (event: ClipboardEvent): boolean => {
      const item = current()
      if (item === null || !free()) return false
      event.clipboardData?.setData('text/plain', copiedText(store.getState().history.present.document, item))
      event.preventDefault()
      return true
    }
    const onCopy = (event: ClipboardEvent) => take(event) && store.getState().say('Copied.')
    const onCut = (event: ClipboardEvent) => {
      const id = store.getState().selection?.id
      if (take(event) && id !== undefined) removeWithWarning(store, id)
    }
    const put = (text: string) => {
      const result = pasted(store.getState().history.present.document, text)
      if (result === null) return false
      store.getState().act(`${result.name} pasted`, () => result.document, { select: { id: result.name } })
      return true
    }
    const onPaste = (event: ClipboardEvent) => {
      if (free() && put(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault()
    }
    const onKey = (event: KeyboardEvent) => {
      const item = current()
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'd' || item === null || !free()) return
      event.preventDefault()
      put(copiedText(store.getState().history.present.document, item))
    }
    document.addEventListener('copy', onCopy)
    document.addEventListener('cut', onCut)
    document.addEventListener('paste', onPaste)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('copy', onCopy)
      document.removeEventListener('cut', onCut)
      document.removeEventListener('paste', onPaste)
      document.removeEventListener('keydown', onKey)
    }
  }, [store])
}
