'use client'
import { Skeleton, Tabs } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo } from 'react'
import { ReactFlowProvider } from 'reactflow'
import { Canvas } from '#components/layout-editor/canvas.tsx'
import { createEditorStore, EditorContext } from '#components/layout-editor/editor-store.ts'
import { StepList } from '#components/layout-editor/step-list.tsx'
import { CodeBlock } from '#components/ui/code-block.tsx'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { readLayoutText, viewDraft } from '#lib/layout-draft/index.ts'

/** A version to look at: drawn, as a list with every rule, and as JSON. */
export function ReadOnlyDrawing({ version }: { version: LayoutVersion }) {
  const wide = useMediaQuery('(min-width: 48em)')
  const store = useMemo(() => createEditorStore(asDraft(version)), [version])
  const view = useMemo(() => viewDraft(readLayoutText(version.signedJson)), [version.signedJson])
  if (wide === undefined) return <Skeleton h={360} />
  return (
    <Tabs key={String(wide)} defaultValue={wide ? 'drawing' : 'list'} keepMounted={false}>
      <Tabs.List className="px-2">
        {wide && <Tabs.Tab value="drawing">Drawing</Tabs.Tab>}
        <Tabs.Tab value="list">Steps and rules</Tabs.Tab>
        <Tabs.Tab value="json">JSON</Tabs.Tab>
      </Tabs.List>
      {wide && (
        <Tabs.Panel value="drawing">
          <div className="h-[360px]">
            <EditorContext.Provider value={store}>
              <ReactFlowProvider>
                <Canvas previews={null} readOnly />
              </ReactFlowProvider>
            </EditorContext.Provider>
          </div>
        </Tabs.Panel>
      )}
      <Tabs.Panel value="list">
        <StepList view={view} />
      </Tabs.Panel>
      <Tabs.Panel value="json" p="sm">
        <CodeBlock code={version.signedJson} label="Layout as JSON" maxHeight={480} />
      </Tabs.Panel>
    </Tabs>
  )
}

function asDraft(version: LayoutVersion) {
  return {
    id: version.id,
    name: version.name,
    software: version.software,
    document: version.signedJson,
    positions: {},
    revision: 1,
    createdAt: version.createdAt,
    updatedAt: version.createdAt,
    updatedBy: version.createdBy,
  }
}
