import { CopyButton } from './copy-button.tsx'

/** A digest: its first 12 characters, whole on hover and for copying. */
export function Digest({ value, full = false, copy = true }: { value: string; full?: boolean; copy?: boolean }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1 align-middle">
      <code className="font-mono text-xs break-all" title={value}>
        {full || value.length <= 12 ? value : `${value.slice(0, 12)}…`}
      </code>
      {copy && <CopyButton value={value} what={value.slice(0, 12)} />}
    </span>
  )
}
