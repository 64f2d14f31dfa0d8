'use client'
import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { identitiesQuery } from '#lib/client/identities.ts'
import { privateKeyIn } from '../software/private-key.ts'
import { KnownKeys, keyLabel, NotSaved, PublicKeyText } from './key-fields.tsx'

/** Public keys as the API takes them: known ones by fingerprint, new ones as text with a name. */
export type GivenKey = { fingerprint: string } | { text: string; name: string }

interface Props {
  title: string
  /** on the button */
  act: string
  /** whose keys they are, for the name of a pasted one */
  owner: string
  /** whether what the form asks besides keys is given */
  ready: boolean
  needsKey: boolean
  declare: (keys: GivenKey[]) => Promise<unknown>
  onClose: () => void
  before: ReactNode
  after?: ReactNode
  /** what will follow from it */
  note: string
}

/** Says whose some public keys are. A private key that is pasted by mistake is thrown away and never sent. */
export function Declaration({ title, act, owner, ready, needsKey, declare, onClose, before, after, note }: Props) {
  const client = useQueryClient()
  const { data: identities } = useQuery(identitiesQuery())
  const [chosen, setChosen] = useState<string[]>([])
  const [pasted, setPasted] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const save = useMutation({
    mutationFn: () =>
      declare([
        ...chosen.map((fingerprint) => ({ fingerprint })),
        ...(pasted.trim() === '' ? [] : [{ text: pasted, name: `key of ${owner.trim()}` }]),
      ]),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const kind = await privateKeyIn(pasted)
    if (kind !== null) {
      setPasted('')
      return setRefusal(`What you pasted is a private key (${kind}). It was not sent. Give its public part.`)
    }
    setRefusal(null)
    save.mutate()
  }
  const known = (identities?.keys ?? []).map((key) => ({ value: key.fingerprint, label: keyLabel(key) }))
  const withKey = !needsKey || chosen.length > 0 || pasted.trim() !== ''
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form onSubmit={submit} className="flex flex-col gap-4 text-[13px]">
        {before}
        <KnownKeys label="Keys that are known" known={known} chosen={chosen} onChange={setChosen} />
        <PublicKeyText label="Or a public key" value={pasted} onChange={setPasted} />
        {after}
        <p className="text-mute">{note}</p>
        <NotSaved refusal={refusal} error={save.error} />
        <div className="flex justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!(ready && withKey)}>
            {act}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
