import type { TrustDomainRow } from '#lib/contract/trust.ts'
import { utc } from '../ui/time-text.ts'

type Decision = TrustDomainRow['decisions'][number]

const said: Readonly<Record<Decision['kind'], string>> = {
  bundle: 'Bundle put in force',
  roots: 'Roots added',
  end: 'Root ended',
  compromised: 'Root called compromised',
  restore: 'Root restored',
}

/** Who decided what, and why; nothing of it can be changed. */
export function TrustHistory({ domain }: { domain: TrustDomainRow }) {
  const names = new Map(domain.roots.map(({ sha256, subject }) => [sha256, subject]))
  return (
    <details className="border-t border-line px-4 py-2.5 text-[13px]">
      <summary className="cursor-pointer text-mute">
        {domain.decisions.length} {domain.decisions.length === 1 ? 'decision' : 'decisions'}
      </summary>
      <ol className="mt-1">
        {domain.decisions.map((decision) => (
          <li key={decision.id} className="border-t border-line py-2 first:border-t-0">
            <p>
              <span className="font-medium">{said[decision.kind]}</span> by {decision.by},{' '}
              <span className="tnum">{utc(decision.decidedAt, 'minutes')}</span>
              {decision.at !== decision.decidedAt && (
                <>
                  , holds since <span className="tnum">{utc(decision.at, 'minutes')}</span>
                </>
              )}
            </p>
            <p className="break-words">{decision.reason}</p>
            <p className="text-xs text-mute break-words">
              {decision.roots.map((sha256) => `${names.get(sha256) ?? 'root'} (${sha256.slice(0, 12)})`).join(', ') ||
                'no root at all'}
              {decision.sequence !== null && `; sequence ${decision.sequence.slice(0, 20)}`}
              {decision.source !== '' && `; from ${decision.source}`}
            </p>
          </li>
        ))}
      </ol>
    </details>
  )
}
