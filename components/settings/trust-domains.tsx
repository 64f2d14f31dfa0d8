'use client'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { trustQuery } from '#lib/client/trust.ts'
import type { OfferedBundle, TrustDomainRow, TrustedRootRow } from '#lib/contract/trust.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { AddTrust } from './add-trust.tsx'
import { OfferedBundles } from './offered-bundles.tsx'
import { Ends, RootBadge, Spans } from './root-facts.tsx'
import { SayOfRoot } from './say-of-root.tsx'
import { TrustHistory } from './trust-history.tsx'

/** What is being added: from scratch, to a domain, or a bundle that was brought in. */
interface Adding {
  readonly trustDomain: string
  readonly offered: OfferedBundle | null
}

interface Saying {
  readonly trustDomain: string
  readonly root: TrustedRootRow
}

/** Whose roots speak for which trust domain, since when, and until when. */
export function TrustDomains() {
  const { data, error, refetch } = useQuery(trustQuery())
  const may = useMay('trust:set')
  const [adding, setAdding] = useState<Adding | null>(null)
  const [saying, setSaying] = useState<Saying | null>(null)
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <p className="max-w-[680px] text-[13px] text-mute">
          A link that is signed with a certificate counts only if its root spoke for its trust domain when it was
          signed. Where nothing is said of a trust domain here, the roots that a layout itself names count.
        </p>
        {may && (
          <Button size="compact-sm" onClick={() => setAdding({ trustDomain: '', offered: null })}>
            Add roots
          </Button>
        )}
      </div>
      {data.offered.length > 0 && (
        <OfferedBundles offered={data.offered} onAdd={may ? (offered) => setAdding(addingOf(offered)) : null} />
      )}
      {data.domains.length === 0 ? (
        <Card>
          <EmptyState
            icon={ShieldCheck}
            title="No trust domain yet"
            text={
              may
                ? 'Add the bundle of a SPIFFE trust domain (spire-server bundle show -format spiffe), or its root certificates.'
                : 'An administrator adds the bundles of SPIFFE trust domains.'
            }
          />
        </Card>
      ) : (
        data.domains.map((domain) => (
          <Domain
            key={domain.trustDomain}
            domain={domain}
            onAdd={may ? () => setAdding({ trustDomain: domain.trustDomain, offered: null }) : null}
            onSay={(root) => setSaying({ trustDomain: domain.trustDomain, root })}
          />
        ))
      )}
      {adding && <AddTrust {...adding} onClose={() => setAdding(null)} />}
      {saying && <SayOfRoot {...saying} onClose={() => setSaying(null)} />}
    </div>
  )
}

/** A bundle names no domain; where its roots name one, that is proposed. */
function addingOf(offered: OfferedBundle): Adding {
  const [only, ...others] = offered.trustDomains
  return { trustDomain: others.length === 0 ? (only ?? '') : '', offered }
}

function Domain({
  domain,
  onAdd,
  onSay,
}: {
  domain: TrustDomainRow
  onAdd: (() => void) | null
  onSay: (root: TrustedRootRow) => void
}) {
  const mayEnd = useMay('trust:end')
  const maySet = useMay('trust:set')
  const inForce = domain.roots.filter(({ state }) => state === 'in-force' || state === 'expiring').length
  return (
    <Card
      title={domain.trustDomain}
      flush
      aside={
        onAdd && (
          <Button size="compact-sm" variant="default" onClick={onAdd} aria-label={`Add roots of ${domain.trustDomain}`}>
            Add roots
          </Button>
        )
      }
    >
      <p className="px-4 pb-3 text-[13px] text-mute">
        <UsedBy software={domain.software} />{' '}
        {inForce === 0 && (
          <span className="font-medium text-fail-text">
            No root is in force: nothing that its workloads sign now counts.
          </span>
        )}
      </p>
      {domain.roots.length > 0 && (
        <DataTable
          label={`Roots of ${domain.trustDomain}`}
          rows={domain.roots}
          rowKey={(root) => root.sha256}
          columns={[
            {
              id: 'root',
              header: 'Root',
              cell: (root) => (
                <>
                  <span className="font-medium break-words">{root.subject || 'without a name'}</span>
                  <span className="block text-xs text-mute">
                    <Digest value={root.sha256} />
                  </span>
                </>
              ),
            },
            { id: 'since', header: 'In force', cell: (root) => <Spans root={root} /> },
            { id: 'ends', header: 'Certificate ends', cell: (root) => <Ends root={root} /> },
            { id: 'state', header: 'State', cell: (root) => <RootBadge state={root.state} /> },
            {
              id: 'act',
              header: 'Change',
              quiet: true,
              cell: (root) => {
                const spoken = root.state === 'ended' || root.state === 'compromised'
                return mayEnd && (!spoken || maySet) ? (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`${spoken ? 'Change' : 'End'} ${root.subject}`}
                    onClick={() => onSay(root)}
                  >
                    {spoken ? 'Change' : 'End'}
                  </Button>
                ) : (
                  ''
                )
              },
            },
          ]}
        />
      )}
      <TrustHistory domain={domain} />
    </Card>
  )
}

function UsedBy({ software }: { software: TrustDomainRow['software'] }) {
  if (software.length === 0) return <>No layout in force asks for its workloads.</>
  return (
    <>
      Its workloads may sign for{' '}
      {software.map(({ slug, name }, index) => (
        <span key={slug}>
          {index > 0 && ', '}
          <Link className="wb-link underline" href={`/software/${slug}`}>
            {name}
          </Link>
        </span>
      ))}
      .
    </>
  )
}
