'use client'
import { Button, Checkbox, Modal, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ticket } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import { tokensQuery } from '#lib/client/access.ts'
import { apiSend } from '#lib/client/api.ts'
import { softwareListQuery } from '#lib/client/software.ts'
import { createdTokenSchema, type createTokenSchema, tokenSchema } from '#lib/contract/access.ts'
import { Card } from '../ui/card.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { utc } from '../ui/time-text.ts'

type Created = z.infer<typeof createdTokenSchema>

/** Tokens for pipelines and scripts: scoped, ending, shown once. */
export function Tokens() {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery(tokensQuery())
  const [adding, setAdding] = useState(false)
  const [created, setCreated] = useState<Created | null>(null)
  const refresh = () => client.invalidateQueries({ queryKey: tokensQuery().queryKey })
  const revoke = useMutation({
    mutationFn: (id: string) => apiSend('DELETE', `/api/v1/tokens/${id}`, undefined, tokenSchema),
    onSettled: refresh,
  })
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <div className="grid gap-4">
      {created && <ShownOnce created={created} onDone={() => setCreated(null)} />}
      <Card
        title="API tokens"
        flush
        aside={
          <Button size="compact-sm" onClick={() => setAdding(true)}>
            Create a token
          </Button>
        }
      >
        {revoke.isError && (
          <p role="alert" className="px-4 pb-2 text-[13px] text-fail-text">
            {revoke.error.message}
          </p>
        )}
        {data.length === 0 ? (
          <EmptyState
            icon={Ticket}
            title="No tokens yet"
            text="A pipeline needs one with the scope ingest to bring in evidence. Only its hash is stored."
          />
        ) : (
          <DataTable
            label="API tokens"
            rows={data}
            rowKey={(token) => token.id}
            columns={[
              {
                id: 'name',
                header: 'Token',
                cell: (token) => (
                  <>
                    <span className="font-medium">{token.name}</span>
                    <code className="block font-mono text-xs text-mute">{token.prefix}…</code>
                  </>
                ),
              },
              { id: 'scopes', header: 'May', cell: (token) => token.scopes.join(', ') },
              { id: 'software', header: 'For', cell: (token) => token.software?.name ?? 'any software' },
              {
                id: 'used',
                header: 'Last used',
                cell: (token) =>
                  token.lastUsedAt === null ? (
                    <span className="text-mute">never</span>
                  ) : (
                    <RelativeTime at={token.lastUsedAt} />
                  ),
              },
              {
                id: 'ends',
                header: 'Ends',
                cell: (token) =>
                  token.revokedAt !== null ? (
                    <StatusBadge state="expired" label="Revoked" />
                  ) : Date.parse(token.expiresAt) < Date.now() ? (
                    <StatusBadge state="expired" />
                  ) : (
                    utc(token.expiresAt, 'day')
                  ),
              },
              {
                id: 'act',
                header: 'Revoke',
                quiet: true,
                cell: (token) =>
                  token.revokedAt === null ? (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Revoke ${token.name}`}
                      onClick={() => revoke.mutate(token.id)}
                    >
                      Revoke
                    </Button>
                  ) : (
                    ''
                  ),
              },
            ]}
          />
        )}
      </Card>
      {adding && (
        <CreateToken
          onClose={() => setAdding(false)}
          onCreated={(token) => {
            setAdding(false)
            setCreated(token)
            void refresh()
          }}
        />
      )}
    </div>
  )
}

function ShownOnce({ created, onDone }: { created: Created; onDone: () => void }) {
  const origin = window.location.origin
  const curl = `curl --fail-with-body -H "Authorization: Bearer ${created.token}" \\\n  -H "Content-Type: application/json" \\\n  --data-binary @build.776a00e2.link ${origin}/api/v1/attestations`
  const waybill = `WAYBILL_TOKEN=${created.token} npm run -s waybill -- import --url ${origin} path/to/metadata`
  return (
    <Card
      title={`${created.name}: copy it now, it is shown only this once`}
      aside={
        <Button size="compact-sm" variant="default" onClick={onDone}>
          I have copied it
        </Button>
      }
    >
      <div className="grid gap-3 text-[13px]">
        <CodeBlock code={created.token} label="Token" />
        {created.scopes.includes('ingest') && (
          <>
            <div>
              <p className="mb-1">One document with curl</p>
              <CodeBlock code={curl} label="curl command" />
            </div>
            <div>
              <p className="mb-1">A folder with the command line</p>
              <CodeBlock code={waybill} label="Import command" />
            </div>
          </>
        )}
      </div>
    </Card>
  )
}

function CreateToken({ onClose, onCreated }: { onClose: () => void; onCreated: (token: Created) => void }) {
  const { data: software = [] } = useQuery(softwareListQuery())
  const [name, setName] = useState('')
  const [days, setDays] = useState<number | string>(90)
  const [read, setRead] = useState(false)
  const [ingest, setIngest] = useState(true)
  const [slug, setSlug] = useState('')
  const create = useMutation({
    mutationFn: (body: z.input<typeof createTokenSchema>) =>
      apiSend('POST', '/api/v1/tokens', body, createdTokenSchema),
    onSuccess: onCreated,
  })
  const complete = name.trim() !== '' && (read || ingest) && days !== ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!complete) return
    const scopes = [...(read ? ['read' as const] : []), ...(ingest ? ['ingest' as const] : [])]
    create.mutate({ name: name.trim(), scopes, software: slug === '' ? null : slug, days: Number(days) })
  }
  return (
    <Modal opened onClose={onClose} title="Create a token">
      <form onSubmit={submit} className="grid gap-3">
        <TextInput
          label="Name"
          description="Where it is used, such as gitlab payments-core"
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <fieldset className="grid gap-2">
          <legend className="mb-1 text-[13px] font-medium">May</legend>
          <Checkbox
            label="ingest: bring in evidence"
            checked={ingest}
            onChange={(event) => setIngest(event.currentTarget.checked)}
          />
          <Checkbox
            label="read: everything a viewer sees"
            checked={read}
            onChange={(event) => setRead(event.currentTarget.checked)}
          />
        </fieldset>
        <NativeSelect
          label="For"
          description="Evidence that it pushes belongs to runs of this software"
          data={[
            { value: '', label: 'any software' },
            ...software.map((row) => ({ value: row.slug, label: row.name })),
          ]}
          value={slug}
          onChange={(event) => setSlug(event.currentTarget.value)}
        />
        <NumberInput
          label="Ends after, days"
          min={1}
          max={365}
          clampBehavior="strict"
          allowDecimal={false}
          value={days}
          onChange={setDays}
        />
        {create.isError && (
          <p role="alert" className="text-[13px] text-fail-text">
            {create.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={!complete}>
            Create
          </Button>
        </div>
      </form>
    </Modal>
  )
}
