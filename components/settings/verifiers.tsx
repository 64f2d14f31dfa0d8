'use client'
import { useQuery } from '@tanstack/react-query'
import { ShieldQuestion } from 'lucide-react'
import Link from 'next/link'
import { removeVerifier, verifiersQuery } from '#lib/client/verifications.ts'
import { Declared } from '../identities/declared.tsx'
import { useMay } from '../shell/me.tsx'
import { Digest } from '../ui/digest.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { DeclareVerifier } from './declare-verifier.tsx'

/** Who else decides about artifacts, and under which keys. Nobody here can allow anything. */
export function Verifiers() {
  const may = useMay('verifier:manage')
  const { data, error, refetch } = useQuery(verifiersQuery())
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <Declared
      title="Verifiers"
      intro={
        <>
          Others verify too: release gates, Witness, scanners. What they decide is shown beside the verdicts here under
          their name only where a key that is declared for them signed it; all else is shown as an unverified claim. A
          verifier can ask for attention, never allow.{' '}
          <Link className="text-accent underline underline-offset-2" href="/verifications">
            What they decided
          </Link>
        </>
      }
      rows={data}
      columns={[
        {
          id: 'name',
          header: 'Verifier',
          width: 'w-[34%]',
          cell: (row) => (
            <>
              <span className="font-medium break-words">{row.name}</span>
              {row.demo && <span className="ml-2 text-xs text-mute">demo</span>}
              <code className="block font-mono text-xs break-all text-mute">{row.verifierId}</code>
            </>
          ),
        },
        {
          id: 'keys',
          header: 'Keys',
          cell: (row) =>
            row.keys.map((key) => (
              <div key={key.fingerprint}>
                {key.name} <Digest value={key.fingerprint} />
              </div>
            )),
        },
        {
          id: 'heard',
          header: 'Heard',
          cell: (row) =>
            row.lastAt === null ? (
              <span className="text-mute">not yet</span>
            ) : (
              <>
                {row.verifications.toLocaleString('en')}, last <RelativeTime at={row.lastAt} />
              </>
            ),
        },
        { id: 'by', header: 'Declared by', cell: (row) => row.createdBy },
      ]}
      none={{
        icon: ShieldQuestion,
        title: 'No verifier is declared',
        text: may
          ? 'Declare one with the id that its verifications carry and the public key that signs them.'
          : 'An engineer or an administrator declares verifiers by their id and public key.',
      }}
      declare={may ? { label: 'Declare a verifier', form: DeclareVerifier } : null}
      remove={
        may
          ? {
              label: 'Remove the verifier',
              consequence:
                'What it signed stays and becomes an unverified claim. Failures that a PASSED of it took back stand again.',
              act: removeVerifier,
            }
          : null
      }
    />
  )
}
