'use client'
import { Button, Modal } from '@mantine/core'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { readLayoutText } from '#lib/layout-draft/index.ts'
import type { Autosave } from './autosave.ts'
import { textOf, useDocument, useEditorStore } from './editor-store.ts'

/** Two people drew on one revision: both texts, and a decision. Neither is lost: the other stays one undo away. */
export function ConflictDialog({ autosave }: { autosave: Autosave }) {
  const store = useEditorStore()
  const document = useDocument()
  const { state } = autosave
  if (state.kind !== 'conflict') return null
  const { theirs } = state
  const takeTheirs = () => {
    store.getState().act(`Taken over from ${theirs.updatedBy}`, () => readLayoutText(theirs.document), {
      positions: theirs.positions,
      select: null,
    })
    autosave.continueFrom(theirs)
  }
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      size="xl"
      title="Somebody else has saved this draft"
    >
      <p className="mb-3 text-sm">{state.message}</p>
      <div className="grid gap-3 md:grid-cols-2">
        <Side title={`Theirs, revision ${theirs.revision} by ${theirs.updatedBy}`} text={theirs.document} />
        <Side title="Yours" text={textOf(document)} />
      </div>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button variant="default" onClick={takeTheirs}>
          Take over theirs
        </Button>
        <Button onClick={() => autosave.continueFrom(theirs)}>Save mine on top of it</Button>
      </div>
    </Modal>
  )
}

function Side({ title, text }: { title: string; text: string }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1 text-[13px] font-medium">{title}</h3>
      <CodeBlock code={text} label={title} maxHeight={300} />
    </section>
  )
}
