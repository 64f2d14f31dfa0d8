'use client'
import { Title } from '@mantine/core'
import { utc } from '#components/ui/time-text.ts'
import { parseTimestamp } from '#lib/in-toto/index.ts'
import { useEditor, useIssues, useView } from './editor-store.ts'
import { StepList } from './step-list.tsx'

/** The draft to read, where there is no room to draw, or no right to. */
export function NarrowView({ canEdit }: { canEdit: boolean }) {
  const view = useView()
  const issues = useIssues()
  const name = useEditor((state) => state.name)
  return (
    <div className="mx-auto max-w-[860px] px-4 py-5">
      <Title order={1}>{name}</Title>
      <p className="mt-1 text-[13px] text-mute">
        {parseTimestamp(view.expires) === null ? 'No expiry' : `Expires ${utc(view.expires)}`}.{' '}
        {canEdit ? 'To draw, open this page in a wider window.' : 'Only engineers and administrators draw.'}
      </p>
      {issues.length > 0 && (
        <section aria-label="Problems" className="mt-4 rounded-[10px] border border-line bg-surface p-4 text-[13px]">
          <h2 className="mb-1 text-[17px] font-semibold">Problems</h2>
          <ul className="m-0 list-disc pl-5">
            {issues.map((issue) => (
              <li key={`${issue.code} ${issue.path} ${issue.message}`}>{issue.message}</li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Steps" className="mt-4 rounded-[10px] border border-line bg-surface">
        <StepList view={view} />
      </section>
    </div>
  )
}
