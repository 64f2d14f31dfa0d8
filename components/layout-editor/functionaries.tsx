'use client'
import { ActionIcon, Button, FileButton, Select, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { KeyRound, Upload, X } from 'lucide-react'
import { useState } from 'react'
import { Digest } from '#components/ui/digest.tsx'
import { knownKeysQuery } from '#lib/client/layouts.ts'
import type { PublicKey } from '#lib/contract/identities.ts'
import { FormatError, type Key, parsePublicKeyFile, utf8 } from '#lib/crypto/index.ts'
import {
  addFunctionary,
  addFunctionaryId,
  type ItemView,
  type KeyView,
  removeFunctionary,
} from '#lib/layout-draft/index.ts'
import { useEditorStore, useView } from './editor-store.ts'

/** The keys that may sign a step, and ways to add one: known here, pasted, or from a file. */
export function Functionaries({ item }: { item: ItemView }) {
  const store = useEditorStore()
  const view = useView()
  const { data: known } = useQuery(knownKeysQuery())
  const nameOf = (key: KeyView | undefined) =>
    known?.keys.find(({ fingerprint }) => fingerprint === key?.key?.fingerprint)?.name ?? null
  const byId = new Map(view.keys.map((key) => [key.keyid, key]))
  return (
    <fieldset className="m-0 border-0 p-0">
      <legend className="mb-1 text-[13px] font-medium">Who may sign</legend>
      {item.pubkeys.length === 0 && <p className="mb-1 text-xs text-mute">Nobody yet.</p>}
      <ul className="m-0 list-none p-0">
        {item.pubkeys.map((keyid) => (
          <Functionary
            key={keyid}
            keyid={keyid}
            entry={byId.get(keyid)}
            name={nameOf(byId.get(keyid))}
            remove={() =>
              store
                .getState()
                .act('Key removed from the step', (document) => removeFunctionary(document, item.ref, keyid))
            }
          />
        ))}
      </ul>
      <AddKey item={item} known={known?.keys ?? []} />
    </fieldset>
  )
}

function Functionary({
  keyid,
  entry,
  name,
  remove,
}: {
  keyid: string
  entry: KeyView | undefined
  name: string | null
  remove: () => void
}) {
  const key = entry?.key ?? null
  return (
    <li className="flex items-center gap-2 border-t border-line py-1.5 text-xs first:border-t-0">
      <KeyRound size={14} className="shrink-0 text-mute" aria-hidden />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name ?? `Key ${keyid.slice(0, 8)}`}</span>
        {key === null ? (
          <span className="text-fail-text">{entry?.problem ?? 'The layout does not list this key.'}</span>
        ) : (
          <span className="flex flex-wrap items-center gap-x-1 text-mute">
            {key.keytype}
            {key.bits === null ? '' : ` ${key.bits}`}, fingerprint <Digest value={key.fingerprint} />
          </span>
        )}
      </span>
      <ActionIcon
        size={24}
        variant="subtle"
        color="gray"
        aria-label={`Remove key ${keyid.slice(0, 8)}`}
        onClick={remove}
      >
        <X size={14} aria-hidden />
      </ActionIcon>
    </li>
  )
}

function AddKey({ item, known }: { item: ItemView; known: readonly PublicKey[] }) {
  const store = useEditorStore()
  const view = useView()
  const [pasting, setPasting] = useState(false)
  const [pem, setPem] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const add = (keys: readonly Key[]) => {
    store
      .getState()
      .act(keys.length === 1 ? 'Key added' : `${keys.length} keys added`, (document) =>
        keys.reduce((changed, key) => addFunctionary(changed, item.ref, key), document),
      )
    setProblem(null)
    setPem('')
    setPasting(false)
  }
  const read = (bytes: Uint8Array) => {
    try {
      add(parsePublicKeyFile(bytes))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      setProblem(error.message)
    }
  }
  const choose = (value: string | null) => {
    if (value === null) return
    const listed = view.keys.find(({ keyid }) => `listed ${keyid}` === value)
    const stored = known.find(({ fingerprint }) => fingerprint === value)
    if (listed !== undefined) {
      store.getState().act('Key added', (document) => addFunctionaryId(document, item.ref, listed.keyid))
    } else if (stored?.pem) read(utf8(stored.pem))
  }
  return (
    <div className="mt-1.5">
      <Select
        id="add-functionary"
        size="xs"
        aria-label="Add a key that is known"
        placeholder="Add a known key: search by name or fingerprint"
        searchable
        clearable
        value={null}
        nothingFoundMessage="No key of that name. Paste it or choose its file."
        data={choices(item, view.keys, known)}
        onChange={choose}
        leftSection={<KeyRound size={13} aria-hidden />}
      />
      <div className="mt-1.5 flex gap-1.5">
        <Button size="compact-sm" variant="default" onClick={() => setPasting(!pasting)} aria-expanded={pasting}>
          Paste a key
        </Button>
        <FileButton
          onChange={(file) => void file?.arrayBuffer().then((bytes) => read(new Uint8Array(bytes)))}
          inputProps={{ 'aria-label': 'Public key file' }}
        >
          {(props) => (
            <Button {...props} size="compact-sm" variant="default" leftSection={<Upload size={13} aria-hidden />}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
      {pasting && (
        <div className="mt-1.5">
          <Textarea
            size="xs"
            label="Public key, PEM or in-toto's JSON"
            autosize
            minRows={3}
            maxRows={8}
            value={pem}
            error={problem}
            onChange={(event) => setPem(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <Button mt={6} size="compact-sm" disabled={pem.trim() === ''} onClick={() => read(utf8(pem.trim()))}>
            Add key
          </Button>
        </div>
      )}
      {!pasting && problem !== null && (
        <p role="alert" className="mt-1 text-xs text-fail-text">
          {problem}
        </p>
      )}
    </div>
  )
}

/** Keys of this layout first, then others that Waybill knows; those that may sign already are left out. */
function choices(item: ItemView, listed: readonly KeyView[], known: readonly PublicKey[]) {
  const nameOf = (fingerprint: string) => known.find((key) => key.fingerprint === fingerprint)?.name
  const own = listed
    .filter(({ keyid, key }) => key !== null && !item.pubkeys.includes(keyid))
    .map(({ keyid, key }) => ({
      value: `listed ${keyid}`,
      label: `${nameOf(key?.fingerprint ?? '') ?? 'Key'} ${keyid.slice(0, 8)}`,
    }))
  const fingerprints = new Set(listed.map(({ key }) => key?.fingerprint))
  const others = known
    .filter(({ fingerprint, pem }) => pem !== null && !fingerprints.has(fingerprint))
    .map(({ fingerprint, name, keytype }) => ({
      value: fingerprint,
      label: `${name}, ${keytype} ${fingerprint.slice(0, 12)}`,
    }))
  return [
    { group: 'In this layout', items: own },
    { group: 'Known to Waybill', items: others },
  ].filter(({ items }) => items.length > 0)
}
