'use client'
import { Button, Modal, MultiSelect, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiProblem } from '#lib/client/api.ts'
import { identitiesQuery } from '#lib/client/identities.ts'
import { privateKeyIn } from '../software/private-key.ts'

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
  const known = (identities?.keys ?? []).map(({ fingerprint, name, keytype }) => ({
    value: fingerprint,
    label: `${name} · ${keytype} · ${fingerprint.slice(0, 12)}`,
  }))
  const withKey = !needsKey || chosen.length > 0 || pasted.trim() !== ''
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form onSubmit={submit} className="flex flex-col gap-4 text-[13px]">
        {before}
        <MultiSelect
          label="Keys that are known"
          placeholder={known.length === 0 ? 'None is known yet: paste one below' : 'Search by name or keyid'}
          data={known}
          value={chosen}
          onChange={setChosen}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Choose none' }}
          nothingFoundMessage="No such key"
        />
        <Textarea
          label="Or a public key"
          description="PEM (SPKI or PKCS#1) or securesystemslib JSON"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={65_536}
          classNames={{ input: '!font-mono !text-xs' }}
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
        />
        {after}
        <p className="text-mute">{note}</p>
        {(refusal ?? save.error) && (
          <div role="alert" className="text-fail-text">
            <p>{refusal ?? save.error?.message}</p>
            {save.error instanceof ApiProblem &&
              Object.entries(save.error.fields).map(([path, text]) => <p key={path}>{text}</p>)}
          </div>
        )}
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
