'use client'
import { Button, Drawer, SegmentedControl, TextInput, VisuallyHidden } from '@mantine/core'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { useSuspenseQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Download, ListTree, Network, Search } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { ReactFlowProvider } from 'reactflow'
import { useLetterKeys } from '#components/shell/letter-keys.ts'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { buildQuery } from '#lib/client/builds.ts'
import { graphQuery } from '#lib/client/provenance.ts'
import { Canvas } from './canvas.tsx'
import { graphSvg } from './export-svg.ts'
import { ListView } from './list-view.tsx'
import { saveText } from './save-text.ts'
import { findNodes } from './search.ts'
import { SidePanel } from './side-panel.tsx'
import { LOOK } from './states.ts'
import { nextProblem, step } from './walk.ts'

const asked = {
  node: parseAsString,
  edge: parseAsString,
  view: parseAsStringLiteral(['graph', 'list'] as const),
}

/** The provenance of a build: drawing or list, one selection, one address, one panel. */
export function ProvenanceGraph({ id }: { id: string }) {
  const { data: build } = useSuspenseQuery(buildQuery(id))
  const { data: graph } = useSuspenseQuery(graphQuery(id))
  const [at, go] = useQueryStates(asked, { history: 'replace' })
  const narrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: true }) ?? false
  const view = at.view ?? (narrow ? 'list' : 'graph')
  const [find, setFind] = useState('')
  const finder = useRef<HTMLInputElement>(null)
  const found = useMemo(() => findNodes(graph, build.report, find), [graph, build.report, find])

  const select = (node: string | null) => void go({ node, edge: null })
  const walk = (direction: 1 | -1) => void go(nextProblem(graph, at, direction))
  const hit = (direction: 1 | -1) => {
    const here = at.node === null ? -1 : found.indexOf(at.node)
    const next = found[(here + direction + found.length) % found.length] ?? null
    if (next !== null) select(next)
  }
  const [letters] = useLetterKeys()
  useHotkeys(
    letters
      ? [
          ['x', () => walk(1)],
          ['shift+x', () => walk(-1)],
          ['/', () => finder.current?.focus()],
        ]
      : [],
  )
  const arrows = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape' && at.node !== null) return select(null)
    const next = step(graph, at.node, event.key)
    if (next === null) return
    event.preventDefault()
    event.stopPropagation()
    select(next)
  }

  if (graph.nodes.length === 0) {
    return (
      <EmptyState
        icon={Network}
        title="Nothing to draw yet"
        text="This build is being judged. The graph appears with its verdict, normally within seconds."
      />
    )
  }
  const panel =
    at.node === null ? null : (
      <SidePanel
        key={at.node}
        build={build}
        graph={graph}
        id={at.node}
        onClose={() => select(null)}
        onSelect={select}
      />
    )
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-y border-line bg-surface px-4 py-2">
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={view}
          onChange={(value) => void go({ view: value === 'list' ? 'list' : 'graph' })}
          data={[
            { value: 'graph', label: <ViewName icon={Network} name="Graph" /> },
            { value: 'list', label: <ViewName icon={ListTree} name="List" /> },
          ]}
        />
        <TextInput
          ref={finder}
          size="xs"
          type="search"
          className="w-full sm:w-60"
          placeholder="Find a step, file or digest (/)"
          aria-label="Find in the graph"
          leftSection={<Search size={13} aria-hidden />}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') hit(event.shiftKey ? -1 : 1)
            if (event.key === 'Escape') setFind('')
          }}
        />
        {find.trim() !== '' && (
          <span className="text-xs text-mute" role="status">
            {found.length === 0 ? 'Nothing found' : `${found.length} found, Enter for the next`}
          </span>
        )}
        <span className="flex-1" />
        {graph.problems.length > 0 && (
          <Button.Group>
            <Button size="xs" variant="default" px={8} onClick={() => walk(-1)} aria-label="Previous problem (Shift X)">
              <ChevronLeft size={14} aria-hidden />
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => walk(1)}
              rightSection={<ChevronRight size={14} aria-hidden />}
              aria-label={`Next of ${problemCount(graph)} (X)`}
            >
              {problemCount(graph)}
            </Button>
          </Button.Group>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<Download size={14} aria-hidden />}
          onClick={() => saveText(`${build.short}-provenance.svg`, 'image/svg+xml', graphSvg(graph, noteOf(build)))}
        >
          SVG
        </Button>
      </div>
      <div className="flex min-h-0 flex-1">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys belong to the nodes within */}
        <div className="relative min-h-0 min-w-0 flex-1" onKeyDown={view === 'graph' ? arrows : undefined}>
          {view === 'graph' ? (
            <ReactFlowProvider initialWidth={1000} initialHeight={700}>
              <a
                href="?view=list"
                className="sr-only z-10 rounded bg-surface p-2 text-accent focus:not-sr-only focus:absolute focus:top-2 focus:right-2"
              >
                To the list
              </a>
              <Canvas graph={graph} selected={at.node} edge={at.edge} onSelect={select} />
            </ReactFlowProvider>
          ) : (
            <ListView graph={graph} selected={at.node} onSelect={select} />
          )}
        </div>
        {panel !== null && !narrow && (
          <aside className="w-[372px] shrink-0 overflow-y-auto border-l border-line bg-surface" aria-label="Details">
            {panel}
          </aside>
        )}
      </div>
      {narrow && (
        <Drawer
          opened={panel !== null}
          onClose={() => select(null)}
          position="bottom"
          size="82%"
          withCloseButton={false}
          padding={0}
          attributes={{ content: { 'aria-label': 'Details' } }}
        >
          {panel}
        </Drawer>
      )}
      <VisuallyHidden role="status" aria-live="polite">
        {saying(graph, at)}
      </VisuallyHidden>
    </div>
  )
}

function ViewName({ icon: Icon, name }: { icon: typeof Network; name: string }) {
  return (
    <span className="flex items-center gap-1">
      <Icon size={13} aria-hidden />
      {name}
    </span>
  )
}

/** `3 problems`; warnings alone are called that. */
function problemCount(graph: Graph): string {
  const warnings = graph.problems.every((id) => graph.nodes.some((node) => node.id === id && node.state === 'warn'))
  const noun = warnings ? 'warning' : 'problem'
  return `${graph.problems.length} ${noun}${graph.problems.length === 1 ? '' : 's'}`
}

type Graph = Parameters<typeof nextProblem>[0]

function saying(graph: Graph, at: { node: string | null; edge: string | null }): string {
  const node = graph.nodes.find((one) => one.id === at.node)
  if (node === undefined) return ''
  const edge = graph.edges.find((one) => one.id === at.edge)
  const from = edge === undefined ? '' : `From ${edge.source}: ${edge.label}. `
  return `${from}${node.label}: ${LOOK[node.state].word}. ${node.detail}`
}

function noteOf(build: {
  software: { name: string }
  label: string
  judgedAt: string | null
  files: { path: string; digest: string }[]
}) {
  const file = build.files[0]
  const digest = file === undefined ? '' : `, ${file.path} ${file.digest.slice(0, 16)}`
  return `${build.software.name}, ${build.label}${digest}, checked ${build.judgedAt ?? 'not yet'}`
}
