'use client'
import { Modal, Skeleton, Splitter } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { useTop } from '#components/ui/use-top.ts'
import { createVersion, sampleRunQuery, sampleRunsQuery } from '#lib/client/layouts.ts'
import type { Draft } from '#lib/contract/layouts.ts'
import { itemById, previewDraft } from '#lib/layout-draft/index.ts'
import { useAutosave } from './autosave.ts'
import { Canvas, connectByIds } from './canvas.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { useEditor, useEditorStore, useView } from './editor-store.ts'
import { Inspector } from './inspector.tsx'
import { KEYS } from './keyboard.ts'
import { useEditorKeys } from './keys.ts'
import { Palette } from './palette.tsx'
import { PickStep } from './pick-step.tsx'
import { Problems } from './problems.tsx'
import { SamplePicker, sampleLinks } from './sample-picker.tsx'
import { StepList } from './step-list.tsx'
import { TopBar } from './top-bar.tsx'

// CodeMirror weighs 128 KiB: it comes with its first use
const JsonPane = dynamic(() => import('./json-pane.tsx'), {
  ssr: false,
  loading: () => <Skeleton h="100%" radius={0} aria-label="Loading the JSON editor" />,
})

export type Dialog = 'match' | 'find' | 'keys' | null

/** The drawing with its bars and panes. */
export function Workbench({ draft }: { draft: Draft }) {
  const store = useEditorStore()
  const view = useView()
  const autosave = useAutosave(store, draft)
  const pane = useEditor((state) => state.pane)
  const said = useEditor((state) => state.said)
  const selected = useEditor((state) => state.selection?.id ?? null)
  const [dialog, setDialog] = useState<Dialog>(null)
  const whole = useRef<HTMLDivElement>(null)
  const top = useTop(whole)
  const box = useRef<HTMLDivElement>(null)
  const inspector = useRef<HTMLElement>(null)
  const sample = useSample(draft.id)
  const { links } = sample
  const previews = useMemo(() => (links === null ? null : previewDraft(view, links)), [view, links])
  const signing = useSigning(draft.id, autosave.flush)
  const actions = useEditorKeys({ box, inspector, setDialog, save: () => void autosave.flush() })
  const item = selected === null ? null : itemById(view, selected)

  return (
    <div
      ref={whole}
      className="flex min-h-[480px] flex-col"
      style={{ height: `calc(100dvh - ${top === null ? 'var(--app-shell-header-height, 52px)' : `${top}px`})` }}
    >
      <TopBar
        save={autosave.state}
        revision={autosave.revision}
        sign={() => void signing.start()}
        signing={signing.busy}
      />
      {signing.problem !== null && (
        <div className="border-b border-line p-2">
          <ErrorPanel title="This cannot be signed yet" error={signing.problem} />
        </div>
      )}
      <Splitter className="min-h-0 flex-1">
        <Splitter.Pane defaultSize={66} min={35}>
          <div ref={box} className="relative size-full bg-page">
            <Canvas previews={previews}>
              <Palette actions={actions} canMatch={item !== null} canSign={item?.kind === 'step'} />
              <Problems />
            </Canvas>
            <details className="sr-only focus-within:not-sr-only focus-within:absolute focus-within:inset-x-4 focus-within:top-4 focus-within:z-10 focus-within:max-h-[70%] focus-within:overflow-auto focus-within:rounded-lg focus-within:border focus-within:border-line focus-within:bg-surface">
              <summary className="cursor-pointer px-4 py-2 text-[13px]">The layout as a list</summary>
              <StepList view={view} />
            </details>
          </div>
        </Splitter.Pane>
        <Splitter.Pane defaultSize={34} min={24}>
          <aside
            ref={inspector}
            aria-label={pane === 'json' ? 'JSON' : 'Inspector'}
            className="h-full overflow-y-auto border-l border-line bg-surface"
          >
            {pane === 'json' ? (
              <JsonPane />
            ) : (
              <>
                <Inspector previews={previews} links={links} />
                <div className="px-4 pb-4">
                  <SamplePicker
                    runs={sample.runs}
                    value={sample.id}
                    onChange={sample.choose}
                    problem={sample.problem}
                  />
                </div>
              </>
            )}
          </aside>
        </Splitter.Pane>
      </Splitter>
      <p role="status" aria-live="polite" className="sr-only">
        {said}
      </p>
      {dialog === 'match' && item !== null && (
        <PickStep
          title={`${item.name} takes files from`}
          items={view.items.filter((other) => other !== item && (other.kind === 'step' || item.kind === 'inspection'))}
          onClose={() => setDialog(null)}
          onPick={(from) => {
            setDialog(null)
            const { document } = store.getState().history.present
            connectByIds(store, { from: from.id, fromSide: 'products', to: item.id, side: 'materials', document })
          }}
        />
      )}
      {dialog === 'find' && (
        <PickStep
          title="Find a step"
          items={view.items}
          onClose={() => setDialog(null)}
          onPick={(found) => {
            setDialog(null)
            actions.show(found.id)
          }}
        />
      )}
      <Modal opened={dialog === 'keys'} onClose={() => setDialog(null)} title="Keys on the drawing" size="md">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-[13px]">
          {KEYS.map(([key, text]) => (
            <div key={key} className="contents">
              <dt className="font-mono text-xs">{key}</dt>
              <dd className="m-0">{text}</dd>
            </div>
          ))}
        </dl>
      </Modal>
      <ConflictDialog autosave={autosave} />
    </div>
  )
}

/** The run that the preview is made from: the newest one until another is chosen. */
function useSample(draftId: string) {
  const { data } = useQuery(sampleRunsQuery(draftId))
  const [chosen, setChosen] = useState<string | null | undefined>(undefined)
  const runs = data?.runs ?? []
  const own = runs.find((run) => run.own) ?? null
  const id = chosen === undefined ? (own?.id ?? null) : chosen
  const { data: run, error } = useQuery(sampleRunQuery(id))
  const links = useMemo(() => (run === undefined || id === null ? null : sampleLinks(run)), [run, id])
  return { runs, id, links, choose: setChosen, problem: error?.message ?? null }
}

/** Saves, freezes the bytes, and goes on to the page where they are signed. */
function useSigning(draftId: string, flush: () => Promise<number | null>) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<{ message: string; requestId?: string | null } | null>(null)
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])
  const start = async () => {
    setBusy(true)
    setProblem(null)
    try {
      const revision = await flush()
      if (revision === null) setProblem({ message: 'The draft could not be saved, so it cannot be signed. Try again.' })
      else {
        const version = await createVersion(draftId, revision)
        router.push(`/layouts/${version.id}/sign`)
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (alive.current) setProblem(error)
    } finally {
      if (alive.current) setBusy(false)
    }
  }
  return { start, busy, problem }
}
