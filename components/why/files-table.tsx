'use client'
import { Switch } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusBadge } from '#components/ui/status-badge.tsx'
import type { Explanation, FileComparison } from '#lib/contract/builds.ts'
import { ComparedDigest } from './digest-pair.tsx'

interface FilesTableProps {
  readonly explanation: Explanation
  /** path that the address names: its row is marked and in view */
  readonly marked: string | null
}

/** The files that the rule looked at, differing ones first, both digests side by side. */
export function FilesTable({ explanation, marked }: FilesTableProps) {
  const { files, counterpart, step } = explanation
  const differing = files.filter((file) => file.result !== 'same')
  const same = files.length - differing.length
  const [all, setAll] = useState(false)
  const shown = all ? files : differing
  const here = step ?? 'this build'
  return (
    <section className="min-w-0 rounded-[10px] border border-line bg-surface" aria-label="Files">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
        <h2 className="font-semibold text-[17px]/[23px]">Files</h2>
        <div className="flex items-center gap-4 text-mute text-xs">
          <span className="tnum">
            {differing.length} of {files.length} {differing.length === 1 ? 'differs' : 'differ'}
          </span>
          {same > 0 && (
            <Switch
              size="xs"
              label="Only differing"
              checked={!all}
              onChange={(event) => setAll(!event.currentTarget.checked)}
            />
          )}
        </div>
      </div>
      <table className="hidden w-full border-line border-t text-left text-[13px] sm:table">
        <thead>
          <tr className="text-mute text-xs">
            <th scope="col" className="px-4 py-2 font-medium">
              File
            </th>
            <th scope="col" className="px-2 py-2 font-medium">
              {counterpart === null ? 'Expected' : `${counterpart} recorded`}
            </th>
            <th scope="col" className="px-2 py-2 font-medium">
              {here} recorded
            </th>
            <th scope="col" className="px-4 py-2 font-medium">
              Result
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((file) => (
            <tr
              key={file.path}
              ref={file.path === marked ? scrollToRow : undefined}
              className={`border-line border-t align-top ${file.result === 'same' ? '' : 'bg-fail-tint'}`}
            >
              <th scope="row" className="px-4 py-2 font-mono font-normal text-xs/6">
                <Names file={file} marked={file.path === marked} />
              </th>
              <td className="px-2 py-2">
                <ComparedDigest digests={file.expected} other={file.found} />
              </td>
              <td className="px-2 py-2">
                <ComparedDigest digests={file.found} other={file.expected} />
              </td>
              <td className="px-4 py-2.5">
                <Result file={file} counterpart={counterpart} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="list-none border-line border-t sm:hidden">
        {shown.map((file) => (
          <li
            key={file.path}
            className={`border-line border-t px-4 py-3 first:border-t-0 ${file.result === 'same' ? '' : 'bg-fail-tint'}`}
          >
            <div className="mb-1.5 font-mono text-xs">
              <Names file={file} marked={file.path === marked} />
            </div>
            <Result file={file} counterpart={counterpart} />
            <dl className="mt-1.5 grid grid-cols-1 gap-y-1 text-xs">
              <dt className="text-mute">{counterpart === null ? 'Expected' : `${counterpart} recorded`}</dt>
              <dd>
                <ComparedDigest digests={file.expected} other={file.found} full />
              </dd>
              <dt className="text-mute">{here} recorded</dt>
              <dd>
                <ComparedDigest digests={file.found} other={file.expected} full />
              </dd>
            </dl>
          </li>
        ))}
      </ul>
    </section>
  )
}

function scrollToRow(row: HTMLElement | null): void {
  row?.scrollIntoView({ block: 'nearest' })
}

function Names({ file, marked }: { file: FileComparison; marked: boolean }) {
  return (
    <>
      <span className={`break-all ${marked ? 'font-semibold' : ''}`}>{file.path}</span>
      {file.otherPath !== null && <span className="block break-all text-mute">there: {file.otherPath}</span>}
      {file.seen.length > 0 && (
        <span className="block font-sans text-mute">
          Seen before:{' '}
          {file.seen.slice(0, 3).map((seen, index) => (
            <span key={`${seen.buildShort ?? ''} ${seen.step} ${seen.at}`}>
              {index > 0 && ', '}
              {seen.step}
              {seen.buildShort !== null && (
                <>
                  {' '}
                  of{' '}
                  <Link className="text-accent underline" href={`/builds/${seen.buildShort}`}>
                    {seen.buildShort}
                  </Link>
                </>
              )}{' '}
              <RelativeTime at={seen.at} />
            </span>
          ))}
        </span>
      )}
    </>
  )
}

function Result({ file, counterpart }: { file: FileComparison; counterpart: string | null }) {
  if (file.result === 'same') return <StatusBadge state="verified" label="Same" />
  const words = {
    changed: 'Changed',
    'not-made': counterpart === null ? 'Not made' : `Not made by ${counterpart}`,
    missing: 'Missing',
    'not-allowed': 'Not allowed',
  } as const
  return <StatusBadge state="blocked" label={words[file.result]} />
}
