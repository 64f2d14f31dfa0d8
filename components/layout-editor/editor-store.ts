'use client'
import { createContext, useContext } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import type { Draft } from '#lib/contract/layouts.ts'
import { FormatError, type JsonObject } from '#lib/crypto/index.ts'
import {
  type DraftView,
  endGesture,
  findIssues,
  type History,
  historyOf,
  type Issue,
  layoutText,
  readLayoutText,
  record,
  redo,
  type Side,
  undo,
  viewDraft,
} from '#lib/layout-draft/index.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** What undo and redo go through: the document, and where nodes were put by hand. Positions are never signed. */
export interface Drawn {
  readonly document: JsonObject
  readonly positions: Readonly<Record<string, Point>>
}

/** Text in the JSON pane that is no layout yet; the drawing keeps the last one that was. */
export interface BrokenText {
  readonly text: string
  readonly message: string
  /** line:column, or a path */
  readonly place: string
}

export interface Selection {
  readonly id: string
  readonly side: Side
  /** rule whose row is open */
  readonly rule: number | null
}

interface ActOptions {
  /** acts of one gesture (typing in one field) are one undo step */
  readonly gesture?: string
  readonly select?: Partial<Selection> | null
  readonly positions?: Readonly<Record<string, Point>>
}

export interface EditorState {
  readonly history: History<Drawn>
  readonly name: string
  readonly selection: Selection | null
  readonly broken: BrokenText | null
  readonly pane: 'inspector' | 'json'
  /** for screen readers: what was just done */
  readonly said: string
  /** Changes the document; `words` say what was done: `Rule removed`. */
  act(words: string, change: (document: JsonObject) => JsonObject, options?: ActOptions): void
  /** Puts a node somewhere by hand. */
  place(id: string, at: Point, gesture: string): void
  /** Forgets all hand-made places. */
  arrange(): void
  endGesture(): void
  undo(): void
  redo(): void
  select(selection: Partial<Selection> | null): void
  setName(name: string): void
  setPane(pane: 'inspector' | 'json'): void
  /** The text of the JSON pane: takes it over where it is a layout, else keeps it beside the drawing. */
  setText(text: string): void
  /** Gives up text that is no layout. */
  dropText(): void
  say(words: string): void
}

export type EditorStore = StoreApi<EditorState>

const START: Selection = { id: '', side: 'materials', rule: null }

/** The state of one open draft. */
export function createEditorStore(draft: Draft, broken: string | null = null): EditorStore {
  return createStore<EditorState>()((set, get) => ({
    history: historyOf<Drawn>({ document: readLayoutText(draft.document), positions: draft.positions }),
    name: draft.name,
    selection: null,
    broken: broken === null ? null : brokenText(broken),
    pane: broken === null ? 'inspector' : 'json',
    said: '',
    act: (words, change, options = {}) => {
      const { history, selection } = get()
      const document = change(history.present.document)
      if (document === history.present.document && options.positions === undefined) return
      const next = { document, positions: options.positions ?? history.present.positions }
      set({
        history: record(history, next, words, options.gesture ?? null),
        selection: options.select === undefined ? selection : merged(selection, options.select),
        broken: null,
        // typing would be read aloud letter by letter
        ...(options.gesture === undefined ? { said: `${words}. Undo with Control Z.` } : {}),
      })
    },
    place: (id, at, gesture) => {
      const { history } = get()
      const { document, positions } = history.present
      set({ history: record(history, { document, positions: { ...positions, [id]: at } }, 'Node moved', gesture) })
    },
    arrange: () => {
      const { history } = get()
      if (Object.keys(history.present.positions).length === 0) return
      set({ history: record(history, { ...history.present, positions: {} }, 'Arranged'), said: 'Arranged.' })
    },
    endGesture: () => set({ history: endGesture(get().history) }),
    undo: () => {
      const { history } = get()
      const act = history.past.at(-1)?.act
      if (act !== undefined) set({ history: undo(history), broken: null, said: `Undone: ${act}.` })
    },
    redo: () => {
      const { history } = get()
      const act = history.future[0]?.act
      if (act !== undefined) set({ history: redo(history), broken: null, said: `Done again: ${act}.` })
    },
    select: (selection) => set({ selection: merged(get().selection, selection), history: endGesture(get().history) }),
    setName: (name) => set({ name }),
    setPane: (pane) => set({ pane }),
    setText: (text) => {
      const fault = brokenText(text)
      if (fault !== null) set({ broken: fault })
      else get().act('JSON edited', () => readLayoutText(text), { gesture: 'json' })
    },
    dropText: () => set({ broken: null }),
    say: (said) => set({ said }),
  }))
}

function merged(before: Selection | null, change: Partial<Selection> | null): Selection | null {
  if (change === null) return null
  const sameNode = change.id === undefined || change.id === before?.id
  return {
    ...(sameNode && before !== null ? { ...before, rule: null } : { ...START, side: before?.side ?? 'materials' }),
    ...change,
  }
}

function brokenText(text: string): BrokenText | null {
  try {
    readLayoutText(text)
    return null
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { text, message: error.message, place: error.place }
  }
}

export const EditorContext = createContext<EditorStore | null>(null)

export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext)
  if (store === null) throw new Error('the layout editor is not around this component')
  return store
}

export function useEditor<T>(select: (state: EditorState) => T): T {
  return useStore(useEditorStore(), select)
}

// Views and issues are worked out once for each document, whoever asks.
const views = new WeakMap<JsonObject, DraftView>()
const issues = new WeakMap<JsonObject, Issue[]>()
const texts = new WeakMap<JsonObject, string>()

export function viewOf(document: JsonObject): DraftView {
  const known = views.get(document) ?? viewDraft(document)
  views.set(document, known)
  return known
}

/** Issues as of the time the page was opened or later; a minute more or less does not matter while drawing. */
export function issuesOf(document: JsonObject): Issue[] {
  const known = issues.get(document) ?? findIssues(viewOf(document), Date.now())
  issues.set(document, known)
  return known
}

export function textOf(document: JsonObject): string {
  const known = texts.get(document) ?? layoutText(document)
  texts.set(document, known)
  return known
}

export function useDocument(): JsonObject {
  return useEditor((state) => state.history.present.document)
}

export function useView(): DraftView {
  return viewOf(useDocument())
}

export function useIssues(): Issue[] {
  return issuesOf(useDocument())
}
