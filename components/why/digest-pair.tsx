import { CopyButton } from '#components/ui/copy-button.tsx'
import type { Digests } from '#lib/in-toto/report.ts'

/** The digest to show of a set: sha256 where there is one. */
export function shownDigest(digests: Digests | null, other: Digests | null = null): [string, string] | null {
  if (digests === null) return null
  const shared =
    other === null ? undefined : Object.keys(digests).find((algo) => algo !== 'sha256' && other[algo] !== digests[algo])
  const algo = digests.sha256 !== undefined && digests.sha256 !== other?.sha256 ? 'sha256' : (shared ?? 'sha256')
  const hex = digests[algo]
  if (hex !== undefined) return [algo, hex]
  const [first] = Object.entries(digests)
  return first === undefined ? null : [first[0], first[1]]
}

/** A digest beside another: the first 12 characters (or all), with those that differ underlined. */
export function ComparedDigest({
  digests,
  other,
  full = false,
  none = 'none',
}: {
  digests: Digests | null
  other: Digests | null
  full?: boolean
  none?: string
}) {
  const shown = shownDigest(digests, other)
  if (shown === null) return <span className="text-mute text-xs">{none}</span>
  const [algo, hex] = shown
  const beside = other?.[algo]
  const text = full ? hex : hex.slice(0, 12)
  return (
    <span className="inline-flex max-w-full items-start gap-1">
      <code className="min-w-0 font-mono text-xs leading-6 break-all" title={`${algo}:${hex}`}>
        {algo !== 'sha256' && <span className="text-mute">{algo} </span>}
        {beside === undefined || beside === hex ? text : <Underlined text={text} beside={beside} />}
        {!full && hex.length > 12 && '…'}
      </code>
      <CopyButton value={hex} what={`${algo} digest ${hex.slice(0, 12)}`} />
    </span>
  )
}

/** Runs of equal and of differing characters. */
function Underlined({ text, beside }: { text: string; beside: string }) {
  const runs: { at: number; text: string; differs: boolean }[] = []
  for (const [index, character] of [...text].entries()) {
    const differs = beside[index] !== character
    const last = runs.at(-1)
    if (last !== undefined && last.differs === differs) last.text += character
    else runs.push({ at: index, text: character, differs })
  }
  return runs.map((run) =>
    run.differs ? (
      <span key={run.at} className="underline decoration-1 underline-offset-2">
        {run.text}
      </span>
    ) : (
      run.text
    ),
  )
}
