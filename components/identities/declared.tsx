'use client'
import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { LucideIcon } from 'lucide-react'
import { type ComponentType, type ReactNode, useState } from 'react'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'

interface Row {
  readonly id: string
  readonly name: string
}

interface Props<T extends Row> {
  title: string
  intro: ReactNode
  rows: readonly T[]
  columns: readonly Column<T>[]
  /** what stands there while nobody is declared */
  none: { icon: LucideIcon; title: string; text: string }
  /** for whom may: the button, and the form behind it */
  declare: { label: string; form: ComponentType<{ onClose: () => void }> } | null
  /** for whom may: what is said before, and done */
  remove: { verb?: string; label: string; consequence: string; act: (id: string) => Promise<unknown> } | null
}

/** A list of those about whom people declared something, with declaring and taking back. */
export function Declared<T extends Row>({ title, intro, rows, columns, none, declare, remove }: Props<T>) {
  const [declaring, setDeclaring] = useState(false)
  const [removing, setRemoving] = useState<T | null>(null)
  const verb = remove?.verb ?? 'Remove'
  const act: Column<T> = {
    id: 'act',
    header: verb,
    quiet: true,
    cell: (row) => (
      <Button size="compact-xs" variant="default" aria-label={`${verb} ${row.name}`} onClick={() => setRemoving(row)}>
        {verb}
      </Button>
    ),
  }
  return (
    <div className="grid gap-4">
      <p className="max-w-[760px] text-[13px] text-mute">{intro}</p>
      <Card
        title={title}
        flush
        aside={
          declare && (
            <Button size="compact-sm" onClick={() => setDeclaring(true)}>
              {declare.label}
            </Button>
          )
        }
      >
        {rows.length === 0 ? (
          <EmptyState {...none} />
        ) : (
          <DataTable
            label={title}
            rows={rows}
            rowKey={(row) => row.id}
            columns={[...columns, ...(remove === null ? [] : [act])]}
          />
        )}
      </Card>
      {declare !== null && declaring && <declare.form onClose={() => setDeclaring(false)} />}
      {remove !== null && removing !== null && <Remove {...remove} row={removing} onClose={() => setRemoving(null)} />}
    </div>
  )
}

interface RemoveProps {
  verb?: string
  label: string
  consequence: string
  act: (id: string) => Promise<unknown>
  row: Row
  onClose: () => void
}

function Remove({ verb = 'Remove', label, consequence, act, row, onClose }: RemoveProps) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => act(row.id),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={verb === 'Remove' ? `Remove ${row.name}?` : `${label}: ${row.name}?`}>
      <div className="flex flex-col gap-4 text-[13px]">
        <p>{consequence}</p>
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
            {label}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
