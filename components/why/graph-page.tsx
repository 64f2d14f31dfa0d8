'use client'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { ProvenanceGraph } from '#components/provenance-graph/provenance-graph.tsx'
import { useTop } from '#components/ui/use-top.ts'
import { buildQuery } from '#lib/client/builds.ts'
import { BuildHeading } from './build-heading.tsx'
import { BuildTabs } from './build-tabs.tsx'

/** The graph with the height of the window: heading, tabs, drawing or list, panel. */
export function GraphPage({ id }: { id: string }) {
  const { data: build } = useSuspenseQuery(buildQuery(id))
  const box = useRef<HTMLDivElement>(null)
  const top = useTop(box)
  return (
    <div
      ref={box}
      className="flex min-h-[480px] flex-col bg-surface"
      style={{ height: top === null ? 'calc(100dvh - 56px)' : `calc(100dvh - ${top}px)` }}
    >
      <div className="px-4 pt-3">
        <BuildHeading build={build} compact />
        <div className="mt-2">
          <BuildTabs id={id} current="graph" />
        </div>
      </div>
      <div className="min-h-0 flex-1">
        <ProvenanceGraph id={id} />
      </div>
    </div>
  )
}
