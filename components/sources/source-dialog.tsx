'use client'
import { Button, Checkbox, Modal, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type FormEvent, type MouseEvent, useState } from 'react'
import { addSource, changeSource, testSettings } from '#lib/client/sources.ts'
import type { SourceKind, SourceList, SourceRow, SourceSettings } from '#lib/contract/sources.ts'
import { ProbeResult } from './probe-answer.tsx'
import { ArchivistaFields, CertificateFields, type FieldsProps, RegistryFields, UserField } from './server-fields.tsx'
import { emptyFields, fieldsOf, type SourceFields, secretFolderOf, settingsOf } from './source-form.ts'
import { kindNames } from './source-states.tsx'

type Change = (fields: Partial<SourceFields>) => void

interface SourceDialogProps {
  readonly list: Pick<SourceList, 'kinds' | 'allowed'>
  /** the one that is changed; null: another one is added */
  readonly source: SourceRow | null
  readonly onClose: () => void
}

/** A dialog that adds a source, or changes one: what it is, a test of the connection, and then it is read by itself. */
export function SourceDialog({ list, source, onClose }: SourceDialogProps) {
  const router = useRouter()
  const client = useQueryClient()
  const [name, setName] = useState(source?.name ?? '')
  const [fields, setFields] = useState<SourceFields>(
    source === null ? { ...emptyFields, kind: list.kinds[0] ?? 'directory' } : fieldsOf(source.settings),
  )
  const [everySeconds, setEverySeconds] = useState(source?.everySeconds ?? null)
  const [tried, setTried] = useState(false)
  const test = useMutation({ mutationFn: testSettings })
  const save = useMutation({
    mutationFn: (body: { name: string; settings: SourceSettings }) =>
      source === null ? addSource(body) : changeSource(source.id, { ...body, everySeconds }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['sources'] })
      if (source === null) router.push(`/sources/connected/${id}`)
      else onClose()
    },
  })
  const { settings, faults } = settingsOf(fields)
  const change: Change = (changed) => {
    setFields({ ...fields, ...changed })
    test.reset()
    save.reset()
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    toFirstFault(event.currentTarget)
    if (settings !== null && name.trim() !== '') save.mutate({ name: name.trim(), settings })
  }
  const tryIt = (event: MouseEvent<HTMLButtonElement>) => {
    setTried(true)
    if (settings === null) toFirstFault(event.currentTarget.form)
    if (settings !== null) test.mutate(settings)
  }
  const faultOf = (field: string) => (tried ? faults?.[field] : undefined)
  return (
    <Modal opened onClose={onClose} title={source === null ? 'Add a source' : `Change ${source.name}`} size="lg">
      <form onSubmit={submit} className="grid gap-3" noValidate>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextInput
            label="Name"
            description="As your team says it, such as Release folder"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={tried && name.trim() === '' ? 'expected a name' : undefined}
            data-autofocus
          />
          {source === null && (
            <NativeSelect
              label="What it is"
              description="Where the evidence lies already"
              data={list.kinds.map((kind) => ({ value: kind, label: kindNames[kind] }))}
              value={fields.kind}
              onChange={(event) => change({ kind: kindOf(event.currentTarget.value, list) })}
            />
          )}
        </div>
        {fields.kind === 'directory' ? (
          <FolderFields fields={fields} change={change} faultOf={faultOf} folders={list.allowed.folders} />
        ) : (
          <ServerFields fields={fields} change={change} faultOf={faultOf} origins={list.allowed.origins} />
        )}
        {source !== null && (
          <NumberInput
            label="Seconds between two looks"
            description={`From 5 seconds to a day. Empty: as usual for its kind, every ${source.usualSeconds} seconds`}
            placeholder={String(source.usualSeconds)}
            min={5}
            max={86_400}
            allowDecimal={false}
            clampBehavior="blur"
            value={everySeconds ?? ''}
            onChange={(value) => setEverySeconds(typeof value === 'number' ? value : null)}
          />
        )}
        {test.data && (
          <div ref={intoView}>
            <ProbeResult probe={test.data} />
          </div>
        )}
        {[test.error, save.error].map(
          (error) =>
            error && (
              <p key={error.message} ref={intoView} role="alert" className="text-[13px] text-fail-text break-words">
                {error.message}
              </p>
            ),
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="default" onClick={tryIt} loading={test.isPending}>
            Test connection
          </Button>
          <Button type="submit" loading={save.isPending}>
            {source === null ? 'Add and sync' : 'Save and sync'}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** An answer lies below a form that may be longer than the screen: the end of the form comes into view with it. */
function intoView(answer: HTMLElement | null): void {
  answer?.closest('form')?.lastElementChild?.scrollIntoView({ block: 'nearest' })
}

/** The form may be longer than the screen: what is to be mended first comes into view, and is ready to be typed in. */
function toFirstFault(form: HTMLFormElement | null): void {
  // marked by the drawing that comes next
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}

function kindOf(value: string, { kinds }: Pick<SourceList, 'kinds'>): SourceKind {
  return kinds.find((kind) => kind === value) ?? 'directory'
}

function FolderFields({ fields, change, faultOf, folders }: FieldsProps & { folders: readonly string[] }) {
  return (
    <>
      <TextInput
        label="Folder"
        description={`On the machine where Waybill runs, inside of ${folders.join(' or ') || 'no folder: none is allowed yet'}`}
        value={fields.folder}
        maxLength={1_000}
        onChange={(event) => change({ folder: event.currentTarget.value })}
        error={faultOf('folder')}
        classNames={{ input: 'font-mono' }}
        spellCheck={false}
      />
      <Checkbox
        label="Each folder in it holds the evidence of one run, and of nothing else"
        description="You vouch for it by name, as if you handed the folder over. Unless you can, leave it off: links then find their build by digests only."
        checked={fields.together}
        onChange={(event) => change({ together: event.currentTarget.checked })}
      />
    </>
  )
}

function ServerFields({ fields, change, faultOf, origins }: FieldsProps & { origins: readonly string[] }) {
  return (
    <>
      <TextInput
        label="Address"
        description={
          origins.length === 0
            ? 'No server is allowed yet: whoever runs Waybill allows them with WAYBILL_SOURCE_ORIGINS'
            : `One of ${origins.join(', ')}`
        }
        value={fields.url}
        maxLength={500}
        onChange={(event) => change({ url: event.currentTarget.value })}
        error={faultOf('url')}
        spellCheck={false}
      />
      {fields.kind === 'oci' && <RegistryFields fields={fields} change={change} faultOf={faultOf} />}
      <div className="grid gap-3 sm:grid-flow-col sm:auto-cols-fr">
        {fields.kind === 'oci' && <UserField fields={fields} change={change} faultOf={faultOf} />}
        <TextInput
          label="Name of the secret"
          description="Empty where none is needed. The secret itself is never entered here"
          value={fields.secret}
          maxLength={64}
          onChange={(event) => change({ secret: event.currentTarget.value })}
          error={faultOf('secret')}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      <p className="-mt-1 text-xs text-mute">
        Whoever runs Waybill puts a secret as a file of its name in{' '}
        <code className="font-mono wrap-anywhere">source-secrets/{secretFolderOf(fields.url)}</code> of its data folder.
        It is sent to that host only.
      </p>
      {fields.kind === 'archivista' && <ArchivistaFields fields={fields} change={change} faultOf={faultOf} />}
      <CertificateFields fields={fields} change={change} faultOf={faultOf} />
    </>
  )
}
