import type { ProbeAnswer } from '#lib/contract/sources.ts'
import { StatusBadge } from '../ui/status-badge.tsx'

/** What testing a connection showed: what was reached, which version, how many entries, how fast; or why not. */
export function ProbeResult({ probe }: { probe: ProbeAnswer }) {
  const ms = `${Math.round(probe.latencyMs)} ms`
  if (!probe.reached)
    return (
      <div role="status" className="rounded-md border border-line p-3 text-[13px]">
        <StatusBadge state="blocked" label={`Not reached, after ${ms}`} />
        <p className="mt-1.5 break-words">{probe.message}</p>
      </div>
    )
  const { what, version, entries, notes } = probe
  const count =
    entries === null ? '' : `, ${entries.exact ? '' : 'at least '}${entries.count.toLocaleString('en')} entries`
  return (
    <div role="status" className="rounded-md border border-line p-3 text-[13px]">
      <StatusBadge state="verified" label={`Reached in ${ms}`} />
      <p className="mt-1.5">
        {what}
        {version !== null && ` ${version}`}
        {count}
      </p>
      {notes.map((note) => (
        <p key={note} className="mt-1 text-mute">
          {note}
        </p>
      ))}
    </div>
  )
}
