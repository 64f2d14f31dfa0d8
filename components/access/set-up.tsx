'use client'
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useRouter } from 'next/navigation'
import { signIn } from 'next-auth/react'
import { type FormEvent, useState } from 'react'
import { z } from 'zod'
import { ApiProblem, apiSend } from '#lib/client/api.ts'
import { setupSchema } from '#lib/contract/access.ts'

/** Creates the first administrator with the link that `npm start` printed, then signs in. */
export function SetUp({ token }: { token: string }) {
  const router = useRouter()
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = { token, email: form.get('email'), name: form.get('name'), password: form.get('password') }
    const input = setupSchema.safeParse(given)
    setRefusal(null)
    if (!input.success)
      return setFaults(Object.fromEntries(input.error.issues.map((issue) => [issue.path.join('.'), issue.message])))
    setFaults({})
    setBusy(true)
    try {
      await apiSend('POST', '/api/v1/setup', input.data, z.unknown())
      const { email, password } = input.data
      await signIn('credentials', { email, password, redirect: false })
      router.replace('/welcome')
      router.refresh()
    } catch (error) {
      setBusy(false)
      setFaults(error instanceof ApiProblem ? error.fields : {})
      setRefusal(error instanceof Error ? error.message : 'That did not work. Try again.')
    }
  }
  return (
    <form onSubmit={submit} noValidate method="post">
      <Stack gap="sm">
        <p className="text-[13px] text-mute">
          You set up this Waybill and become its administrator. The link works once.
        </p>
        {refusal && (
          <Alert color="red" variant="light" role="alert" classNames={{ message: '!text-fail-text' }}>
            {refusal}
          </Alert>
        )}
        <TextInput label="Your name" name="name" autoComplete="name" error={faults.name} />
        <TextInput label="Email" name="email" type="email" autoComplete="username" error={faults.email} />
        <PasswordInput
          label="Password"
          name="password"
          description="At least 15 characters; a sentence is easiest to remember."
          autoComplete="new-password"
          error={faults.password}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Button type="submit" loading={busy} mt="xs">
          Create the administrator
        </Button>
      </Stack>
    </form>
  )
}
