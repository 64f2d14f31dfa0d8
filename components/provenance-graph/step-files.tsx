'use client'
import { Loader, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { Digest } from '#components/ui/digest.tsx'
import { stepFilesQuery } from '#lib/client/provenance.ts'
import type { StepFiles as Files } from '#lib/contract/builds.ts'

interface StepFilesProps {
  readonly build: string
  readonly step: string
  /** sublayout steps that lead here */
  readonly path?: readonly string[]
}

/** What the link of a step recorded, with search; a page at a time. */
export function StepFiles({ build, step, path = [] }: StepFilesProps) {
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text, 200)
  const [limit, setLimit] = useState(200)
  const files = useQuery({ ...stepFilesQuery(build, { step, path, q, limit }), placeholderData: (before) => before })
  return (
    <div>
      <TextInput
        size="xs"
        type="search"
        placeholder="Path or beginning of a digest"
        aria-label={`Find among the files of ${step}`}
        leftSection={<Search size={13} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {files.isPending && <Loader size="xs" mt="sm" aria-label="Loading files" />}
      {files.isError && (
        <p role="alert" className="mt-3 text-xs text-fail-text">
          {files.error.message}{' '}
          <button type="button" className="cursor-pointer underline" onClick={() => void files.refetch()}>
            Try again
          </button>
        </p>
      )}
      {files.data !== undefined && (
        <>
          <FileList title="Materials" files={files.data.materials} total={files.data.materialsTotal} />
          <FileList title="Products" files={files.data.products} total={files.data.productsTotal} />
          {limit < 1000 && Math.max(files.data.materialsTotal, files.data.productsTotal) > limit && (
            <button
              type="button"
              className="mt-3 min-h-6 cursor-pointer text-xs text-accent underline"
              onClick={() => setLimit(1000)}
            >
              Show up to 1,000
            </button>
          )}
        </>
      )}
    </div>
  )
}

function FileList({ title, files, total }: { title: string; files: Files['materials']; total: number }) {
  return (
    <section className="mt-4">
      <h3 className="mb-1 text-[13px] font-semibold">
        {title} <span className="font-normal text-mute tabular-nums">{total}</span>
      </h3>
      {total === 0 && <p className="text-xs text-mute">None.</p>}
      <ul className="m-0 list-none p-0">
        {files.map((file) => (
          <li key={file.path} className="border-t border-line py-1.5 text-xs first:border-t-0">
            <div className="font-mono break-all">{file.path}</div>
            {Object.entries(file.digests).map(([algo, hex]) => (
              <div key={algo} className="flex items-center gap-2 text-mute">
                <span className="shrink-0">{algo}</span>
                <Digest value={hex} />
              </div>
            ))}
          </li>
        ))}
      </ul>
      {files.length < total && (
        <p className="mt-1 text-xs text-mute">
          {files.length} of {total} shown: search to narrow.
        </p>
      )}
    </section>
  )
}
