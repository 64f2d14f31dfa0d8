'use client'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { envelopeContentQuery, payloadUrl } from '#lib/client/evidence.ts'
import { rawUrl } from '#lib/client/provenance.ts'
import type { EnvelopeContent as Content } from '#lib/contract/evidence.ts'
import { Card } from '../ui/card.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { Digest } from '../ui/digest.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { utc } from '../ui/time-text.ts'
import { VerificationsCard } from '../verifications/verifications-card.tsx'

/** What is in a document: main facts, who signed it under which keyid, and the text of what was signed. */
export function EnvelopeContent({ sha256 }: { sha256: string }) {
  const { data, error, refetch } = useQuery(envelopeContentQuery(sha256))
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data)
    return (
      <Card title="Content">
        <p className="text-[13px] text-mute">Loading</p>
      </Card>
    )
  return (
    <div className="flex flex-col gap-4">
      <VerificationsCard rows={data.verifications} document />
      {data.parts.length > 0 && (
        <Card title="What it states" aside="as written, not judged">
          {data.parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two steps of a policy may have one name
            <Part key={index} part={part} />
          ))}
        </Card>
      )}
      {data.note !== null && <p className="text-[13px] text-mute">{data.note}</p>}
      <Signatures content={data} />
      <Text content={data} sha256={sha256} />
    </div>
  )
}

const Part = ({ part }: { part: Content['parts'][number] }) => (
  <section className="mt-3 first:mt-0">
    <h3 className="mb-1 text-[13px] font-semibold break-words">{part.title}</h3>
    <dl className="grid grid-cols-[112px_minmax(0,1fr)] gap-x-3 gap-y-1 text-[13px]">
      {part.facts.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="text-mute">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  </section>
)

function Signatures({ content: { signatures } }: { content: Content }) {
  return (
    <Card title="Signatures" aside={signatures.length === 0 ? 'none' : String(signatures.length)}>
      <ul className="mb-3 flex list-none flex-col gap-3 text-[13px] empty:mb-0">
        {signatures.map(({ keyid, keyName, sig, certificate }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same keyid may sign twice
          <li key={index}>
            <div className="flex flex-wrap items-center gap-x-2">
              <span className="font-medium">
                {keyName ?? (certificate === null ? 'unknown key' : 'with a certificate')}
              </span>
              {keyid === '' ? <span className="text-mute">no keyid</span> : <Digest value={keyid} full />}
            </div>
            {certificate !== null && (
              <p className="text-xs break-words text-mute">
                {certificate.spiffeId ?? certificate.subject}, valid {utc(certificate.notBefore)} to{' '}
                {utc(certificate.notAfter)}
              </p>
            )}
            <code className="block truncate font-mono text-xs text-mute" title={sig}>
              {sig}
            </code>
          </li>
        ))}
      </ul>
      <p className="text-xs text-mute">
        {signatures.length === 0
          ? 'Nobody signed it, or it cannot be read.'
          : 'A listed signature is a claim until a verdict, or the check of a declared verifier, has made it one.'}
      </p>
    </Card>
  )
}

function Text({
  content: { of, payloadType, size, text, cut, signatures },
  sha256,
}: {
  content: Content
  sha256: string
}) {
  const payload = of === 'payload'
  return (
    <Card
      title={payload ? (signatures.length === 0 ? 'Payload' : 'Signed payload') : 'Content'}
      aside={payload ? payloadType?.slice(0, 100) : undefined}
    >
      <CodeBlock code={text} label="Document" maxHeight={560} />
      <p className="mt-2 flex flex-wrap items-center gap-x-3 text-xs text-mute">
        <span>
          {payload && 'Decoded from base64. '}
          {size.toLocaleString('en')} bytes{cut && ', of which the beginning is shown'}.
        </span>
        <a
          className="inline-flex min-h-6 items-center gap-1 text-accent underline-offset-2 hover:underline"
          href={payload ? payloadUrl(sha256) : rawUrl(sha256)}
          download
        >
          <Download size={13} aria-hidden />
          {payload ? 'Download the payload' : 'Download all of it'}
        </a>
      </p>
    </Card>
  )
}
