'use client'
import { Button, FileButton, PasswordInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { FileKey2, ShieldCheck } from 'lucide-react'
import { useRef, useState } from 'react'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { addSignature, versionQuery } from '#lib/client/layouts.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { PrivateKeyError } from '#lib/crypto/web/index.ts'
import { signInBrowser } from './sign-in-browser.ts'

interface Problem {
  readonly message: string
  readonly command: string | null
}

/** Signs with a key file in this browser. The file's text lives in one variable while it is needed and nowhere else. */
export function SignForm({ version, locked }: { version: LayoutVersion; locked: string | null }) {
  const client = useQueryClient()
  const held = useRef<string | null>(null)
  const clear = useRef<() => void>(() => undefined)
  const [file, setFile] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const [passphrase, setPassphrase] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [done, setDone] = useState<string | null>(null)

  const forget = () => {
    held.current = null
    setFile(null)
    setAsking(false)
    setPassphrase('')
    clear.current()
  }
  const sign = async (secret?: string) => {
    const text = held.current
    if (text === null) return
    setBusy(true)
    setProblem(null)
    try {
      const act = await signInBrowser(version, text, secret)
      const before = new Set(version.signatures.map(({ fingerprint }) => fingerprint))
      const answer = await addSignature(version.id, act)
      client.setQueryData(versionQuery(version.id).queryKey, answer)
      await client.invalidateQueries({ queryKey: ['layouts'] })
      const made = answer.signatures.find(({ fingerprint }) => !before.has(fingerprint))
      setDone(
        made === undefined
          ? 'This key had signed already; nothing changed.'
          : `Signed with ${made.fingerprint.slice(0, 12)}. The key is forgotten.`,
      )
      forget()
    } catch (error) {
      if (error instanceof PrivateKeyError && error.code === 'PASSPHRASE_NEEDED') setAsking(true)
      else {
        setProblem(problemOf(error))
        const again = error instanceof PrivateKeyError && error.code === 'WRONG_PASSPHRASE'
        if (!again) forget()
      }
    } finally {
      setPassphrase('')
      setBusy(false)
    }
  }
  const choose = async (chosen: File | null) => {
    if (chosen === null) return
    setDone(null)
    setProblem(null)
    setAsking(false)
    // keys are a few kilobytes; anything large is the wrong file
    if (chosen.size > 65_536) return setProblem({ message: 'This file is too large for a key.', command: null })
    held.current = await chosen.text()
    setFile(chosen.name)
    await sign()
  }

  return (
    <div className="flex flex-col gap-3 text-[13px]">
      <p className="flex gap-2 text-mute">
        <ShieldCheck size={16} className="mt-0.5 shrink-0" aria-hidden />
        The key is opened and used in this browser. It is never sent, and forgotten after signing. What goes to the
        server: the public key, the digest above and two signatures.
      </p>
      {locked !== null ? (
        <p className="rounded-md bg-warn-tint px-3 py-2 text-warn-text">{locked}</p>
      ) : (
        <FileButton
          onChange={(chosen) => void choose(chosen)}
          resetRef={clear}
          inputProps={{ 'aria-label': 'Private key file' }}
        >
          {(props) => (
            <Button
              {...props}
              loading={busy && !asking}
              leftSection={<FileKey2 size={15} aria-hidden />}
              className="self-start"
            >
              Sign with a key file
            </Button>
          )}
        </FileButton>
      )}
      {asking && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            void sign(passphrase)
          }}
        >
          <PasswordInput
            className="min-w-60 flex-1"
            label={`Passphrase of ${file ?? 'the key'}`}
            autoComplete="off"
            data-autofocus
            autoFocus
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy} disabled={passphrase === ''}>
            Sign
          </Button>
          <Button variant="default" onClick={forget}>
            Forget the key
          </Button>
        </form>
      )}
      {problem !== null && (
        <div role="alert" className="rounded-md bg-fail-tint px-3 py-2 text-fail-text">
          {problem.message}
        </div>
      )}
      {problem?.command && <CodeBlock code={problem.command} label="Command to convert the key" />}
      <p role="status" className="text-pass-text">
        {done}
      </p>
      <p className="text-xs text-mute">
        PKCS#8 (also encrypted), PKCS#1 and the keys of in-toto-keygen; RSA, Ed25519 and ECDSA.
      </p>
    </div>
  )
}

function problemOf(error: unknown): Problem {
  if (error instanceof PrivateKeyError) return { message: error.message, command: error.command }
  return { message: error instanceof Error ? error.message : 'The layout could not be signed.', command: null }
}
