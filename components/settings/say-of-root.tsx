'use client'
import { Button, Modal, Radio, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { sayOfRoot, trustQuery } from '#lib/client/trust.ts'
import type { TrustedRootRow } from '#lib/contract/trust.ts'
import { useMay } from '../shell/me.tsx'
import { SinceField, sinceOf } from './since-field.tsx'

type Act = 'end' | 'compromised' | 'restore'

/** Ends a root of a trust domain, calls it compromised, or takes that back, each with a reason. */
export function SayOfRoot({
  trustDomain,
  root,
  onClose,
}: {
  trustDomain: string
  root: TrustedRootRow
  onClose: () => void
}) {
  const client = useQueryClient()
  const maySet = useMay('trust:set')
  const spoken = root.state === 'ended' || root.state === 'compromised'
  const [act, setAct] = useState<Act>(spoken ? 'restore' : 'end')
  const [since, setSince] = useState('')
  const [reason, setReason] = useState('')
  const say = useMutation({
    mutationFn: () => {
      const at = act === 'restore' ? null : sinceOf(since)
      return sayOfRoot(trustDomain, root.sha256, { act, reason: reason.trim(), ...(at === null ? {} : { at }) })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: trustQuery().queryKey })
      void client.invalidateQueries({ queryKey: ['builds'] })
      void client.invalidateQueries({ queryKey: ['posture'] })
      onClose()
    },
  })
  const complete = reason.trim().length >= 3 && (act === 'restore' || since.trim() === '' || sinceOf(since) !== null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (complete) say.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={`A root of ${trustDomain}`}>
      <form onSubmit={submit} className="grid gap-3 text-[13px]">
        <p className="break-words">
          {root.subject} <code className="font-mono text-xs text-mute">{root.sha256.slice(0, 16)}</code>
        </p>
        <Radio.Group label="What is to be said of it" value={act} onChange={(value) => setAct(actOf(value))}>
          <div className="mt-1 grid gap-2">
            <Radio
              value="end"
              label="It ends"
              description="What was provably signed before still counts; later bundles do not bring it back"
              data-autofocus
            />
            <Radio
              value="compromised"
              label="Its key is compromised"
              description="What was provably signed before still counts, with a warning"
            />
            {maySet && spoken && (
              <Radio value="restore" label="That was a mistake" description="It counts again as its bundles say" />
            )}
          </div>
        </Radio.Group>
        {act !== 'restore' && (
          <SinceField
            label="Since"
            description="In UTC; empty: from now on. An earlier time takes more evidence away"
            value={since}
            onChange={setSince}
          />
        )}
        <TextInput
          label="Why"
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {say.isError && (
          <p role="alert" className="break-words text-fail-text">
            {say.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={act === 'restore' ? undefined : 'red'}
            loading={say.isPending}
            disabled={!complete}
          >
            {act === 'restore' ? 'Restore' : act === 'end' ? 'End the root' : 'Call it compromised'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function actOf(value: string): Act {
  return value === 'compromised' || value === 'restore' ? value : 'end'
}
