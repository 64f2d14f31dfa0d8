'use client'
import { Button, Modal, MultiSelect, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiProblem } from '#lib/client/api.ts'
import { declareFunctionary } from '#lib/client/functionaries.ts'
import { identitiesQuery } from '#lib/client/identities.ts'
import { privateKeyIn } from '../software/private-key.ts'

/** Says by which keys and SPIFFE IDs one person or workload signs. */
export function DeclareFunctionary({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { data: identities } = useQuery(identitiesQuery())
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const [pasted, setPasted] = useState('')
  const [spiffeIds, setSpiffeIds] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const save = useMutation({
    mutationFn: () =>
      declareFunctionary({
        name: name.trim(),
        keys: [
          ...chosen.map((fingerprint) => ({ fingerprint })),
          ...(pasted.trim() === '' ? [] : [{ text: pasted, name: `key of ${name.trim()}` }]),
        ],
        spiffeIds,
        reason: reason.trim(),
      }),
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
  const known = (identities?.keys ?? []).map(({ fingerprint, name: key, keytype }) => ({
    value: fingerprint,
    label: `${key} · ${keytype} · ${fingerprint.slice(0, 12)}`,
  }))
  const workloads = (identities?.certificates ?? []).flatMap(({ spiffeId, isCa }) =>
    spiffeId === null || isCa ? [] : [spiffeId],
  )
  return (
    <Modal opened onClose={onClose} title="Declare a functionary" size="lg">
      <form onSubmit={submit} className="flex flex-col gap-4 text-[13px]">
        <TextInput
          label="Name"
          description="The person or workload, as people call it"
          placeholder="Mira Novak, payments lead"
          maxLength={200}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
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
        <TagsInput
          label="SPIFFE IDs"
          description="Of its SVIDs, letter by letter; Enter after each"
          placeholder={spiffeIds.length === 0 ? 'spiffe://prod.bank.example/people/mira' : ''}
          data={[...new Set(workloads)].sort()}
          splitChars={[',', ' ', '\n']}
          acceptValueOnBlur
          value={spiffeIds}
          onChange={setSpiffeIds}
        />
        <TextInput
          label="Why, and how you know"
          placeholder="Both were handed to her by the identity team, ticket IAM-1234"
          maxLength={1000}
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <p className="text-mute">
          From now on these count once for every threshold. Every build is judged again, and the act is written to the
          audit log.
        </p>
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
          <Button type="submit" loading={save.isPending}>
            Declare
          </Button>
        </div>
      </form>
    </Modal>
  )
}
