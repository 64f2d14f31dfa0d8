'use client'
import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ShieldQuestion } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { removeVerifier, verifiersQuery } from '#lib/client/verifications.ts'
import type { Verifier } from '#lib/contract/verifications.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { DeclareVerifier } from './declare-verifier.tsx'

/** Who else decides about artifacts, and under which keys. Nobody here can allow anything. */
export function Verifiers() {
  const may = useMay('verifier:manage')
  const { data, error, refetch } = useQuery(verifiersQuery())
  const [declaring, setDeclaring] = useState(false)
  const [removing, setRemoving] = useState<Verifier | null>(null)
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <div className="grid gap-4">
      <p className="max-w-[760px] text-[13px] text-mute">
        Others verify too: release gates, Witness, scanners. What they decide is shown beside the verdicts here under
        their name only where a key that is declared for them signed it; all else is shown as an unverified claim. A
        verifier can ask for attention, never allow.{' '}
        <Link className="text-accent underline underline-offset-2" href="/verifications">
          What they decided
        </Link>
      </p>
      <Card
        title="Verifiers"
        flush
        aside={
          may && (
            <Button size="compact-sm" onClick={() => setDeclaring(true)}>
              Declare a verifier
            </Button>
          )
        }
      >
        {data.length === 0 ? (
          <EmptyState
            icon={ShieldQuestion}
            title="No verifier is declared"
            text={
              may
                ? 'Declare one with the id that its verifications carry and the public key that signs them.'
                : 'An engineer or an administrator declares verifiers by their id and public key.'
            }
          />
        ) : (
          <DataTable
            label="Verifiers"
            rows={data}
            rowKey={(row) => row.id}
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
              ...(may
                ? [
                    {
                      id: 'act',
                      header: 'Remove',
                      quiet: true,
                      cell: (row: Verifier) => (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={`Remove ${row.name}`}
                          onClick={() => setRemoving(row)}
                        >
                          Remove
                        </Button>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Card>
      {declaring && <DeclareVerifier onClose={() => setDeclaring(false)} />}
      {removing && <RemoveVerifier verifier={removing} onClose={() => setRemoving(null)} />}
    </div>
  )
}

function RemoveVerifier({ verifier, onClose }: { verifier: Verifier; onClose: () => void }) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeVerifier(verifier.id),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Remove ${verifier.name}?`}>
      <div className="flex flex-col gap-4 text-[13px]">
        <p>What it signed stays and becomes an unverified claim. Failures that a PASSED of it took back stand again.</p>
        {remove.isError && (
          <p role="alert" className="text-fail-text">
            {remove.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove the verifier
          </Button>
        </div>
      </div>
    </Modal>
  )
}
