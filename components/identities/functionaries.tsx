'use client'
import { useQuery } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { functionariesQuery, removeFunctionary } from '#lib/client/functionaries.ts'
import type { Functionary } from '#lib/contract/functionaries.ts'
import { useMay } from '../shell/me.tsx'
import { Digest } from '../ui/digest.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { DeclareFunctionary } from './declare-functionary.tsx'
import { Declared } from './declared.tsx'

/** Who signs in several ways, and therefore counts once. */
export function Functionaries() {
  const mayDeclare = useMay('functionary:declare')
  const mayRemove = useMay('functionary:remove')
  const { data, error, refetch } = useQuery(functionariesQuery())
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <Declared
      title="Declared functionaries"
      intro="Where a layout asks for two signatures it means two people. One person who holds a key and a workload identity, or two keys, looks like two to every verifier. Whoever is declared here counts once. A declaration can only take a signature away from a threshold, never add one."
      rows={data}
      columns={[
        {
          id: 'name',
          header: 'Functionary',
          width: 'w-[28%]',
          cell: (row) => (
            <>
              <span className="font-medium break-words">{row.name}</span>
              <span className="block text-xs break-words text-mute">{row.reason}</span>
            </>
          ),
        },
        { id: 'signs', header: 'Signs with', cell: (row) => <Credentials functionary={row} /> },
        {
          id: 'by',
          header: 'Declared',
          cell: (row) => (
            <>
              <RelativeTime at={row.createdAt} /> by {row.createdBy}
            </>
          ),
        },
      ]}
      none={{
        icon: Users,
        title: 'Nobody is declared',
        text: mayDeclare
          ? 'Every key and every SPIFFE ID counts as a person of its own until you declare which belong together.'
          : 'Every key and every SPIFFE ID counts as a person of its own. An engineer declares which belong together.',
      }}
      declare={mayDeclare ? { label: 'Declare a functionary', form: DeclareFunctionary } : null}
      remove={
        mayRemove
          ? {
              label: 'Remove the declaration',
              consequence:
                'Its keys and SPIFFE IDs count as different people again. Builds that were blocked because they are one may be verified then. The audit log keeps who declared what.',
              act: removeFunctionary,
            }
          : null
      }
    />
  )
}

function Credentials({ functionary: { keys, spiffeIds } }: { functionary: Functionary }) {
  return (
    <>
      {keys.map((key) => (
        <div key={key.fingerprint}>
          {key.name} <Digest value={key.fingerprint} />
        </div>
      ))}
      {spiffeIds.map((id) => (
        <code key={id} className="block font-mono text-xs break-all">
          {id}
        </code>
      ))}
    </>
  )
}
