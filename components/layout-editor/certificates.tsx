'use client'
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { BadgeCheck, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import {
  addConstraint,
  type ConstraintList,
  type ConstraintView,
  type ItemView,
  removeConstraint,
  setCommonName,
  setConstraintList,
} from '#lib/layout-draft/index.ts'
import { useEditorStore, useView } from './editor-store.ts'

/** Workloads that may sign a step by what their certificates say. */
export function CertificateHolders({ item }: { item: ItemView }) {
  const store = useEditorStore()
  const [uri, setUri] = useState('')
  const add = () => {
    if (uri.trim() === '') return
    store.getState().act('Workload added', (document) => addConstraint(document, item.ref, uri.trim()))
    setUri('')
  }
  return (
    <fieldset className="m-0 mt-3 border-0 p-0">
      <legend className="mb-1 text-[13px] font-medium">Or by certificate</legend>
      <ul className="m-0 list-none p-0">
        {item.constraints.map((constraint) => (
          <Constraint key={constraint.index} item={item} constraint={constraint} />
        ))}
      </ul>
      <div className="mt-1 flex items-end gap-1.5">
        <TextInput
          size="xs"
          className="min-w-0 flex-1"
          label="SPIFFE ID of a workload"
          placeholder="spiffe://prod.bank.example/ci/build"
          value={uri}
          onChange={(event) => setUri(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add()
          }}
        />
        <Button size="xs" variant="default" disabled={uri.trim() === ''} onClick={add}>
          Add workload
        </Button>
      </div>
    </fieldset>
  )
}

const lists: readonly (readonly [ConstraintList, string])[] = [
  ['uris', 'SPIFFE ID or URI'],
  ['dns_names', 'DNS names'],
  ['emails', 'E-mail addresses'],
  ['organizations', 'Organizations'],
  ['roots', 'Roots'],
]

function Constraint({ item, constraint }: { item: ItemView; constraint: ConstraintView }) {
  const store = useEditorStore()
  const view = useView()
  const { index } = constraint
  const title = titleOf(constraint)
  const roots = view.authorities.filter(({ list }) => list === 'rootcas').length
  return (
    <li className="border-t border-line py-1.5 text-xs first:border-t-0">
      <div className="flex items-center gap-2">
        <BadgeCheck size={14} className="shrink-0 text-mute" aria-hidden />
        <span className="min-w-0 flex-1 font-medium break-words">{title}</span>
        <ActionIcon
          size={24}
          variant="subtle"
          color="gray"
          aria-label={`Remove ${title}`}
          onClick={() =>
            store
              .getState()
              .act('Workload removed from the step', (document) => removeConstraint(document, item.ref, index))
          }
        >
          <X size={14} aria-hidden />
        </ActionIcon>
      </div>
      <details className="mt-1 pl-[22px]">
        <summary className="cursor-pointer text-mute">What its certificate must say</summary>
        <p className="my-1.5 text-mute">
          <code className="font-mono">*</code> is anything. Several values stand apart with commas, and the certificate
          must have exactly these. Nothing: it must have none.{' '}
          {roots === 0 ? '' : 'Roots are compared with all roots of the layout, so * is what is meant there.'}
        </p>
        <div className="grid gap-2">
          {lists.map(([list, label]) => (
            <Values
              key={list}
              label={label}
              values={constraint.lists[list]}
              onChange={(values) =>
                store
                  .getState()
                  .act(`${label} changed`, (document) => setConstraintList(document, item.ref, index, list, values), {
                    gesture: `constraint ${item.id} ${index} ${list}`,
                  })
              }
            />
          ))}
          <Values
            label="Common name"
            values={constraint.commonName === '' ? [] : [constraint.commonName]}
            single
            onChange={([name = '']) =>
              store
                .getState()
                .act('Common name changed', (document) => setCommonName(document, item.ref, index, name), {
                  gesture: `constraint ${item.id} ${index} name`,
                })
            }
          />
        </div>
      </details>
    </li>
  )
}

/** Values as one line; what is typed stays as it is typed while it means the same. */
function Values({
  label,
  values,
  single = false,
  onChange,
}: {
  label: string
  values: readonly string[]
  single?: boolean
  onChange: (values: readonly string[]) => void
}) {
  const store = useEditorStore()
  const shown = values.join(', ')
  const [text, setText] = useState(shown)
  const read = (written: string) => (single ? onlyOne(written) : valuesIn(written))
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change from outside replaces what was typed
  useEffect(() => setText((now) => (read(now).join(', ') === shown ? now : shown)), [shown])
  return (
    <TextInput
      size="xs"
      label={label}
      placeholder="none"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        onChange(read(event.currentTarget.value))
      }}
      onBlur={() => store.getState().endGesture()}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  )
}

/** A common name may hold a comma. */
function onlyOne(text: string): string[] {
  return text.trim() === '' ? [] : [text.trim()]
}

export function valuesIn(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

function titleOf({ commonName, lists: { uris, emails, dns_names } }: ConstraintView): string {
  const said = (values: readonly string[]) => values.length > 0 && values[0] !== '*'
  if (said(uris)) return uris.join(', ')
  if (said(emails)) return emails.join(', ')
  if (said(dns_names)) return dns_names.join(', ')
  return commonName !== '' && commonName !== '*' ? commonName : 'Any certificate'
}
