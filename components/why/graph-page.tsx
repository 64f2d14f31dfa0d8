'use client'
import { useSuspenseQuery } from '@tanstack/react-query'
import { ProvenanceGraph } from '#components/provenance-graph/provenance-graph.tsx'
import { buildQuery } from '#lib/client/builds.ts'
import { BuildHeading } from './build-heading.tsx'
import { BuildTabs } from './build-tabs.tsx'

/** The graph with the height of the window: heading, tabs, drawing or list, panel. */
export function GraphPage({ id }: { id: string }) {
  const { data: build } = useSuspenseQuery(buildQuery(id))
  return (
    <div className="flex h-[calc(100dvh-var(--app-shell-header-offset,52px))] min-h-[480px] flex-col bg-surface">
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
