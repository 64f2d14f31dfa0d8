import { Digest } from './digest.tsx'

/** Who signed: a workload by its SPIFFE ID, anybody else by the id of his key. */
export function Signer({ name, copy = true }: { name: string; copy?: boolean }) {
  if (!name.startsWith('spiffe://')) return <Digest value={name} copy={copy} />
  return (
    <span className="break-all" title={name}>
      {name}
    </span>
  )
}
