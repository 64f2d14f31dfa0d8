'use client'
import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { z } from 'zod'
import { useMay } from '#components/shell/me.tsx'
import { apiSend } from '#lib/client/api.ts'
import { buildQuery } from '#lib/client/builds.ts'
import type { BuildDetail } from '#lib/contract/builds.ts'

/** Takes a document out of consideration, or puts it back, with a reason that stays in the audit log. */
export function TakeOut({ build, evidence }: { build: BuildDetail; evidence: BuildDetail['evidence'][number] }) {
  const may = useMay('evidence:take-out')
  const [asked, setAsked] = useState(false)
  if (!may) return null
  const out = evidence.takenOut !== null
  const name = evidence.name ?? evidence.path
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`${out ? 'Put back' : 'Take out'} ${name} ${evidence.sha256.slice(0, 8)}`}
        onClick={() => setAsked(true)}
      >
        {out ? 'Put back' : 'Take out'}
      </Button>
      {asked && <Ask build={build} sha256={evidence.sha256} name={name} out={out} onClose={() => setAsked(false)} />}
    </>
  )
}

function Ask({
  build,
  sha256,
  name,
  out,
  onClose,
}: {
  build: BuildDetail
  sha256: string
  name: string
  out: boolean
  onClose: () => void
}) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const send = useMutation({
    mutationFn: () =>
      apiSend(
        'POST',
        `/api/v1/software/${encodeURIComponent(build.software.slug)}/taken-out`,
        { act: out ? 'put-back' : 'take-out', sha256, reason: reason.trim() },
        z.unknown(),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: buildQuery(build.short).queryKey })
      void client.invalidateQueries({ queryKey: ['builds'] })
      onClose()
    },
  })
  const complete = reason.trim().length >= 3
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (complete) send.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={out ? 'Put back into consideration' : 'Take out of consideration'}>
      <form onSubmit={submit} className="grid gap-3 text-[13px]">
        <p className="break-words">
          <strong>{name}</strong> <code className="font-mono text-xs text-mute">{sha256.slice(0, 16)}</code>
        </p>
        <p className="text-mute">
          {out
            ? 'It counts again wherever it fits. Every build of this software is judged again.'
            : `No build of ${build.software.name} is judged with it any more, in whatever envelope it comes. Evidence that says no is evidence too: without it a build may pass. The document is kept, verdicts say that it was taken out and by whom, and it can be put back.`}
        </p>
        <TextInput
          label="Why"
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        {send.isError && (
          <p role="alert" className="text-fail-text">
            {send.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={send.isPending} disabled={!complete}>
            {out ? 'Put back' : 'Take out'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
