import { Button } from '@mantine/core'
import { CircleCheck, OctagonX, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Panel } from 'reactflow'
import type { Issue } from '#lib/layout-draft/index.ts'
import { useEditorStore, useIssues, useView } from './editor-store.ts'

/** What is wrong or unwise, each with a way to it and, where that is safe, a way out. */
export function Problems() {
  const issues = useIssues()
  const [open, setOpen] = useState(true)
  const errors = issues.filter(({ severity }) => severity === 'error').length
  const counts = [
    errors === 0 ? '' : errors === 1 ? '1 error' : `${errors} errors`,
    issues.length === errors ? '' : issues.length - errors === 1 ? '1 warning' : `${issues.length - errors} warnings`,
  ].filter((part) => part !== '')
  return (
    <Panel position="bottom-center" className="!mb-3 w-[min(560px,calc(100%-120px))]">
      <section aria-label="Problems" className="rounded-lg border border-line bg-surface text-xs">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex w-full items-center gap-2 px-3 py-2 text-left font-medium"
        >
          {issues.length === 0 ? (
            <>
              <CircleCheck size={14} className="text-pass-text" aria-hidden /> No problems
            </>
          ) : (
            <>
              Problems <span className="font-normal text-mute">{counts.join(', ')}</span>
            </>
          )}
        </button>
        {open && issues.length > 0 && (
          <ul className="m-0 max-h-[132px] list-none overflow-auto border-t border-line p-1">
            {issues.map((issue) => (
              <Problem key={`${issue.code} ${issue.path} ${issue.message}`} issue={issue} />
            ))}
          </ul>
        )}
      </section>
    </Panel>
  )
}

function Problem({ issue }: { issue: Issue }) {
  const store = useEditorStore()
  const show = useShowIssue()
  const Icon = issue.severity === 'error' ? OctagonX : TriangleAlert
  const { fix } = issue
  return (
    <li className="flex items-start gap-2 rounded px-2 py-1 hover:bg-page">
      <Icon
        size={14}
        className={`mt-0.5 shrink-0 ${issue.severity === 'error' ? 'text-fail-text' : 'text-warn-text'}`}
        role="img"
        aria-label={issue.severity === 'error' ? 'Error' : 'Warning'}
      />
      <span className="min-w-0 flex-1 leading-[18px] break-words">{issue.message}</span>
      <span className="flex shrink-0 gap-1">
        {issue.item !== null && (
          <Button size="compact-xs" variant="subtle" onClick={() => show(issue)}>
            Show
          </Button>
        )}
        {fix !== null && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => store.getState().act(fix.title, (document) => fix.apply(document))}
          >
            {fix.title}
          </Button>
        )}
      </span>
    </li>
  )
}

/** Opens the place of an issue in the inspector. */
export function useShowIssue(): (issue: Issue) => void {
  const store = useEditorStore()
  const view = useView()
  return (issue) => {
    const item = view.items.find(({ ref }) => ref.list === issue.item?.list && ref.index === issue.item.index)
    store.getState().setPane('inspector')
    if (item === undefined) store.getState().select(null)
    else
      store.getState().select({ id: item.id, rule: issue.rule, ...(issue.side === null ? {} : { side: issue.side }) })
  }
}
