import Link from 'next/link'
import { Card } from '#components/ui/card.tsx'
import type { BuildDetail } from '#lib/contract/builds.ts'

/** The rule in its place: the whole list, with the one that is meant marked. */
export function RuleCard({ build }: { build: BuildDetail }) {
  const { rule, step } = build.explanation
  if (rule === null) return null
  const first = Math.max(0, Math.min(rule.index - 3, rule.all.length - 8))
  const shown = rule.all.slice(first, first + 8)
  return (
    <Card title="Rule">
      <ol
        className="list-none rounded-md bg-page p-1 font-mono text-xs/5"
        aria-label={`Rules for the ${rule.list} of ${step ?? 'this item'}`}
      >
        {first > 0 && <li className="px-2 text-mute">… {first} before</li>}
        {shown.map((text, offset) => {
          const index = first + offset
          const meant = index === rule.index
          return (
            <li
              key={index}
              aria-current={meant ? 'true' : undefined}
              className={`flex gap-2 rounded px-2 py-1 ${meant ? 'bg-fail-tint text-fail-text' : 'text-mute'}`}
            >
              <span className="tnum shrink-0">{index + 1}</span>
              <span className="min-w-0 break-words">{text}</span>
            </li>
          )
        })}
        {first + shown.length < rule.all.length && (
          <li className="px-2 text-mute">… {rule.all.length - first - shown.length} after</li>
        )}
      </ol>
      <p className="mt-2 text-mute text-xs">
        Expected {rule.list} of {step ?? 'this item'}, rule {rule.index + 1} of {rule.of}
        {build.layout !== null && `, layout ${build.layout.name} version ${build.layout.number}`}.
      </p>
      {build.layout !== null && (
        <Link
          href={`/layouts/${build.layout.versionId}${step === null ? '' : `?step=${encodeURIComponent(step)}`}`}
          className="mt-1 inline-flex min-h-6 items-center text-[13px] text-accent underline-offset-2 hover:underline"
        >
          Open the layout
        </Link>
      )}
    </Card>
  )
}
