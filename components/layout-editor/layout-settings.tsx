'use client'
import { Textarea, TextInput, Title } from '@mantine/core'
import { utc } from '#components/ui/time-text.ts'
import { parseTimestamp } from '#lib/in-toto/index.ts'
import { setExpires, setReadme } from '#lib/layout-draft/index.ts'
import { Authorities } from './authorities.tsx'
import { useEditor, useEditorStore, useView } from './editor-store.ts'

/** What the layout is as a whole: its name here, its expiry, and the readme that is signed with it. */
export function LayoutSettings() {
  const store = useEditorStore()
  const view = useView()
  const name = useEditor((state) => state.name)
  const expires = parseTimestamp(view.expires)
  return (
    <div className="p-4">
      <header className="mb-3 flex items-baseline justify-between gap-2">
        <Title order={2}>Layout</Title>
        <span className="text-xs text-mute">choose a step to see its rules</span>
      </header>
      <div className="flex flex-col gap-3">
        <TextInput
          size="xs"
          label="Name"
          description="For lists here; it is not part of what is signed."
          value={name}
          maxLength={80}
          onChange={(event) => store.getState().setName(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Expires, UTC"
          type="datetime-local"
          step={1}
          value={expires === null ? '' : view.expires.slice(0, 19)}
          error={expires === null ? `Not a time: ${view.expires}` : null}
          description={expires === null ? undefined : utc(view.expires)}
          onChange={(event) => {
            const { value } = event.currentTarget
            if (value === '') return
            const time = `${value.length === 16 ? `${value}:00` : value.slice(0, 19)}Z`
            store.getState().act('Expiry changed', (document) => setExpires(document, time), { gesture: 'expires' })
          }}
          onBlur={() => store.getState().endGesture()}
        />
        <Textarea
          size="xs"
          label="Readme"
          description="Signed with the layout; whoever verifies may read it."
          autosize
          minRows={3}
          maxRows={14}
          value={view.readme}
          onChange={(event) => {
            const { value } = event.currentTarget
            store.getState().act('Readme changed', (document) => setReadme(document, value), { gesture: 'readme' })
          }}
          onBlur={() => store.getState().endGesture()}
        />
        <Authorities />
      </div>
    </div>
  )
}
