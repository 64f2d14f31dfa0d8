'use client'
import { Button, Tabs } from '@mantine/core'
import { Download } from 'lucide-react'
import Link from 'next/link'
import { CodeBlock } from '#components/ui/code-block.tsx'
import type { Explanation } from '#lib/contract/builds.ts'

type Fix = Explanation['fixes'][number]

/** Ways out, the most likely first. What a reader's role cannot do is said, not offered. */
export function Fixes({ title, fixes, mayDraft }: { title: string; fixes: readonly Fix[]; mayDraft: boolean }) {
  const [first] = fixes
  if (first === undefined) return null
  return (
    <section className="min-w-0 rounded-[10px] border border-line bg-surface p-4" aria-label={title}>
      <h2 className="mb-2 font-semibold text-[17px]/[23px]">{title}</h2>
      {fixes.length === 1 ? (
        <Body fix={first} mayDraft={mayDraft} />
      ) : (
        <Tabs defaultValue={first.id} keepMounted={false}>
          <Tabs.List mb="sm">
            {fixes.map((fix) => (
              <Tabs.Tab key={fix.id} value={fix.id}>
                {fix.title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {fixes.map((fix) => (
            <Tabs.Panel key={fix.id} value={fix.id}>
              <Body fix={fix} mayDraft={mayDraft} />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </section>
  )
}

function Body({ fix, mayDraft }: { fix: Fix; mayDraft: boolean }) {
  const drafting = fix.href?.startsWith('/layouts/') === true
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="max-w-[640px] break-words">{fix.text}</p>
      {fix.snippet !== null && (
        <div className="w-full min-w-0">
          <CodeBlock code={fix.snippet} label="Command" />
        </div>
      )}
      {fix.href?.startsWith('/api/') && (
        <Button
          component="a"
          href={fix.href}
          download
          variant="default"
          size="xs"
          leftSection={<Download size={14} aria-hidden />}
        >
          Download the inputs
        </Button>
      )}
      {fix.href !== null && !fix.href.startsWith('/api/') && (!drafting || mayDraft) && (
        <Button component={Link} href={fix.href} variant="default" size="xs">
          {drafting ? 'Open a draft' : 'Open'}
        </Button>
      )}
      {drafting && !mayDraft && <p className="text-mute text-xs">Drawing a layout needs the role engineer: ask one.</p>}
    </div>
  )
}
