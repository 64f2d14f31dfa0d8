'use client'
import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { Digest } from '#components/ui/digest.tsx'
import { rawQuery, rawUrl } from '#lib/client/provenance.ts'

interface PanelRawProps {
  readonly build: string
  readonly documents: readonly { readonly sha256: string; readonly source: string }[]
  /** the line of the explanation that reproduces the verdict; null where there is none */
  readonly command: string | null
}

/** The bytes as they were received, bounded on screen and whole as a download, and how to verify them by hand. */
export function PanelRaw({ build, documents, command }: PanelRawProps) {
  return (
    <div className="flex flex-col gap-4">
      {documents.length === 0 && <p className="text-[13px] text-mute">No document stands for this.</p>}
      {documents.map((document) => (
        <RawDocument key={document.sha256} {...document} />
      ))}
      <section>
        <h3 className="mb-1 text-[13px] font-semibold">Verify by hand</h3>
        <p className="mb-2 text-xs text-mute">
          <a className="text-accent underline" href={`/api/v1/builds/${encodeURIComponent(build)}/inputs`} download>
            Download the inputs
          </a>{' '}
          of this verdict: layout, owner keys and links as received.
        </p>
        {command !== null && <CodeBlock code={command} />}
      </section>
    </div>
  )
}

function RawDocument({ sha256, source }: { sha256: string; source: string }) {
  const raw = useQuery(rawQuery(sha256))
  return (
    <section>
      <div className="mb-1 flex items-center gap-2">
        <h3 className="min-w-0 flex-1 truncate font-mono text-xs font-medium" title={source}>
          {source}
        </h3>
        <a
          href={rawUrl(sha256)}
          download
          className="inline-flex min-h-6 items-center gap-1 text-xs text-accent underline-offset-2 hover:underline"
        >
          <Download size={13} aria-hidden />
          Download
        </a>
      </div>
      <div className="mb-2 text-xs text-mute">
        sha256 <Digest value={sha256} />
      </div>
      {raw.isPending && <Loader size="xs" aria-label="Loading the document" />}
      {raw.isError && <p className="text-xs text-fail-text">{raw.error.message}</p>}
      {raw.data !== undefined && (
        <>
          <section
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard
            tabIndex={0}
            aria-label={`Content of ${source}`}
            className="max-h-80 overflow-auto rounded-md bg-page p-2"
          >
            <pre className="m-0 font-mono text-[11px] leading-4 break-all whitespace-pre-wrap">{raw.data.text}</pre>
          </section>
          {raw.data.cut && <p className="mt-1 text-xs text-mute">The first 64 kB are shown; the download has all.</p>}
        </>
      )}
    </section>
  )
}
