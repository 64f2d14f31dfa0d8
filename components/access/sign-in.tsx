'use client'
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useRouter, useSearchParams } from 'next/navigation'
import { signIn } from 'next-auth/react'
import { type FormEvent, useState } from 'react'
import { safeReturn } from './safe-return.ts'

const refusals: Record<string, string> = {
  RATE_LIMITED: 'Too many attempts. Wait a few minutes, then try again.',
  UNAVAILABLE: 'Signing in is not possible right now: the database could not be asked. Try again in a moment.',
  CredentialsSignin: 'Email or password is wrong.',
}

/** Email and password; afterwards back to the page that was asked for. Pasting is allowed. */
export function SignIn() {
  const to = safeReturn(useSearchParams().get('callbackUrl'))
  const router = useRouter()
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const email = String(form.get('email') ?? '').trim()
    const password = String(form.get('password') ?? '')
    if (email === '' || password === '') return setRefusal('Enter your email and your password.')
    setBusy(true)
    setRefusal(null)
    const answer = await signIn('credentials', { email, password, redirect: false }).catch(() => undefined)
    if (answer?.ok) {
      router.replace(to)
      router.refresh()
      return
    }
    setBusy(false)
    setRefusal(refusals[answer?.error ?? ''] ?? 'Waybill could not be reached. Check the connection and try again.')
  }
  return (
    <form onSubmit={submit} noValidate method="post">
      <Stack gap="sm">
        {refusal && (
          <Alert color="red" variant="light" role="alert" classNames={{ message: '!text-fail-text' }}>
            {refusal}
          </Alert>
        )}
        <TextInput label="Email" name="email" type="email" autoComplete="username" required withAsterisk={false} />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Button type="submit" loading={busy} mt="xs">
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
