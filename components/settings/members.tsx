'use client'
import { Button, Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { usersQuery } from '#lib/client/access.ts'
import { ApiProblem, apiSend } from '#lib/client/api.ts'
import { createUserSchema, type Role, roleSchema, userSchema } from '#lib/contract/access.ts'
import { useMe } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'

const says: Record<Role, string> = {
  viewer: 'reads',
  developer: 'reads, brings in evidence',
  engineer: 'also draws, signs and puts layouts in force',
  admin: 'also members, tokens, owner keys',
}

/** Who may do what. An administrator changes roles and disables; nobody disables themselves. */
export function Members() {
  const me = useMe()
  const client = useQueryClient()
  const { data, error, refetch } = useQuery(usersQuery())
  const [adding, setAdding] = useState(false)
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: Role; disabled?: boolean }) =>
      apiSend('PATCH', `/api/v1/users/${id}`, body, userSchema),
    onSettled: () => client.invalidateQueries({ queryKey: usersQuery().queryKey, exact: true }),
  })
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={4} />
  return (
    <Card
      title={`${data.length} ${data.length === 1 ? 'member' : 'members'}`}
      flush
      aside={
        <Button size="compact-sm" onClick={() => setAdding(true)}>
          Add a member
        </Button>
      }
    >
      {change.isError && (
        <p role="alert" className="px-4 pb-2 text-[13px] text-fail-text">
          {change.error.message}
        </p>
      )}
      <DataTable
        label="Members"
        rows={data}
        rowKey={(user) => user.id}
        columns={[
          {
            id: 'who',
            header: 'Member',
            cell: (user) => (
              <>
                <span className="font-medium">{user.name}</span>{' '}
                {user.disabledAt && <StatusBadge state="expired" label="Disabled" />}
                <span className="block text-xs text-mute">{user.email}</span>
              </>
            ),
          },
          {
            id: 'role',
            header: 'Role',
            cell: (user) => (
              <>
                <NativeSelect
                  size="xs"
                  w={130}
                  aria-label={`Role of ${user.name}`}
                  data={[...roleSchema.options]}
                  value={user.role}
                  disabled={user.id === me.id}
                  onChange={(event) => {
                    const role = roleSchema.safeParse(event.currentTarget.value)
                    if (role.success) change.mutate({ id: user.id, role: role.data })
                  }}
                />
                <span className="text-xs text-mute">
                  {says[user.role]}
                  {user.id === me.id && '; your own role is for another administrator to change'}
                </span>
              </>
            ),
          },
          {
            id: 'seen',
            header: 'Last seen',
            cell: (user) =>
              user.lastSeenAt === null ? (
                <span className="text-mute">never</span>
              ) : (
                <RelativeTime at={user.lastSeenAt} />
              ),
          },
          {
            id: 'act',
            header: 'Disable',
            quiet: true,
            cell: (user) =>
              user.id === me.id ? (
                <span className="text-mute">you</span>
              ) : (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => change.mutate({ id: user.id, disabled: user.disabledAt === null })}
                >
                  {user.disabledAt === null ? 'Disable' : 'Let in again'}
                </Button>
              ),
          },
        ]}
      />
      {adding && <AddMember onClose={() => setAdding(false)} />}
    </Card>
  )
}

function AddMember({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({})
  const create = useMutation({
    mutationFn: (body: unknown) => apiSend('POST', '/api/v1/users', body, userSchema),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: usersQuery().queryKey, exact: true })
      onClose()
    },
    onError: (error) => setFaults(error instanceof ApiProblem ? error.fields : {}),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const input = createUserSchema.safeParse(Object.fromEntries(new FormData(event.currentTarget)))
    if (!input.success)
      return setFaults(Object.fromEntries(input.error.issues.map((issue) => [issue.path.join('.'), issue.message])))
    setFaults({})
    create.mutate(input.data)
  }
  return (
    <Modal opened onClose={onClose} title="Add a member">
      <form onSubmit={submit} noValidate className="grid gap-3">
        <TextInput name="name" label="Name" error={faults.name} data-autofocus autoComplete="off" />
        <TextInput name="email" label="Email" type="email" error={faults.email} autoComplete="off" />
        <NativeSelect
          name="role"
          label="Role"
          data={roleSchema.options.map((role) => ({ value: role, label: `${role}: ${says[role]}` }))}
          error={faults.role}
        />
        <PasswordInput
          name="password"
          label="First password"
          description="At least 15 characters; hand it over safely, they can change it"
          error={faults.password}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
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
          <Button type="submit" loading={create.isPending}>
            Add
          </Button>
        </div>
      </form>
    </Modal>
  )
}
