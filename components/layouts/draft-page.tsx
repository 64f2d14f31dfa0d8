'use client'
import { useSuspenseQuery } from '@tanstack/react-query'
import { LayoutEditor } from '#components/layout-editor/layout-editor.tsx'
import { useMay } from '#components/shell/me.tsx'
import { draftQuery } from '#lib/client/layouts.ts'

/** Opens the draft once; from there on the editor has the newer one. */
export function DraftPage({ id }: { id: string }) {
  const { data: draft } = useSuspenseQuery({ ...draftQuery(id), staleTime: Number.POSITIVE_INFINITY, gcTime: 0 })
  const canEdit = useMay('layout:draft')
  return <LayoutEditor key={draft.id} draft={draft} canEdit={canEdit} />
}
