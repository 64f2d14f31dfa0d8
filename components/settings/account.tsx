'use client'
import { Button, PasswordInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { signOut } from 'next-auth/react'
import { type FormEvent, useState } from 'react'
import { z } from 'zod'
import { sessionsQuery } from '#lib/client/access.ts'
import { ApiProblem, apiSend } from '#lib/client/api.ts'
import { passwordSchema } from '#lib/contract/access.ts'
import { useMe } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { TableSkeleton } from '../ui/skeletons.tsx'
import { browserName } from './browser-name.ts'

export function Account() {
  const me = useMe()
  return (
    <div className="grid max-w-3xl gap-4">
      <Card title={me.name}>
        <p className="text-[13px] text-mute">
          {me.email}, {me.role}
        </p>
      </Card>
      <Password />
      <Sessions />
    </div>
  )
}

function Password() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const fault = next === '' ? null : (passwordSchema.safeParse(next).error?.issues[0]?.message ?? null)
  const change = useMutation({
    mutationFn: () => apiSend('PUT', '/api/v1/users/me/password', { current, next }, z.unknown()),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      notifications.show({ message: 'The password is changed' })
    },
  })
  const fields = change.error instanceof ApiProblem ? change.error.fields : {}
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (current !== '' && next !== '' && fault === null) change.mutate()
  }
  return (
    <Card title="Password">
      <form onSubmit={submit} className="grid max-w-sm gap-3">
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          error={fields.current}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
        />
        <PasswordInput
          label="New password"
          description="At least 15 characters"
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={fault ?? fields.next}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        />
        {change.isError && (
          <p role="alert" className="text-[13px] text-fail-text">
            {change.error.message}
          </p>
        )}
        <div>
          <Button type="submit" loading={change.isPending} disabled={current === '' || next === '' || fault !== null}>
            Change the password
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Sessions() {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery(sessionsQuery())
  const end = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await apiSend('DELETE', `/api/v1/sessions/${id}`, undefined, z.unknown())
    },
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery().queryKey }),
  })
  if (error && !data) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (!data) return <TableSkeleton rows={3} />
  const everywhere = async () => {
    // the one in use last: afterwards nothing more can be asked
    await end.mutateAsync(data.filter((session) => !session.current).map((session) => session.id))
    await signOut({ callbackUrl: '/signin' })
  }
  return (
    <Card
      title="Where you are signed in"
      flush
      aside={
        <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => void everywhere()}>
          Sign out everywhere
        </Button>
      }
    >
      {end.isError && (
        <p role="alert" className="px-4 pb-2 text-[13px] text-fail-text">
          {end.error.message}
        </p>
      )}
      <DataTable
        label="Sessions"
        rows={data}
        rowKey={(session) => session.id}
        columns={[
          {
            id: 'browser',
            header: 'Browser',
            cell: (session) => <span title={session.userAgent}>{browserName(session.userAgent)}</span>,
          },
          { id: 'seen', header: 'Last seen', cell: (session) => <RelativeTime at={session.lastSeenAt} /> },
          { id: 'since', header: 'Since', cell: (session) => <RelativeTime at={session.createdAt} /> },
          {
            id: 'end',
            header: 'End it',
            quiet: true,
            cell: (session) =>
              session.current ? (
                <span className="text-mute">this one</span>
              ) : (
                <Button size="compact-xs" variant="default" onClick={() => end.mutate([session.id])}>
                  Sign out
                </Button>
              ),
          },
        ]}
      />
    </Card>
  )
}
