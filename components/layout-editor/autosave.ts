'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { saveDraft } from '#lib/client/layouts.ts'
import { ApiProblem } from '#lib/client/problem.ts'
import { type Draft, draftSchema } from '#lib/contract/layouts.ts'
import { type EditorState, type EditorStore, textOf } from './editor-store.ts'
import { removeLocalCopy, writeLocalCopy } from './local-copy.ts'

export type SaveState =
  | { readonly kind: 'saved' | 'unsaved' | 'saving' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'conflict'; readonly theirs: Draft; readonly message: string }

/** Time without a change after which it is saved. */
const PAUSE = 700
/** Time after which a failed save is tried again. */
const RETRY = 5_000

export interface Autosave {
  readonly state: SaveState
  readonly revision: number
  /** Saves now what is not saved yet; the revision that then holds it, or null where it could not be saved. */
  flush(): Promise<number | null>
  /** Ends a conflict: goes on from their revision, with what is drawn now. */
  continueFrom(theirs: Draft): void
}

const contentOf = (state: EditorState) => ({
  name: state.name.trim() === '' ? 'Layout' : state.name.trim(),
  document: textOf(state.history.present.document),
  positions: state.history.present.positions,
})

const sameContent = (a: ReturnType<typeof contentOf>, b: ReturnType<typeof contentOf>): boolean =>
  a.name === b.name && a.document === b.document && JSON.stringify(a.positions) === JSON.stringify(b.positions)

/**
 * Saves the draft after each pause, on top of the revision it was drawn on. Until the server has it, a copy stays in
 * the browser. A failed save is tried again; one that somebody else overtook waits for a decision.
 */
export function useAutosave(store: EditorStore, draft: Draft): Autosave {
  const [state, setState] = useState<SaveState>({ kind: 'saved' })
  const revision = useRef(draft.revision)
  const saved = useRef({ name: draft.name, document: draft.document, positions: draft.positions })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const running = useRef<Promise<void> | null>(null)
  const conflict = useRef(false)

  const save = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current)
    const content = contentOf(store.getState())
    if (sameContent(content, saved.current) || conflict.current) return
    setState({ kind: 'saving' })
    try {
      const answer = await saveDraft(draft.id, { revision: revision.current, ...content })
      revision.current = answer.revision
      saved.current = content
      const now = store.getState()
      const done = sameContent(contentOf(now), content)
      if (done && now.broken === null) removeLocalCopy(draft.id)
      setState({ kind: done ? 'saved' : 'unsaved' })
      if (!done) timer.current = setTimeout(() => void start(), PAUSE)
    } catch (error) {
      const theirs = conflictIn(error)
      if (theirs !== null) {
        conflict.current = true
        setState({ kind: 'conflict', theirs, message: messageOf(error) })
      } else {
        setState({ kind: 'failed', message: messageOf(error) })
        timer.current = setTimeout(() => void start(), RETRY)
      }
    }
    // one save at a time: a second one would overtake the first
    function start() {
      running.current ??= save().finally(() => {
        running.current = null
      })
      return running.current
    }
  }, [store, draft.id])

  const startSave = useCallback((): Promise<void> => {
    running.current ??= save().finally(() => {
      running.current = null
    })
    return running.current
  }, [save])

  useEffect(() => {
    const changed = () => {
      const now = store.getState()
      const content = contentOf(now)
      const isSaved = sameContent(content, saved.current)
      if (isSaved && now.broken === null) {
        removeLocalCopy(draft.id)
        return
      }
      const copy = { ...content, positions: { ...content.positions } }
      writeLocalCopy(draft.id, {
        ...copy,
        revision: revision.current,
        broken: now.broken?.text ?? null,
        at: Date.now(),
      })
      if (isSaved) return
      setState((before) => (before.kind === 'saved' ? { kind: 'unsaved' } : before))
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void startSave(), PAUSE)
    }
    changed()
    return store.subscribe((now, before) => {
      const same = now.history.present === before.history.present && now.name === before.name
      if (!same || now.broken !== before.broken) changed()
    })
  }, [store, draft.id, startSave])

  useEffect(() => {
    const leave = () => void startSave()
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [startSave])

  const flush = useCallback(async () => {
    await running.current
    await startSave()
    return sameContent(contentOf(store.getState()), saved.current) ? revision.current : null
  }, [store, startSave])

  const continueFrom = useCallback(
    (theirs: Draft) => {
      revision.current = theirs.revision
      saved.current = { name: theirs.name, document: theirs.document, positions: theirs.positions }
      conflict.current = false
      setState({ kind: 'unsaved' })
      void startSave().then(() => setState((now) => (now.kind === 'unsaved' ? { kind: 'saved' } : now)))
    },
    [startSave],
  )
  return { state, revision: revision.current, flush, continueFrom }
}

function messageOf(error: unknown): string {
  return error instanceof ApiProblem ? error.message : 'The draft could not be saved.'
}

/** The draft that somebody else saved, where that is why saving was refused. */
function conflictIn(error: unknown): Draft | null {
  if (!(error instanceof ApiProblem) || error.status !== 409) return null
  const theirs = draftSchema.safeParse(error.body.draft)
  return theirs.success ? theirs.data : null
}
