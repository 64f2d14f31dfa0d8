'use client'
import { Button, Modal, MultiSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiProblem } from '#lib/client/api.ts'
import { identitiesQuery } from '#lib/client/identities.ts'
import { declareVerifier } from '#lib/client/verifications.ts'
import { privateKeyIn } from '../software/private-key.ts'

/** Names a verifier: how people call it, how its verifications do, and the keys that must have signed them. */
export function DeclareVerifier({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { data: identities } = useQuery(identitiesQuery())
  const [name, setName] = useState('')
  const [verifierId, setVerifierId] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const [pasted, setPasted] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const save = useMutation({
    mutationFn: () =>
      declareVerifier({
        name: name.trim(),
        verifierId: verifierId.trim(),
        keys: [
          ...chosen.map((fingerprint) => ({ fingerprint })),
          ...(pasted.trim() === '' ? [] : [{ text: pasted, name: `key of ${name.trim()}` }]),
        ],
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
  const ready = name.trim() !== '' && verifierId.trim() !== '' && (chosen.length > 0 || pasted.trim() !== '')
  return (
    <Modal opened onClose={onClose} title="Declare a verifier" size="lg">
      <form onSubmit={submit} className="flex flex-col gap-4 text-[13px]">
        <TextInput
          label="Name"
          description="As people call it"
          placeholder="Release gate of the platform team"
          maxLength={200}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Id in its verifications"
          description="The member verifier.id of its summaries, letter by letter. Witness always writes witness."
          placeholder="https://gate.bank.example"
          maxLength={300}
          required
          classNames={{ input: '!font-mono !text-xs' }}
          value={verifierId}
          onChange={(event) => setVerifierId(event.currentTarget.value)}
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
          minRows={3}
          maxRows={8}
          maxLength={65_536}
          classNames={{ input: '!font-mono !text-xs' }}
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
        />
        <p className="text-mute">
          One signature by any of the keys is enough. What was brought in before is checked again. The act is written to
          the audit log.
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
          <Button type="submit" loading={save.isPending} disabled={!ready}>
            Declare the verifier
          </Button>
        </div>
      </form>
    </Modal>
  )
}
