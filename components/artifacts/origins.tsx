'use client'
import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { FIRST_LEVELS, MOST_LEVELS, originsQuery } from '#lib/client/evidence.ts'
import type { ArtifactOrigins } from '#lib/contract/evidence.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { CardSkeleton } from '../ui/skeletons.tsx'
import { type Maker, makersOf, unmadeOf } from './makers.ts'

type File = Maker['took'][number]

/** Files of a cell, and makers, that are drawn: what is more is a click away, or said to be more. */
const FILES = 4
const MAKERS = 200

/** What a file came of, level by level: who made it, what they used, who made that, as far as evidence tells. */
export function Origins({ digest }: { digest: string }) {
  const [levels, setLevels] = useState(FIRST_LEVELS)
  const query = useQuery({ ...originsQuery(digest, levels), placeholderData: keepPreviousData })
  const { data, error, refetch, isPlaceholderData } = query
  if (error && !data) return <ErrorPanel error={error} title="What it came of" retry={() => void refetch()} />
  if (!data) return <CardSkeleton lines={5} />
  const makers = makersOf(data)
  const further = data.truncated && levels < MOST_LEVELS && data.levels.length >= levels
  return (
    <Card title="What it came of" aside="as evidence says, not judged" flush>
      {makers.length === 0 ? (
        <p className="px-4 pb-4 text-[13px] text-mute">
          No evidence says who made it: no link lists it as a product, and no statement about it names a step or
          materials.
        </p>
      ) : (
        <Makers makers={makers.slice(0, MAKERS)} />
      )}
      {makers.length > 0 && (
        <div className="grid gap-2 border-t border-line p-4 text-[13px] text-mute">
          <End origins={data} more={makers.length > MAKERS} further={further} />
          {further && (
            <div>
              <Button size="xs" variant="default" loading={isPlaceholderData} onClick={() => setLevels(MOST_LEVELS)}>
                Follow it further
              </Button>
            </div>
          )}
        </div>
      )}
    </Card>
  )
}

const Makers = ({ makers }: { makers: readonly Maker[] }) => (
  <DataTable
    label="What it came of"
    rows={makers}
    rowKey={(maker) => maker.envelope}
    columns={[
      { id: 'level', header: 'Level', cell: (maker) => <span className="tnum">{maker.level}</span> },
      { id: 'made', header: 'Made', width: 'w-1/3', cell: (maker) => <Files files={maker.made} /> },
      {
        id: 'by',
        header: 'By',
        cell: (maker) => (
          <Link className="wb-link wrap-anywhere" href={`/sources/envelopes/${maker.envelope}`}>
            {maker.step?.slice(0, 120) ?? `statement ${maker.envelope.slice(0, 8)}`}
          </Link>
        ),
      },
      {
        id: 'from',
        header: 'From',
        width: 'w-1/3',
        cell: (maker) =>
          maker.took.length === 0 ? (
            <span className="text-mute">nothing: it names no materials</span>
          ) : (
            <Files files={maker.took} />
          ),
      },
      { id: 'at', header: 'Received', cell: (maker) => <RelativeTime at={maker.seenAt} /> },
    ]}
  />
)

function Files({ files }: { files: readonly File[] }) {
  const [first, rest] = [files.slice(0, FILES), files.slice(FILES)]
  return (
    <>
      <FileList files={first} />
      {rest.length > 0 && (
        <details>
          <summary className="cursor-pointer text-xs text-mute">and {rest.length.toLocaleString('en')} more</summary>
          <FileList files={rest} />
        </details>
      )}
    </>
  )
}

/** Algorithms by which a file can be asked for. */
const asked: readonly string[] = ['sha256', 'sha512', 'gitCommit']

const FileList = ({ files }: { files: readonly File[] }) => (
  <ul className="list-none">
    {files.map(({ algo, digest, path }) => (
      <li key={`${algo}:${digest} ${path}`}>
        {asked.includes(algo) ? (
          <Link
            className="wb-link font-mono text-xs wrap-anywhere"
            href={`/artifacts/${algo}:${digest}`}
            title={`${algo} ${digest}`}
          >
            {path.slice(0, 300)}
          </Link>
        ) : (
          <span className="font-mono text-xs wrap-anywhere" title={`${algo} ${digest}`}>
            {path.slice(0, 300)}
          </span>
        )}{' '}
        <span className="font-mono text-xs text-mute">{digest.slice(0, 8)}…</span>
      </li>
    ))}
  </ul>
)

/** Where the trail ends, and whether it does. */
function End({ origins, more, further }: { origins: ArtifactOrigins; more: boolean; further: boolean }) {
  if (origins.truncated || more)
    return (
      <p>
        {further
          ? `The first ${origins.levels.length} levels are shown; it goes on.`
          : 'There is more than is shown here: files that many documents list are not followed to all of them.'}
      </p>
    )
  const unmade = unmadeOf(origins)
  if (unmade.length === 0) return <p>The trail ends there: what was made first names no materials.</p>
  return (
    <details>
      <summary className="cursor-pointer">
        The trail ends at {unmade.length === 1 ? '1 file' : `${unmade.length.toLocaleString('en')} files`}: no evidence
        says who made {unmade.length === 1 ? 'it' : 'them'}.
      </summary>
      <FileList files={unmade.slice(0, 500)} />
    </details>
  )
}
