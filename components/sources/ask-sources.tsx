'use client'
import { Button, NativeSelect } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Radar } from 'lucide-react'
import Link from 'next/link'
import { useId, useState } from 'react'
import { askSources } from '#lib/client/sources.ts'
import type { AskAnswer, AskedSource } from '#lib/contract/sources.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import type { ShownState } from '../ui/states.ts'
import { StatusBadge } from '../ui/status-badge.tsx'
import { shortPath } from './short-path.ts'
import { EntryBadge, kindNames } from './source-states.tsx'

interface BuildFile {
  readonly path: string
  readonly algo: string
  readonly digest: string
}

/** Asks every connected source what it has about a file, and shows what each of them said. */
export function AskSources({
  className = '',
  ...about
}: ({ digest: string } | { files: readonly BuildFile[] }) & { className?: string }) {
  const may = useMay('source:ask')
  const client = useQueryClient()
  const files = 'files' in about ? about.files : []
  const [chosen, choose] = useState(0)
  const file = files[chosen] ?? files[0]
  const digest = 'digest' in about ? about.digest : file === undefined ? null : `${file.algo}:${file.digest}`
  const asking = useMutation({
    mutationFn: askSources,
    onSuccess: () =>
      Promise.all(
        ['artifacts', 'builds', 'sources', 'imports', 'envelopes'].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  })
  const status = useId()
  if (!may || digest === null) return null
  return (
    <Card title="Ask the sources" className={className}>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <p className="max-w-[640px] text-[13px] text-mute">
          Asks every connected source now what it has about {files.length > 0 ? 'a file of this build' : 'this digest'}.
          What is new comes in as if it had been followed: it is checked like everything else, and asking trusts
          nothing.
        </p>
        {files.length > 1 && (
          <NativeSelect
            size="xs"
            label="File"
            className="max-w-full"
            data={files.slice(0, 200).map(({ path }, index) => ({ value: String(index), label: path.slice(0, 120) }))}
            value={String(chosen)}
            onChange={(event) => choose(Number(event.currentTarget.value))}
          />
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<Radar size={14} aria-hidden />}
          loading={asking.isPending}
          aria-describedby={status}
          onClick={() => asking.mutate(digest)}
        >
          Ask the sources
        </Button>
      </div>
      <p id={status} role="status" className="mt-2 text-[13px] empty:hidden">
        {asking.isPending ? 'Asking. This takes up to half a minute…' : asking.data ? sentenceOf(asking.data) : ''}
      </p>
      {asking.isError && (
        <div className="mt-3">
          <ErrorPanel error={asking.error} title="The sources were not asked" />
        </div>
      )}
      {asking.data && !asking.isPending && asking.data.sources.length > 0 && (
        <ul className="mt-3" aria-label="What the sources said">
          {asking.data.sources.map((source) => (
            <Said key={source.id} source={source} />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** The whole answer in one sentence. */
function sentenceOf({ sources }: AskAnswer): string {
  if (sources.length === 0)
    return 'No source is connected, so there was nobody to ask. An engineer can add one under Sources.'
  const sum = (count: (source: AskedSource) => number) => sources.reduce((all, source) => all + count(source), 0)
  const [asked, failed] = [
    sum(({ outcome }) => Number(outcome === 'asked')),
    sum(({ outcome }) => Number(outcome === 'failed')),
  ]
  const [fresh, waiting, found] = [sum((s) => s.fresh), sum((s) => s.waiting), sum((s) => s.found)]
  const who = `${asked} of ${sources.length} ${sources.length === 1 ? 'source' : 'sources'} answered.`
  const what =
    found === 0
      ? 'Nothing was found.'
      : `${fresh === 0 ? 'Nothing new came in' : `${fresh} new ${fresh === 1 ? 'document' : 'documents'} came in`}${waiting === 0 ? '' : `, and ${waiting} ${waiting === 1 ? 'is' : 'are'} still coming`}.`
  const rest = failed === 0 ? '' : ' Those that failed may have more.'
  const then = fresh === 0 ? '' : ' Builds that it belongs to are judged again by themselves.'
  return `${who} ${what}${then}${rest}`
}

function badgeOf({ outcome, found, fresh, outside }: AskedSource): { state: ShownState; label: string } {
  if (outcome === 'failed') return { state: 'blocked', label: 'Failed' }
  if (outcome === 'cannot') return { state: 'not-verified', label: 'Cannot be asked' }
  if (outcome === 'paused') return { state: 'not-verified', label: 'Paused' }
  if (outside > 0) return { state: 'warning', label: 'Not all in' }
  if (fresh > 0) return { state: 'verified', label: `${fresh} new` }
  return { state: 'not-verified', label: found === 0 ? 'Has nothing' : 'Nothing new' }
}

function Said({ source }: { source: AskedSource }) {
  const { id, name, kind, outcome, message, entries, found } = source
  return (
    <li className="border-line border-t py-2 text-[13px]">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusBadge {...badgeOf(source)} />
        <Link className="wb-link min-w-0 break-words font-medium" href={`/sources/connected/${id}`}>
          {name}
        </Link>
        <span className="text-mute">{kindNames[kind]}</span>
        {outcome === 'asked' && <span className="text-mute">{countsOf(source)}</span>}
      </div>
      {message !== null && <p className="mt-1 max-w-prose break-words text-mute">{message}</p>}
      {entries.length > 0 && (
        <ul className="mt-1.5 flex flex-col gap-1.5">
          {entries.map(({ path, state, fresh, envelope, message: why }) => (
            <li key={path} className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
              {fresh ? (
                <StatusBadge state="verified" label="New" />
              ) : (
                <EntryBadge state={state === 'taken' ? 'known' : state} />
              )}
              {envelope === null ? (
                <code className="min-w-0 break-all font-mono text-xs">{shortPath(path)}</code>
              ) : (
                <Link className="wb-link min-w-0 break-all font-mono text-xs" href={`/sources/envelopes/${envelope}`}>
                  {shortPath(path)}
                </Link>
              )}
              {why !== null && <span className="w-full break-words text-mute text-xs">{why}</span>}
            </li>
          ))}
          {found > entries.length && <li className="text-mute text-xs">and {found - entries.length} more</li>}
        </ul>
      )}
    </li>
  )
}

function countsOf({ found, fresh, known, waiting, outside }: AskedSource): string {
  if (found === 0) return ''
  const parts = [
    [fresh, 'new'],
    [known, 'known already'],
    [waiting, 'still coming'],
    [outside, 'did not come in'],
  ] as const
  const some = parts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]))
  return `${found} found: ${some.join(', ')}`
}
