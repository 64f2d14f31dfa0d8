'use client'
import { ActionIcon, Button, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { changeSettings, softwareQuery } from '#lib/client/software.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { useMay } from '../shell/me.tsx'
import { Card } from '../ui/card.tsx'

/** How long evidence may take, and which files are the final ones. */
export function SoftwareSettings({ software }: { software: SoftwareDetail }) {
  const may = useMay('layout:enforce')
  const client = useQueryClient()
  const [minutes, setMinutes] = useState<number | string>(software.settings.waitingMinutes)
  const [files, setFiles] = useState(software.settings.finalFiles.map((file, id) => ({ ...file, id })))
  const [runIds, setRunIds] = useState(software.settings.runIdPaths.join('\n'))
  const settings = {
    waitingMinutes: Number(minutes),
    finalFiles: files.map(({ step, pattern }) => ({ step: step.trim(), pattern: pattern.trim() })),
    runIdPaths: runIds.split('\n').flatMap((line) => line.trim() || []),
  }
  const changed = JSON.stringify(settings) !== JSON.stringify(software.settings)
  const complete = minutes !== '' && settings.finalFiles.every((file) => file.step !== '' && file.pattern !== '')
  const save = useMutation({
    mutationFn: () => changeSettings(software.slug, settings),
    onSuccess: () => client.invalidateQueries({ queryKey: softwareQuery(software.slug).queryKey }),
  })
  if (!may)
    return (
      <Card title="Settings">
        <dl className="text-[13px]">
          <dt className="text-mute">Waiting time for evidence</dt>
          <dd>{software.settings.waitingMinutes} minutes</dd>
          <dt className="mt-2 text-mute">Final files</dt>
          <dd>
            {software.settings.finalFiles.length === 0
              ? 'All that the last step makes'
              : software.settings.finalFiles.map((file) => `${file.pattern} of ${file.step}`).join(', ')}
          </dd>
          <dt className="mt-2 text-mute">Run ids in signed documents</dt>
          <dd>{software.settings.runIdPaths.join(', ') || 'None'}</dd>
        </dl>
      </Card>
    )
  const set = (id: number, change: Partial<{ step: string; pattern: string }>) =>
    setFiles((before) => before.map((file) => (file.id === id ? { ...file, ...change } : file)))
  return (
    <Card title="Settings">
      <NumberInput
        size="sm"
        label="Waiting time for evidence, minutes"
        description="A step without a link counts as missing only after this"
        min={0}
        max={43_200}
        clampBehavior="strict"
        allowDecimal={false}
        value={minutes}
        onChange={setMinutes}
      />
      <Textarea
        className="mt-4"
        size="sm"
        label="Run ids in signed documents"
        description="JSON pointers to where a link says which run it is of, one a line. Without any, runs are told by who pushed them together."
        placeholder="/environment/run"
        autosize
        minRows={1}
        value={runIds}
        onChange={(event) => setRunIds(event.currentTarget.value)}
      />
      <p className="mt-4 text-[13px] font-medium">Final files</p>
      <p className="text-xs text-mute">What is shipped. Without any: all that the last step makes.</p>
      {files.map((file, index) => (
        <div key={file.id} className="mt-2 flex items-end gap-2">
          <TextInput
            className="min-w-0 flex-1"
            size="xs"
            aria-label={`Step of final file ${index + 1}`}
            placeholder="step"
            value={file.step}
            onChange={(event) => set(file.id, { step: event.currentTarget.value })}
          />
          <TextInput
            className="min-w-0 flex-1"
            size="xs"
            aria-label={`Pattern of final file ${index + 1}`}
            placeholder="image*"
            value={file.pattern}
            onChange={(event) => set(file.id, { pattern: event.currentTarget.value })}
          />
          <ActionIcon
            size={30}
            variant="subtle"
            color="gray"
            aria-label={`Remove final file ${index + 1}`}
            onClick={() => setFiles((before) => before.filter((other) => other.id !== file.id))}
          >
            <Trash2 size={14} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button
          size="xs"
          variant="default"
          onClick={() =>
            setFiles((before) => [
              ...before,
              { step: '', pattern: '', id: Math.max(-1, ...before.map((f) => f.id)) + 1 },
            ])
          }
        >
          Add a final file
        </Button>
        {changed && (
          <Button size="xs" loading={save.isPending} disabled={!complete} onClick={() => save.mutate()}>
            Save, and judge all builds again
          </Button>
        )}
      </div>
      {save.isError && (
        <p role="alert" className="mt-2 text-[13px] text-fail-text">
          {save.error.message}
        </p>
      )}
    </Card>
  )
}
