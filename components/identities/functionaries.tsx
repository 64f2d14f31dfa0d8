'use client'
import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { useState } from 'react'
import { functionariesQuery, removeFunctionary } from '#lib/client/functionaries.ts'
import type { Functionary } from '#lib/contract/functionaries.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { DeclareFunctionary } from './declare-functionary.tsx'

/** Who signs in several ways, and therefore counts once. */
export function Functionaries() {
  const mayDeclare = useMay('functionary:declare')
  const mayRemove = useMay('functionary:remove')
  const { data, error, refetch } = useQuery(functionariesQuery())
  const [declaring, setDeclaring] = useState(false)
  const [removing, setRemoving] = useState<Functionary | null>(null)
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <div className="grid gap-4">
      <p className="max-w-[760px] text-[13px] text-mute">
        Where a layout asks for two signatures it means two people. One person who holds a key and a workload identity,
        or two keys, looks like two to every verifier. Whoever is declared here counts once. A declaration can only take
        a signature away from a threshold, never add one.
      </p>
      <Card
        title="Declared functionaries"
        flush
        aside={
          mayDeclare && (
            <Button size="compact-sm" onClick={() => setDeclaring(true)}>
              Declare a functionary
            </Button>
          )
        }
      >
        {data.length === 0 ? (
          <EmptyState
            icon={Users}
            title="Nobody is declared"
            text={
              mayDeclare
                ? 'Every key and every SPIFFE ID counts as a person of its own until you declare which belong together.'
                : 'Every key and every SPIFFE ID counts as a person of its own. An engineer declares which belong together.'
            }
          />
        ) : (
          <DataTable
            label="Declared functionaries"
            rows={data}
            rowKey={(row) => row.id}
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
              ...(mayRemove
                ? [
                    {
                      id: 'act',
                      header: 'Remove',
                      quiet: true,
                      cell: (row: Functionary) => (
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
      {declaring && <DeclareFunctionary onClose={() => setDeclaring(false)} />}
      {removing && <RemoveFunctionary functionary={removing} onClose={() => setRemoving(null)} />}
    </div>
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

function RemoveFunctionary({ functionary, onClose }: { functionary: Functionary; onClose: () => void }) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeFunctionary(functionary.id),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Remove ${functionary.name}?`}>
      <div className="flex flex-col gap-4 text-[13px]">
        <p>
          Its keys and SPIFFE IDs count as different people again. Builds that were blocked because they are one may be
          verified then. The audit log keeps who declared what.
        </p>
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
            Remove the declaration
          </Button>
        </div>
      </div>
    </Modal>
  )
}
