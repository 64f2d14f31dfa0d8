import Link from 'next/link'
import type { VerificationRow } from '#lib/contract/verifications.ts'
import { verificationWords } from '#lib/provenance/verification-words.ts'
import { Digest } from '../ui/digest.tsx'
import { ExactTime, RelativeTime } from '../ui/relative-time.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

interface VerificationItemProps {
  readonly row: VerificationRow
  /** with what it is about: where that is not the page's own subject */
  readonly about?: boolean
  /** on the page of its own document */
  readonly here?: boolean
}

/** One verification made elsewhere: who, what, under which policy, when, whose signature, what to do. */
export function VerificationItem({ row, about = false, here = false }: VerificationItemProps) {
  const { heading, signature, advice } = verificationWords(row)
  const declared = row.signature.signer === 'declared'
  return (
    <li className="border-line border-t px-4 py-3.5 text-[13px]">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <ResultBadge row={row} />
        <span className="min-w-0 font-medium break-words">{heading}</span>
      </div>
      <dl className="mt-2 grid grid-cols-[80px_minmax(0,1fr)] gap-x-3 gap-y-1">
        {about && <About row={row} />}
        {row.verifier !== null && declared && (
          <>
            <dt className="text-mute">Verifier</dt>
            <dd className="min-w-0 wrap-anywhere">{row.verifier}</dd>
          </>
        )}
        <dt className="text-mute">Policy</dt>
        <dd className="min-w-0 wrap-anywhere">
          {row.policy === null ? 'not stated' : (row.policy.uri ?? '')}{' '}
          {row.policy?.digest != null && <Digest value={row.policy.digest.replace(/^sha256:/, '')} />}
        </dd>
        {row.resource !== null && (
          <>
            <dt className="text-mute">Of</dt>
            <dd className="min-w-0 wrap-anywhere">{row.resource}</dd>
          </>
        )}
        <dt className="text-mute">Decided</dt>
        <dd>
          {row.statedAt === null ? 'not stated' : <ExactTime at={row.statedAt} />}
          <span className="text-mute">
            , received <RelativeTime at={row.receivedAt} />
          </span>
        </dd>
        <dt className="text-mute">Signature</dt>
        <dd className={`min-w-0 break-words ${declared ? '' : 'text-warn-text'}`}>{signature}</dd>
        {row.gaps.length > 0 && (
          <>
            <dt className="text-mute">Missing</dt>
            <dd className="min-w-0 break-words">{row.gaps.slice(0, 10).join(' ')}</dd>
          </>
        )}
      </dl>
      <p className="mt-2 max-w-[760px] text-pretty break-words">{advice}</p>
      <p className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1">
        {!here && (
          <Link className="wb-link" href={`/sources/envelopes/${row.envelope}`}>
            Look at the document
          </Link>
        )}
        {row.supersededBy !== null && (
          <Link className="wb-link" href={`/sources/envelopes/${row.supersededBy.envelope}`}>
            The later PASSED
          </Link>
        )}
      </p>
    </li>
  )
}

/** The result as written. A pass made elsewhere never looks like one of ours. */
function ResultBadge({ row: { result, standing, supersededBy, signature } }: { row: VerificationRow }) {
  const claim = signature.signer !== 'declared'
  if (result === 'failed' && standing)
    return claim ? (
      <StatusBadge state="not-verified" label="FAILED, unverified claim" />
    ) : (
      <StatusBadge state="warning" label="FAILED" />
    )
  if (result === 'failed')
    return <StatusBadge state="not-verified" label={supersededBy === null ? 'FAILED' : 'FAILED, taken back'} />
  const label = result === 'passed' ? 'PASSED' : 'No result'
  return <StatusBadge state="not-verified" label={claim ? `${label}, unverified claim` : label} />
}

const SHOWN = 3

function About({ row: { subjects, subjectsTotal, builds } }: { row: VerificationRow }) {
  return (
    <>
      <dt className="text-mute">Artifact</dt>
      <dd className="min-w-0">
        {subjects.length === 0 && 'none that a digest tells'}
        {subjects.slice(0, SHOWN).map(({ algo, digest, name }) => (
          <div key={`${algo}${digest}`} className="break-all">
            <Link className="wb-link" href={`/artifacts/${algo}:${digest}`}>
              {name === '' ? `${digest.slice(0, 12)}…` : name.slice(0, 200)}
            </Link>
          </div>
        ))}
        {subjectsTotal > SHOWN && <div className="text-mute">and {subjectsTotal - SHOWN} more</div>}
      </dd>
      <dt className="text-mute">Builds</dt>
      <dd className="min-w-0">
        {builds.length === 0 && <span className="text-mute">no build ships it</span>}
        {builds.slice(0, SHOWN).map(({ short, software }) => (
          <Link key={short} className="wb-link mr-3" href={`/b/${short}`}>
            {software} {short}
          </Link>
        ))}
        {builds.length > SHOWN && <span className="text-mute">and more</span>}
      </dd>
    </>
  )
}
