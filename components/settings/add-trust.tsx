'use client'
import { Button, Checkbox, FileButton, Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { z } from 'zod'
import { ApiProblem } from '#lib/client/api.ts'
import { addTrust, trustQuery } from '#lib/client/trust.ts'
import { type OfferedBundle, trustDomainSchema } from '#lib/contract/trust.ts'
import { sha256Schema } from '#lib/contract/verdict.ts'
import { privateKeyIn } from '../software/private-key.ts'
import { SinceField, sinceOf } from './since-field.tsx'

/** Roots that a bundle would end, as the server names them. */
const endingSchema = z.array(z.object({ sha256: sha256Schema, subject: z.string() }))
const MOST = 1_000_000

/** An administrator says whose roots speak for a trust domain, since when, and how that is known. */
export function AddTrust({
  trustDomain: proposed,
  offered,
  onClose,
}: {
  trustDomain: string
  offered: OfferedBundle | null
  onClose: () => void
}) {
  const client = useQueryClient()
  const [trustDomain, setTrustDomain] = useState(proposed)
  const [text, setText] = useState('')
  const [name, setName] = useState('')
  const [since, setSince] = useState('')
  const [reason, setReason] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [ending, setEnding] = useState<readonly string[]>([])
  const add = useMutation({
    mutationFn: () => {
      const from = sinceOf(since)
      return addTrust({
        trustDomain,
        content: offered === null ? { text, name } : { offered: offered.sha256 },
        reason: reason.trim(),
        ending: [...ending],
        ...(from === null ? {} : { from }),
      })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: trustQuery().queryKey })
      void client.invalidateQueries({ queryKey: ['builds'] })
      void client.invalidateQueries({ queryKey: ['posture'] })
      onClose()
    },
  })
  const bring = async (given: string, from: string) => {
    setEnding([])
    add.reset()
    const kind = await privateKeyIn(given)
    setRefusal(
      kind === null ? null : `This is a private key (${kind}). It was not sent and is not kept. Give certificates.`,
    )
    setText(kind === null ? given : '')
    setName(kind === null ? from : '')
  }
  const ends = add.error instanceof ApiProblem ? endingSchema.safeParse(add.error.body.ending).data : undefined
  const isDomain = trustDomainSchema.safeParse(trustDomain).success
  const complete =
    isDomain &&
    (offered !== null || text.trim() !== '') &&
    reason.trim().length >= 3 &&
    (since.trim() === '' || sinceOf(since) !== null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (complete) add.mutate()
  }
  return (
    <Modal opened onClose={onClose} title="Add roots of a trust domain" size="lg">
      <form onSubmit={submit} className="grid gap-3 text-[13px]">
        <p className="text-mute">
          From then on, what these roots certify can make builds verify. Everything that they concern is judged again,
          and your decision stays in the audit log.
        </p>
        <TextInput
          label="Trust domain"
          placeholder="prod.bank.example"
          value={trustDomain}
          onChange={(event) => setTrustDomain(event.currentTarget.value.trim())}
          error={trustDomain !== '' && !isDomain ? 'Lower-case letters, digits, dots, hyphens, underscores' : null}
          data-autofocus
        />
        {offered === null ? (
          <div>
            <Textarea
              label="SPIFFE bundle or root certificates"
              description="A bundle (JSON) is the whole of the domain from then on; certificates in PEM are added to what is there"
              autosize
              minRows={3}
              maxRows={8}
              maxLength={MOST}
              classNames={{ input: '!font-mono !text-xs' }}
              value={text}
              onChange={(event) => void bring(event.currentTarget.value, '')}
            />
            <div className="mt-2 flex items-center gap-2">
              <FileButton
                onChange={async (file) => {
                  if (file) await bring(await file.slice(0, MOST).text(), file.name)
                }}
              >
                {(props) => (
                  <Button size="xs" variant="default" {...props}>
                    Choose a file
                  </Button>
                )}
              </FileButton>
              {name !== '' && <span className="min-w-0 truncate text-xs text-mute">{name}</span>}
            </div>
          </div>
        ) : (
          <p>
            The bundle <strong className="break-words">{offered.name}</strong> with {offered.roots}{' '}
            {offered.roots === 1 ? 'root' : 'roots'}, brought in by {offered.broughtBy}.
          </p>
        )}
        <SinceField
          label="In force since"
          description="In UTC; empty: from now on. Evidence is judged by the roots of the time at which it was signed"
          value={since}
          onChange={setSince}
        />
        <TextInput
          label="Why, and how you know"
          description="Such as: fingerprints compared with the platform team by phone"
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {refusal !== null && (
          <p role="alert" className="text-fail-text">
            {refusal}
          </p>
        )}
        {add.isError && (
          <p role="alert" className="break-words text-fail-text">
            {add.error.message}
          </p>
        )}
        {ends !== undefined && (
          <Checkbox
            label={`End ${ends.map(({ subject, sha256 }) => `${subject} (${sha256.slice(0, 12)})`).join(', ')}`}
            checked={ends.every(({ sha256 }) => ending.includes(sha256))}
            onChange={(event) => setEnding(event.currentTarget.checked ? ends.map(({ sha256 }) => sha256) : [])}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!complete}>
            Put in force
          </Button>
        </div>
      </form>
    </Modal>
  )
}
