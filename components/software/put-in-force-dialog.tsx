'use client'
import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { versionQuery } from '#lib/client/layouts.ts'
import { putInForce } from '#lib/client/software.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { readLayoutText } from '#lib/layout-draft/index.ts'
import { utc } from '../ui/time-text.ts'
import { bindingChoices } from './binding-choices.ts'
import { EvidenceForms, type Forms, wholeForms } from './evidence-forms.tsx'
import { PinnedSublayouts, wholePins } from './pinned-sublayouts.tsx'

type Version = SoftwareDetail['versions'][number]

/** Asks how a layout is bound to a software before it judges every build. */
export function PutInForceDialog({
  software,
  version,
  onClose,
}: {
  software: SoftwareDetail
  version: Version | null
  onClose: () => void
}) {
  return (
    <Modal
      opened={version !== null}
      onClose={onClose}
      title={isInForce(software, version) ? 'Change how it is bound' : 'Put in force'}
    >
      {version && <Question key={version.id} software={software} version={version} onClose={onClose} />}
    </Modal>
  )
}

function Question({ software, version, onClose }: { software: SoftwareDetail; version: Version; onClose: () => void }) {
  const client = useQueryClient()
  const { data: layout } = useQuery(versionQuery(version.id))
  const choices =
    layout === undefined ? null : bindingChoices(readLayoutText(layout.signedJson), software.settings.finalFiles)
  const before = software.binding
  const [values, setValues] = useState<Readonly<Record<string, string>>>(before?.parameters ?? {})
  const [shared, setShared] = useState<readonly string[]>(before?.sharedSteps ?? [])
  const [mixedRuns, setMixedRuns] = useState(before?.mixedRuns ?? false)
  const [pins, setPins] = useState<Readonly<Record<string, string>>>(before?.sublayouts ?? {})
  const [forms, setForms] = useState<Forms>(before?.forms ?? {})
  const [timestampRoots, setTimestampRoots] = useState(before?.timestampRoots ?? '')
  const put = useMutation({
    mutationFn: () => {
      const parameters = choices?.parameters ?? []
      return putInForce(software.slug, version.id, {
        parameters:
          empty.length === parameters.length
            ? null
            : Object.fromEntries(parameters.map((name) => [name, values[name] ?? ''])),
        sharedSteps: shared.filter((name) => choices?.steps.some((step) => step.name === name)),
        mixedRuns,
        sublayouts: pinned ?? {},
        forms: whole ?? {},
        timestampRoots,
      })
    },
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['software'] }),
        client.invalidateQueries({ queryKey: versionQuery(version.id).queryKey }),
      ])
      void client.invalidateQueries({ queryKey: ['layouts'] })
      void client.invalidateQueries({ queryKey: ['posture'] })
      void client.invalidateQueries({ queryKey: ['builds'] })
      onClose()
    },
  })
  const empty = choices?.parameters.filter((name) => (values[name] ?? '') === '') ?? []
  // without any value braces stay as they are written
  const whole = choices === null ? null : wholeForms(forms, choices.all)
  const pinned = choices === null ? null : wholePins(pins, choices.all)
  const complete =
    choices !== null &&
    whole !== null &&
    pinned !== null &&
    (empty.length === 0 || empty.length === choices.parameters.length)
  return (
    <div className="text-[13px]">
      <Consequence software={software} version={version} />
      <p className="mt-2 text-mute">
        Signed by {version.signedBy.map((key) => key.name).join(', ')}. Expires {utc(version.expires, 'day')}. The
        server checks the signatures again over the exact bytes.
      </p>
      {choices?.parameters.map((name) => (
        <TextInput
          key={name}
          className="mt-3"
          size="xs"
          label={`Parameter ${name}`}
          value={values[name] ?? ''}
          onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
        />
      ))}
      {choices !== null && choices.steps.length > 0 && (
        <fieldset className="mt-4">
          <legend className="font-medium">Steps that serve many builds</legend>
          <p className="text-xs text-mute">
            One link of a shared step, such as a clone or a base image, counts for every build that used its files.
          </p>
          {choices.steps.map(({ name, isSource }) => (
            <Checkbox
              key={name}
              className="mt-2"
              size="xs"
              label={isSource ? `${name} (takes files from no other step)` : name}
              checked={shared.includes(name)}
              onChange={(event) =>
                setShared(event.currentTarget.checked ? [...shared, name] : shared.filter((other) => other !== name))
              }
            />
          ))}
        </fieldset>
      )}
      <Checkbox
        className="mt-4"
        size="xs"
        label="Accept links of other runs"
        description="Where digests tie them to a build and to no other. Such builds are marked; without this nobody can tell."
        checked={mixedRuns}
        onChange={(event) => setMixedRuns(event.currentTarget.checked)}
      />
      {choices !== null && choices.all.length > 0 && (
        <PinnedSublayouts steps={choices.all} pins={pins} onPins={setPins} />
      )}
      {choices !== null && choices.all.length > 0 && (
        <EvidenceForms
          steps={choices.all}
          forms={forms}
          onForms={setForms}
          timestampRoots={timestampRoots}
          onTimestampRoots={setTimestampRoots}
        />
      )}
      {put.isError && (
        <p role="alert" className="mt-3 text-fail-text">
          {put.error.message}
        </p>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={put.isPending} disabled={!complete} onClick={() => put.mutate()}>
          {isInForce(software, version) ? 'Change' : 'Put in force'}
        </Button>
      </div>
    </div>
  )
}

function isInForce({ inForce }: SoftwareDetail, version: Version | null): boolean {
  return version !== null && inForce?.versionId === version.id
}

function Consequence({ software, version }: { software: SoftwareDetail; version: Version }) {
  const named = (
    <strong>
      {version.name} v{version.number}
    </strong>
  )
  if (isInForce(software, version))
    return (
      <p>
        {named} stays in force for <strong>{software.name}</strong>. What you change here counts from now on for every
        build, past ones too.
      </p>
    )
  return (
    <p>
      From now on every build of <strong>{software.name}</strong> is judged with {named}, past ones too.{' '}
      {software.inForce && `${software.inForce.name} v${software.inForce.number} is retired.`}
    </p>
  )
}
