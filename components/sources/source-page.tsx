'use client'
import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import {
  changeSource,
  removeSource,
  replaySource,
  sourceQuery,
  sourcesQuery,
  syncSource,
  testSource,
} from '#lib/client/sources.ts'
import type { SourceRow } from '#lib/contract/sources.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { PageSkeleton } from '../ui/skeletons.tsx'
import { ProbeResult } from './probe-answer.tsx'
import { Sending } from './sending.tsx'
import { SourceDialog } from './source-dialog.tsx'
import { SourceEntries } from './source-entries.tsx'
import { CaughtUp, countsText, kindNames, outsideOf, placeOf, SourceBadge } from './source-states.tsx'

/** One source: how far it is, what lies there, what is in its way, and what can be done about it. */
export function SourcePage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(sourceQuery(id))
  if (error && !data)
    return (
      <PageBody>
        <h1 className="sr-only">Source</h1>
        <ErrorPanel error={error} retry={() => void refetch()} />
      </PageBody>
    )
  if (!data) return <PageSkeleton />
  return (
    <PageBody>
      <SourceHead source={data} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <SourceEntries source={data} className="lg:col-span-2" />
        <div className="grid gap-4">
          <Facts source={data} />
          {data.sending !== null && <Sending sending={data.sending} state={data.state} />}
        </div>
      </div>
    </PageBody>
  )
}

function SourceHead({ source }: { source: SourceRow }) {
  const may = useMay('source:manage')
  const { id, error } = source
  const paused = source.paused !== null
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: ['sources'] })
  const sync = useMutation({ mutationFn: () => syncSource(id), onSettled: refresh })
  const test = useMutation({ mutationFn: () => testSource(id) })
  const pause = useMutation({ mutationFn: () => changeSource(id, { paused: !paused }), onSettled: refresh })
  const replay = useMutation({ mutationFn: () => replaySource(id), onSettled: refresh })
  const { quarantined, refused, failed } = source.entries
  const again = quarantined + refused + failed + (source.sending?.again ?? 0)
  return (
    <>
      <PageHeader
        badge={
          <Link className="wb-link text-[13px]" href="/sources?tab=connected">
            Connected sources
          </Link>
        }
        title={sentenceOf(source)}
        subline={
          <span className="wrap-anywhere">
            {kindNames[source.settings.kind]} · {placeOf(source)}
          </span>
        }
        actions={
          may && (
            <>
              <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                Test connection
              </Button>
              {again > 0 && !paused && (
                <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
                  Try {again.toLocaleString('en')} again
                </Button>
              )}
              <ChangeButton source={source} />
              <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>
                {paused ? 'Resume' : 'Pause'}
              </Button>
              <RemoveButton source={source} />
              {!paused && (
                <Button loading={sync.isPending} onClick={() => sync.mutate()}>
                  Sync now
                </Button>
              )}
            </>
          )
        }
      />
      <div className="mb-4 grid gap-3 empty:hidden">
        {error && !paused && (
          <div role="alert" className="rounded-md bg-fail-tint p-3 text-[13px] text-fail-text">
            <p className="break-words">{error.message}</p>
            <p className="mt-1">
              {error.code}, since <RelativeTime at={error.since} />, {error.failures}{' '}
              {error.failures === 1 ? 'time' : 'times in a row'}. It is tried again <RelativeTime at={source.nextAt} />.
              Nothing is lost meanwhile.
            </p>
          </div>
        )}
        {source.paused !== null && (
          <p role="status" className="rounded-md border border-line p-3 text-[13px]">
            Paused by {source.paused.byName} <RelativeTime at={source.paused.at} />: nothing is fetched from it or sent
            to it until somebody resumes it. What it brought counts as before.
          </p>
        )}
        {test.data && <ProbeResult probe={test.data} />}
        {[sync.error, test.error, replay.error, pause.error].map(
          (fault) =>
            fault && (
              <p key={fault.message} role="alert" className="text-[13px] text-fail-text">
                {fault.message}
              </p>
            ),
        )}
      </div>
    </>
  )
}

/** The title says the state. */
function sentenceOf({ name, state, entries }: SourceRow): string {
  if (state === 'paused') return `${name} is paused`
  if (state === 'failing') return `${name} does not answer as it should`
  if (state === 'new') return `${name} is read for the first time`
  if (state === 'syncing' || state === 'behind') return `${name} is catching up`
  const [outside, gone] = [outsideOf(entries), entries.vanished]
  const notes = [
    ...(outside > 0 ? [`${entriesText(outside)} did not come in`] : []),
    ...(gone > 0 ? [`${entriesText(gone)} ${gone === 1 ? 'is' : 'are'} gone from there`] : []),
  ]
  return `${name} is up to date${notes.length === 0 ? '' : `; ${notes.join(', ')}`}`
}

function entriesText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}`
}

function ChangeButton({ source }: { source: SourceRow }) {
  const { data: list } = useQuery(sourcesQuery())
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" disabled={list === undefined} onClick={() => setOpen(true)}>
        Change
      </Button>
      {open && list !== undefined && <SourceDialog list={list} source={source} onClose={() => setOpen(false)} />}
    </>
  )
}

function RemoveButton({ source }: { source: SourceRow }) {
  const router = useRouter()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeSource(source.id),
    onSuccess: async () => {
      router.push('/sources?tab=connected')
      await client.invalidateQueries({ queryKey: ['sources'], exact: true })
    },
  })
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Remove
      </Button>
      {asking && (
        <Modal opened onClose={() => setAsking(false)} title={`Remove ${source.name}?`}>
          <p className="text-[13px]">
            Waybill stops fetching from it. What it brought stays, with the note that it was found there; so do the
            verdicts.
          </p>
          {remove.isError && (
            <p role="alert" className="mt-2 text-[13px] text-fail-text">
              {remove.error.message}
            </p>
          )}
          <div className="mt-4 flex justify-end gap-2">
            <Button variant="default" onClick={() => setAsking(false)}>
              Keep
            </Button>
            <Button loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove
            </Button>
          </div>
        </Modal>
      )}
    </>
  )
}

function Facts({ source }: { source: SourceRow }) {
  const { settings, entries } = source
  return (
    <Card title="How it goes">
      <dl className="grid gap-3 text-[13px]">
        <Fact name="State">
          <SourceBadge source={source} />
        </Fact>
        <Fact name="Caught up">
          <CaughtUp source={source} />
        </Fact>
        <Fact name="Entries">
          <span className="tnum">
            {entries.total === 0 ? 'none yet' : `${entries.total.toLocaleString('en')} in all: ${countsText(source)}`}
          </span>
        </Fact>
        {source.paused === null && (
          <Fact name="Next look">
            <RelativeTime at={source.nextAt} />
            {source.everySeconds !== null && `, every ${source.everySeconds.toLocaleString('en')} seconds at most`}
          </Fact>
        )}
        {source.sweptAt !== null && (
          <Fact name="Last whole pass">
            <RelativeTime at={source.sweptAt} />; what was missing then counts as gone
          </Fact>
        )}
        {settings.kind === 'oci' && (
          <Fact name="Repositories">
            <ul className="max-h-40 overflow-y-auto">
              {settings.repositories.map((repository) => (
                <li key={repository} className="break-all">
                  {repository}
                </li>
              ))}
            </ul>
          </Fact>
        )}
        {settings.kind !== 'directory' && <Fact name="Access">{accessText(settings)}</Fact>}
        {settings.kind === 'directory' && (
          <Fact name="Folders">
            {settings.together
              ? `Each holds one run, on the word of ${source.createdByName}`
              : 'Hold nothing together: links find their build by digests only'}
          </Fact>
        )}
        <Fact name="Added">
          <RelativeTime at={source.createdAt} /> by {source.createdByName}
        </Fact>
      </dl>
    </Card>
  )
}

/** Which secrets the server is shown, by their names, and how it is trusted. */
function accessText(settings: Exclude<SourceRow['settings'], { kind: 'directory' }>): string {
  const { secret, ca, clientCertificate } = settings
  const user = settings.kind === 'oci' ? settings.user : null
  const shown = [
    ...(secret === null ? [] : [`${user === null ? '' : `user ${user}, `}secret ${secret}`]),
    ...(clientCertificate === null ? [] : [`client certificate ${clientCertificate}`]),
    ...(ca === null ? [] : [`its certificate may be of ${ca}`]),
  ]
  return shown.length === 0 ? 'No secret is shown to it' : shown.join('; ')
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-mute">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  )
}
