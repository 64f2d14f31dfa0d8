'use client'
import { json } from '@codemirror/lang-json'
import { type Diagnostic, linter } from '@codemirror/lint'
import { Prec } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { Button, useComputedColorScheme, useMantineStyleNonce } from '@mantine/core'
import CodeMirror, { type ReactCodeMirrorRef } from '@uiw/react-codemirror'
import { useEffect, useMemo, useRef, useState } from 'react'
import { itemAtLine, itemById, placeOf, placesOf } from '#lib/layout-draft/index.ts'
import { type EditorState, issuesOf, textOf, useDocument, useEditor, useEditorStore, viewOf } from './editor-store.ts'

/** The page's own surface; the packaged dark theme's line numbers are too faint to read (WCAG 1.4.3). */
const surface = Prec.highest(
  EditorView.theme({
    '&': { backgroundColor: 'var(--wb-surface)' },
    '.cm-gutters': { backgroundColor: 'var(--wb-surface)', color: 'var(--wb-mute)' },
    '.cm-activeLineGutter': { color: 'var(--wb-ink)' },
  }),
)

/** The same document as text. What is no layout stays here, with its fault, and the drawing keeps the last that was. */
export default function JsonPane() {
  const store = useEditorStore()
  const document = useDocument()
  const broken = useEditor((state) => state.broken)
  const selected = useEditor((state) => state.selection?.id ?? null)
  const nonce = useMantineStyleNonce()?.()
  const scheme = useComputedColorScheme('light')
  // while one types, the text stays as typed; the drawing's own form comes back when the field is left
  const [typed, setTyped] = useState<string | null>(null)
  const mirror = useRef<ReactCodeMirrorRef>(null)
  const text = broken?.text ?? typed ?? textOf(document)
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const extensions = useMemo(
    () => [
      json(),
      surface,
      linter(() => diagnosticsOf(store.getState(), mirror.current?.view?.state.doc.toString() ?? ''), { delay: 200 }),
      EditorView.cspNonce.of(nonce ?? ''),
      EditorView.contentAttributes.of({ 'aria-label': 'Layout as JSON' }),
      EditorView.lineWrapping,
    ],
    [store, nonce],
  )

  // the drawing's selection shows its lines
  useEffect(() => {
    const view = mirror.current?.view
    const item = selected === null ? null : itemById(viewOf(document), selected)
    if (!view || view.hasFocus || item === null) return
    const place = placeOf(placesOf(view.state.doc.toString()), `${item.ref.list}[${item.ref.index}]`)
    if (place === null || place.line > view.state.doc.lines) return
    const { from } = view.state.doc.line(place.line)
    view.dispatch({
      selection: { anchor: from },
      effects: EditorView.scrollIntoView(from, { y: 'start', yMargin: 40 }),
    })
  }, [selected, document])

  return (
    <section aria-label="Layout as JSON" className="flex h-full min-h-0 flex-col bg-surface">
      <div className="min-h-0 flex-1 overflow-auto">
        <CodeMirror
          ref={mirror}
          value={text}
          theme={scheme}
          extensions={extensions}
          basicSetup={{ foldGutter: true }}
          style={{ fontSize: 12 }}
          onChange={(value) => {
            setTyped(value)
            store.getState().setText(value)
            clearTimeout(pause.current)
            pause.current = setTimeout(() => store.getState().endGesture(), 800)
          }}
          onBlur={() => {
            setTyped(null)
            store.getState().endGesture()
          }}
          onUpdate={(update) => {
            if (!update.selectionSet || !update.view.hasFocus) return
            const line = update.state.doc.lineAt(update.state.selection.main.head).number
            const ref = itemAtLine(placesOf(update.state.doc.toString()), line)
            const item = viewOf(store.getState().history.present.document).items.find(
              (one) => one.ref.list === ref?.list && one.ref.index === ref.index,
            )
            if (item !== undefined && item.id !== store.getState().selection?.id) {
              store.setState({ selection: { id: item.id, side: 'materials', rule: null } })
            }
          }}
        />
      </div>
      <StatusLine />
    </section>
  )
}

function StatusLine() {
  const store = useEditorStore()
  const document = useDocument()
  const broken = useEditor((state) => state.broken)
  if (broken !== null) {
    const line = /^(\d+):\d+$/.exec(broken.place)?.[1]
    return (
      <div role="status" className="flex items-center gap-3 border-t border-line px-3 py-1.5 text-xs text-fail-text">
        <span className="flex-1">
          {line === undefined ? '' : `Line ${line}: `}
          {broken.message} The drawing shows the last text that was a layout.
        </span>
        <Button size="compact-xs" variant="default" onClick={() => store.getState().dropText()}>
          Back to the drawing
        </Button>
      </div>
    )
  }
  const [first] = issuesOf(document)
  const place = first?.severity === 'error' ? placeOf(placesOf(textOf(document)), first.path) : null
  return (
    <div role="status" className="border-t border-line px-3 py-1.5 text-xs text-mute">
      {place === null || first === undefined ? 'In step with the drawing' : `Line ${place.line}: ${first.message}`}
    </div>
  )
}

/** The fault that keeps the text from being a layout, or the issues of the layout, each at its lines. */
function diagnosticsOf({ broken, history }: EditorState, text: string): Diagnostic[] {
  const lines = text.split('\n')
  const startOf = (line: number) => lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const at = (line: number, severity: Diagnostic['severity'], message: string): Diagnostic => {
    const from = Math.min(startOf(line), text.length)
    return { from, to: Math.min(from + (lines[line - 1]?.length ?? 0), text.length), severity, message }
  }
  if (broken !== null) {
    const [line] = broken.place.split(':').map(Number)
    return [at(line !== undefined && line > 0 && line <= lines.length ? line : 1, 'error', broken.message)]
  }
  const places = placesOf(text)
  return issuesOf(history.present.document).flatMap(({ path, severity, message }) => {
    const place = placeOf(places, path)
    return place === null ? [] : [at(place.line, severity, message)]
  })
}
