import { CircleCheck, CircleDashed } from 'lucide-react'
import { Digest } from '#components/ui/digest.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { LayoutVersion } from '#lib/contract/layouts.ts'

/** Who must sign, who has, and who is waited for. */
export function Signers({ version }: { version: LayoutVersion }) {
  const needed = new Set(version.needed.map(({ fingerprint }) => fingerprint))
  const others = version.signatures.filter(({ fingerprint }) => !needed.has(fingerprint))
  return (
    <div className="text-[13px]">
      {version.software === null && version.signatures.length === 0 && (
        <p className="text-mute">Nobody has signed yet. It belongs to no software, so any key may sign.</p>
      )}
      {version.software !== null && version.needed.length === 0 && (
        <p className="text-mute">
          {version.software.name} has no owner keys yet. An administrator sets them on the software's page; until then
          no layout of it can be put in force.
        </p>
      )}
      <ul className="m-0 list-none p-0">
        {version.needed.map(({ fingerprint, name }) => (
          <Signer
            key={fingerprint}
            name={name}
            fingerprint={fingerprint}
            signature={version.signatures.find((signature) => signature.fingerprint === fingerprint) ?? null}
          />
        ))}
        {others.map((signature) => (
          <Signer
            key={signature.fingerprint}
            name={signature.name}
            fingerprint={signature.fingerprint}
            signature={signature}
            extra={version.software !== null}
          />
        ))}
      </ul>
    </div>
  )
}

function Signer({
  name,
  fingerprint,
  signature,
  extra = false,
}: {
  name: string
  fingerprint: string
  signature: LayoutVersion['signatures'][number] | null
  /** signed, but not an owner key */
  extra?: boolean
}) {
  const forms = signature === null ? [] : [signature.metablock ? 'Metablock' : '', signature.dsse ? 'DSSE' : '']
  return (
    <li className="flex items-start gap-2 border-t border-line py-2 first:border-t-0">
      {signature === null ? (
        <CircleDashed size={16} className="mt-0.5 shrink-0 text-mute" aria-hidden />
      ) : (
        <CircleCheck size={16} className="mt-0.5 shrink-0 text-pass-text" aria-hidden />
      )}
      <span className="min-w-0">
        <span className="font-medium">{name}</span>{' '}
        <span className="text-mute">
          <Digest value={fingerprint} />
        </span>
        <span className="block text-xs text-mute">
          {signature === null ? (
            'has not signed yet'
          ) : (
            <>
              signed {forms.filter(Boolean).join(' and ')} <RelativeTime at={signature.at} />
              {extra && ', not an owner key: it does not count'}
            </>
          )}
        </span>
      </span>
    </li>
  )
}
