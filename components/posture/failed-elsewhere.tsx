import Link from 'next/link'
import type { Posture } from '#lib/contract/posture.ts'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { AttentionBadge } from '../verifications/attention-badge.tsx'

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** Failures that others decided and that stand. Nothing where there are none: no news is no state of ours. */
export function FailedElsewhere({ posture: { elsewhere } }: { posture: Posture }) {
  const { artifacts, builds, latest } = elsewhere
  if (artifacts.failed + artifacts.claimed === 0) return null
  const shipping = builds.failed + builds.claimed
  return (
    <Card
      title="Failed elsewhere"
      flush
      aside={
        <Link className="wb-link" href="/verifications?show=standing">
          All failures decided elsewhere
        </Link>
      }
    >
      <p className="px-4 pb-3 text-[13px] text-mute">
        {count(artifacts.failed + artifacts.claimed, 'artifact', 'artifacts')} failed a verification that somebody else
        made
        {artifacts.claimed > 0 && `, ${artifacts.claimed.toLocaleString('en')} by unverified claims only`}.{' '}
        {shipping === 0 ? (
          'No build ships any of it.'
        ) : (
          <>
            Shipped by{' '}
            <Link className="text-accent underline underline-offset-2" href="/builds?elsewhere=any">
              {count(shipping, 'build', 'builds')}
            </Link>
            .
          </>
        )}{' '}
        No verdict here changes by that.
      </p>
      <DataTable
        label="Failed elsewhere"
        rows={latest}
        rowKey={(row) => `${row.envelope} ${row.index}`}
        columns={[
          {
            id: 'artifact',
            header: 'Artifact',
            cell: (row) => {
              const [first] = row.subjects
              if (first === undefined) return ''
              return (
                <>
                  <Link className="wb-link font-medium break-all" href={`/artifacts/${first.algo}:${first.digest}`}>
                    {first.name === '' ? `${first.digest.slice(0, 12)}…` : first.name.slice(0, 120)}
                  </Link>
                  {row.subjectsTotal > 1 && <span className="text-mute"> and {row.subjectsTotal - 1} more</span>}
                  <div className="text-xs text-mute">{row.builds[0]?.software}</div>
                </>
              )
            },
          },
          {
            id: 'how',
            header: 'How',
            cell: (row) => <AttentionBadge level={row.signature.signer === 'declared' ? 'failed' : 'claimed'} />,
          },
          {
            id: 'who',
            header: 'Who decided',
            width: 'w-[34%]',
            cell: (row) => (
              <>
                <span className="break-words">{row.signature.verifier ?? row.verifier ?? 'not said'}</span>
                <div className="text-xs break-all text-mute">
                  {row.policy?.uri ?? row.policy?.digest ?? 'no policy'}
                </div>
              </>
            ),
          },
          { id: 'at', header: 'Received', cell: (row) => <RelativeTime at={row.receivedAt} /> },
        ]}
      />
    </Card>
  )
}
