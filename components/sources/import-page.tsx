'use client'
import { Chip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsArrayOf, parseAsInteger, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { importQuery } from '#lib/client/evidence.ts'
import { fateSchema, type Import, type ImportFile } from '#lib/contract/evidence.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { PageBody } from '../ui/page-body.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { PageSkeleton } from '../ui/skeletons.tsx'
import { FateBadge, fateOrder, fates } from './fates.tsx'
import { NextSteps } from './next-steps.tsx'

const STEP = 200

/** The fate of every file of one import, and what to do next. */
export function ImportPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(importQuery(id))
  const [at] = useQueryStates({ kept: parseAsInteger.withDefault(0) })
  if (error && !data)
    return (
      <PageBody>
        <h1 className="sr-only">Import</h1>
        <ErrorPanel error={error} retry={() => void refetch()} />
      </PageBody>
    )
  if (!data) return <PageSkeleton />
  return (
    <PageBody>
      <PageHeader
        badge={
          <span className="text-[13px] text-mute">
            <Link className="wb-link" href="/sources">
              Bring in metadata
            </Link>
            {data.demo && ' · demo'}
          </span>
        }
        title={sentence(data)}
        subline={
          <>
            {data.title} · <RelativeTime at={data.at} /> by {data.actorName}
          </>
        }
      />
      {at.kept > 0 && (
        <p role="status" className="mb-4 rounded-md bg-warn-tint p-3 text-[13px] text-warn-text">
          {at.kept === 1 ? '1 private key was' : `${at.kept} private keys were`} recognised in the browser and left out.
          Nothing of it was sent.
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <Files files={data.files} />
        <NextSteps imported={data} />
      </div>
    </PageBody>
  )
}

function sentence({ counts, files }: Import): string {
  if (files.length === 0) return 'Nothing was brought in'
  const parts = fateOrder.filter((fate) => counts[fate] > 0)
  const text = parts.map((fate) => `${counts[fate].toLocaleString('en')} ${fates[fate].label.toLowerCase()}`).join(', ')
  return `${files.length.toLocaleString('en')} ${files.length === 1 ? 'file' : 'files'}: ${text}`
}

function Files({ files }: { files: readonly ImportFile[] }) {
  const [filter, setFilter] = useQueryStates({
    fate: parseAsArrayOf(parseAsStringLiteral(fateSchema.options)).withDefault([]),
  })
  const [shown, setShown] = useState(STEP)
  const present = fateOrder.filter((fate) => files.some((file) => file.fate === fate))
  const rank = (file: ImportFile) => fateOrder.indexOf(file.fate)
  const rows = files
    .filter((file) => filter.fate.length === 0 || filter.fate.includes(file.fate))
    .toSorted((a, b) => rank(a) - rank(b) || a.index - b.index)
  return (
    <Card
      title="Files"
      flush
      className="lg:col-span-2"
      aside={
        present.length > 1 && (
          <Chip.Group
            multiple
            value={filter.fate}
            onChange={(chosen) => void setFilter({ fate: fateSchema.options.filter((fate) => chosen.includes(fate)) })}
          >
            <fieldset className="flex flex-wrap gap-1.5">
              <legend className="sr-only">Fate</legend>
              {present.map((fate) => (
                <Chip key={fate} value={fate} size="xs" variant="outline">
                  {fates[fate].label}
                </Chip>
              ))}
            </fieldset>
          </Chip.Group>
        )
      }
    >
      {rows.length === 0 ? (
        <EmptyState title="No files" text="Nothing was found in what was sent, or the filter hides it." />
      ) : (
        <DataTable
          label="Files"
          rows={rows.slice(0, shown)}
          rowKey={(file) => String(file.index)}
          columns={[
            { id: 'fate', header: 'Fate', cell: (file) => <FateBadge fate={file.fate} /> },
            {
              id: 'path',
              header: 'File',
              width: 'w-1/2',
              cell: (file) => (
                <>
                  <code className="font-mono text-xs break-all">{file.path}</code>
                  <p className="text-xs text-mute">
                    {file.message ?? fates[file.fate].says}
                    {file.place && ` (at ${file.place})`}
                  </p>
                </>
              ),
            },
            {
              id: 'kind',
              header: 'What it is',
              cell: (file) => (
                <>
                  {file.kind.replaceAll('-', ' ')}
                  <div className="tnum text-xs text-mute">{file.size.toLocaleString('en')} bytes</div>
                </>
              ),
            },
            { id: 'sha256', header: 'Digest', cell: (file) => <FileDigest file={file} /> },
          ]}
        />
      )}
      {rows.length > shown && (
        <div className="border-t border-line p-3 text-center">
          <button type="button" className="wb-link min-h-6 text-[13px]" onClick={() => setShown(shown + STEP)}>
            Show {Math.min(STEP, rows.length - shown)} more of {(rows.length - shown).toLocaleString('en')}
          </button>
        </div>
      )}
    </Card>
  )
}

const documents = new Set<ImportFile['kind']>(['link', 'layout', 'statement', 'policy', 'unknown'])

function FileDigest({ file }: { file: ImportFile }) {
  if (file.sha256 === null) return <span className="text-mute">none noted</span>
  const kept = file.fate === 'stored' || file.fate === 'known' || file.fate === 'quarantined'
  const href =
    kept && (documents.has(file.kind) || file.fate === 'quarantined')
      ? `/sources/envelopes/${file.sha256}`
      : file.fate === 'listed'
        ? `/artifacts/${file.sha256}`
        : file.kind === 'public-key' || file.kind === 'certificate'
          ? '/identities'
          : file.kind === 'trust-bundle'
            ? '/settings?tab=trust'
            : null
  return (
    <>
      <Digest value={file.sha256} />
      {href && (
        <Link className="wb-link block text-xs" href={href}>
          {file.fate === 'listed' ? 'Where it was seen' : 'Look at it'}
        </Link>
      )}
    </>
  )
}
