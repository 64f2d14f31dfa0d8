import Link from 'next/link'
import { Card } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { BuildDetail } from '#lib/contract/builds.ts'

const WORDS = { allow: 'allow', deny: 'deny', 'cannot-tell': 'cannot tell' } as const

/** When and by what this was judged, and what the reference verifier would have answered where that differs. */
export function VerdictFacts({ build }: { build: BuildDetail }) {
  const { report } = build
  const rows: [string, React.ReactNode][] = []
  if (build.verdict !== null) rows.push(['Verdict', WORDS[build.verdict]])
  if (build.layout !== null) {
    rows.push([
      'Layout',
      <Link
        key="l"
        className="text-accent underline-offset-2 hover:underline"
        href={`/layouts/${build.layout.versionId}`}
      >
        {build.layout.name}, version {build.layout.number}
      </Link>,
    ])
  }
  if (build.judgedAt !== null) rows.push(['Checked', <RelativeTime key="t" at={build.judgedAt} />])
  if (report !== null) rows.push(['Speaks for', <RelativeTime key="a" at={report.at} />])
  if (build.engine !== null) rows.push(['Verifier', build.engine])
  return (
    <Card title="This verdict">
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-[13px]">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-mute">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
      <ReferenceNote build={build} />
    </Card>
  )
}

/** In-toto knows yes and no only. */
const AGREES = {
  allow: 'The reference verifier (in-toto) would have let it pass, too.',
  deny: 'The reference verifier (in-toto) would have refused this build, too.',
  'cannot-tell': 'The reference verifier (in-toto), which knows no "cannot tell", would have refused this build.',
} as const

function ReferenceNote({ build }: { build: BuildDetail }) {
  if (build.referenceVerdict === null || build.verdict === null) return null
  const differs = (build.verdict === 'allow') !== (build.referenceVerdict === 'allow')
  if (!differs) {
    return <p className="mt-3 text-mute text-xs">{AGREES[build.verdict]}</p>
  }
  return (
    <p className="mt-3 rounded-md bg-warn-tint p-2 text-warn-text text-xs">
      {build.referenceVerdict === 'allow'
        ? 'The reference verifier (in-toto) would have let this build pass. Checks marked "strict" are the ones it does not make.'
        : 'The reference verifier (in-toto) would have refused this build. It stops at files that this verifier reads or passes over.'}
    </p>
  )
}
