'use client'
import { ActionIcon, Button, FileButton, Modal, Tooltip } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { identitiesQuery } from '#lib/client/identities.ts'
import { setOwnerKeys, softwareQuery } from '#lib/client/software.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { KnownKeys, keyLabel, NotSaved, PublicKeyText } from '../identities/key-fields.tsx'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'
import { Digest } from '../ui/digest.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { privateKeyIn } from './private-key.ts'

/** Whose signatures a layout of this software needs, all of them. Only an administrator changes that. */
export function OwnerKeys({ software }: { software: SoftwareDetail }) {
  const may = useMay('owner-keys:set')
  const [open, setOpen] = useState(false)
  return (
    <Card
      title="Owner keys"
      aside={
        may && (
          <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
            {software.owners.length === 0 ? 'Set owner keys' : 'Change'}
          </Button>
        )
      }
    >
      {software.owners.length === 0 ? (
        <EmptyState
          icon={KeyRound}
          title="No owner keys yet"
          text={
            may
              ? 'Choose the public keys whose owners decide about layouts. Every one of them must sign.'
              : 'An administrator sets the public keys whose owners must sign every layout.'
          }
        />
      ) : (
        <ul>
          {software.owners.map((key) => (
            <li key={key.fingerprint} className="border-t border-line py-2 first:border-t-0 first:pt-0">
              <p className="text-[13px] font-medium break-words">{key.name}</p>
              <p className="text-xs text-mute">
                {key.keytype} <Digest value={key.keyids[0] ?? key.fingerprint} />
              </p>
              <p className="text-xs text-mute">
                set <RelativeTime at={key.addedAt} /> by {key.addedBy}
              </p>
            </li>
          ))}
        </ul>
      )}
      {may && open && <ChangeOwnerKeys software={software} onClose={() => setOpen(false)} />}
    </Card>
  )
}

interface Brought {
  readonly name: string
  readonly text: string
}

function ChangeOwnerKeys({ software, onClose }: { software: SoftwareDetail; onClose: () => void }) {
  const client = useQueryClient()
  const { data: identities } = useQuery(identitiesQuery())
  const [chosen, setChosen] = useState(software.owners.map((key) => key.fingerprint))
  const [brought, setBrought] = useState<readonly Brought[]>([])
  const [pasted, setPasted] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const save = useMutation({
    mutationFn: () =>
      setOwnerKeys(software.slug, [
        ...chosen.map((fingerprint) => ({ fingerprint })),
        ...brought.map((key) => ({ ...key })),
      ]),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: softwareQuery(software.slug).queryKey })
      void client.invalidateQueries({ queryKey: ['identities'] })
      void client.invalidateQueries({ queryKey: ['posture'] })
      onClose()
    },
  })
  const bring = async (name: string, text: string): Promise<boolean> => {
    const kind = await privateKeyIn(text)
    if (kind !== null) {
      setRefusal(`${name} is a private key (${kind}). It was not sent and is not kept. Give its public part.`)
      return false
    }
    setRefusal(null)
    setBrought((before) => [...before, { name, text }])
    return true
  }
  const known = new Map((identities?.keys ?? []).map((key) => [key.fingerprint, keyLabel(key)]))
  for (const key of software.owners)
    if (!known.has(key.fingerprint)) known.set(key.fingerprint, `${key.name} · ${key.keytype}`)
  const count = chosen.length + brought.length
  return (
    <Modal opened onClose={onClose} title={`Owner keys of ${software.name}`} size="lg">
      <div className="flex flex-col gap-4 text-[13px]">
        <p className="text-mute">
          A layout can be put in force only when every one of these keys signed exactly its bytes. Keys that came with
          evidence carry no trust until you choose them here. The change is written to the audit log.
        </p>
        <KnownKeys
          label="Choose among the keys that are known"
          known={[...known].map(([value, label]) => ({ value, label }))}
          chosen={chosen}
          onChange={setChosen}
        />
        <div>
          <PublicKeyText label="Or paste a public key" value={pasted} onChange={setPasted} />
          <div className="mt-2 flex flex-wrap gap-2">
            <Button
              size="xs"
              variant="default"
              disabled={pasted.trim() === ''}
              onClick={async () => {
                if (await bring(`pasted key ${brought.length + 1}`, pasted)) setPasted('')
              }}
            >
              Add the pasted key
            </Button>
            <FileButton
              multiple
              onChange={async (files) => {
                for (const file of files) await bring(file.name, await file.slice(0, 65_536).text())
              }}
            >
              {(props) => (
                <Button size="xs" variant="default" {...props}>
                  Choose files
                </Button>
              )}
            </FileButton>
          </div>
        </div>
        {brought.length > 0 && (
          <ul className="rounded-md border border-line">
            {brought.map((key) => (
              <li
                key={key.name + key.text}
                className="flex items-center gap-2 border-t border-line px-3 py-1 first:border-t-0"
              >
                <span className="min-w-0 flex-1 truncate">{key.name}</span>
                <Tooltip label="Leave out">
                  <ActionIcon
                    size={24}
                    variant="subtle"
                    color="gray"
                    aria-label={`Leave out ${key.name}`}
                    onClick={() => setBrought((before) => before.filter((other) => other !== key))}
                  >
                    <Trash2 size={14} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              </li>
            ))}
          </ul>
        )}
        <NotSaved refusal={refusal} error={save.error} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span className="w-full text-mute sm:mr-auto sm:w-auto">
            {count === 0
              ? 'Without owner keys no layout can be put in force'
              : `${count} ${count === 1 ? 'key' : 'keys'}, all must sign`}
          </span>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            Save owner keys
          </Button>
        </div>
      </div>
    </Modal>
  )
}
