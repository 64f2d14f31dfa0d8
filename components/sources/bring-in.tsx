'use client'
import { Button, FileButton, Progress } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { FolderUp, Upload } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ChangeEvent, useCallback, useEffect, useRef, useState } from 'react'
import { importQuery } from '#lib/client/evidence.ts'
import { sendImport } from '#lib/client/upload.ts'
import { type ChosenFile, droppedFiles, MOST_FILES, pickedFiles, titleOf } from './dropped-files.ts'
import { type KeptBack, keepPrivateKeys } from './keep-private-keys.ts'

type Phase =
  | { kind: 'idle' }
  | { kind: 'looking'; files: number }
  | { kind: 'sending'; files: number; sent: number; total: number }
  | { kind: 'failed'; message: string }

/** Drop a folder, an archive or files anywhere on the page, or choose them. */
export function BringIn() {
  const router = useRouter()
  const client = useQueryClient()
  const [phase, setPhase] = useState<Phase>({ kind: 'idle' })
  const [kept, setKept] = useState<readonly KeptBack[]>([])
  const [over, setOver] = useState(false)
  const stop = useRef<AbortController | null>(null)

  const bring = useCallback(
    async (chosen: readonly ChosenFile[]) => {
      if (stop.current !== null || chosen.length === 0) return
      stop.current = new AbortController()
      try {
        setPhase({ kind: 'looking', files: chosen.length })
        const { send, kept: back } = await keepPrivateKeys(chosen)
        setKept(back)
        if (send.length === 0) return setPhase({ kind: 'idle' })
        const files = send.length
        const answer = await sendImport(
          titleOf(send.map((file) => file.path)),
          send,
          (sent, total) => setPhase({ kind: 'sending', files, sent, total }),
          stop.current.signal,
        )
        client.setQueryData(importQuery(answer.id).queryKey, answer)
        for (const key of ['imports', 'software', 'builds', 'posture', 'identities', 'envelopes', 'layouts'])
          void client.invalidateQueries({ queryKey: [key] })
        router.push(`/sources/${answer.id}${back.length > 0 ? `?kept=${back.length}` : ''}`)
      } catch (error) {
        setPhase({ kind: 'failed', message: error instanceof Error ? error.message : 'That did not work. Try again.' })
      } finally {
        stop.current = null
      }
    },
    [client, router],
  )

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      setOver(false)
      void droppedFiles(event.dataTransfer).then(bring, () =>
        setPhase({ kind: 'failed', message: 'The browser could not read what was dropped. Use “Choose a folder”.' }),
      )
    }
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('drop', onDrop)
      stop.current?.abort()
    }
  }, [bring])

  const busy = phase.kind === 'looking' || phase.kind === 'sending'
  return (
    <section
      aria-label="Bring in metadata"
      className={`rounded-[10px] border-2 border-dashed p-6 text-center ${over ? 'border-accent bg-accent-tint' : 'border-line bg-surface'}`}
    >
      <Upload size={24} strokeWidth={1.5} aria-hidden className="mx-auto text-mute" />
      <p className="mt-2 text-[15px] font-semibold">
        {over ? 'Drop to bring in' : 'Drop a folder, an archive or files anywhere on this page'}
      </p>
      <p className="mx-auto mt-1 max-w-[64ch] text-[13px] text-mute">
        Links, layouts, statements, public keys and certificates; zip, tar and tar.gz are opened. Other files are listed
        with their digest and not kept. Files of one folder count as one run.
      </p>
      {busy ? (
        <Busy phase={phase} onStop={() => stop.current?.abort()} />
      ) : (
        <div className="mt-4 flex flex-wrap justify-center gap-2">
          <FolderPicker onPick={bring} />
          <FileButton multiple onChange={(files) => void bring(pickedFiles(files))}>
            {(props) => (
              <Button variant="default" {...props}>
                Choose files
              </Button>
            )}
          </FileButton>
        </div>
      )}
      {phase.kind === 'failed' && (
        <p role="alert" className="mt-3 text-[13px] text-fail-text">
          {phase.message}
        </p>
      )}
      {kept.length > 0 && <KeptBackNote kept={kept} />}
    </section>
  )
}

function FolderPicker({ onPick }: { onPick: (files: readonly ChosenFile[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  // React does not know the attribute
  useEffect(() => input.current?.setAttribute('webkitdirectory', ''), [])
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        className="hidden"
        aria-label="Folder"
        tabIndex={-1}
        onChange={(event: ChangeEvent<HTMLInputElement>) => {
          const files = pickedFiles(event.currentTarget.files ?? [])
          event.currentTarget.value = ''
          onPick(files)
        }}
      />
      <Button leftSection={<FolderUp size={16} aria-hidden />} onClick={() => input.current?.click()}>
        Choose a folder
      </Button>
    </>
  )
}

const megabytes = (bytes: number) => (bytes / 1_048_576).toLocaleString('en', { maximumFractionDigits: 1 })
const counted = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'file' : 'files'}`

function Busy({ phase, onStop }: { phase: Phase; onStop: () => void }) {
  if (phase.kind !== 'looking' && phase.kind !== 'sending') return null
  const sending = phase.kind === 'sending' && phase.total > 0
  const share = sending ? (phase.sent / phase.total) * 100 : 0
  const text =
    phase.kind === 'looking'
      ? `Looking for private keys in ${counted(phase.files)}`
      : share >= 100
        ? `Reading and storing ${counted(phase.files)}`
        : `Sending ${counted(phase.files)}: ${megabytes(phase.sent)} of ${megabytes(phase.total)} MB`
  return (
    <div className="mx-auto mt-4 max-w-md">
      <Progress value={sending ? share : 100} animated={!sending || share >= 100} aria-label="Progress" />
      <p role="status" className="tnum mt-2 text-[13px] text-mute">
        {text}
        {'files' in phase && phase.files >= MOST_FILES && `. Only the first ${counted(MOST_FILES)} are taken`}
      </p>
      <Button mt="xs" size="xs" variant="default" onClick={onStop}>
        Stop
      </Button>
    </div>
  )
}

export function KeptBackNote({ kept }: { kept: readonly KeptBack[] }) {
  return (
    <div
      role="status"
      className="mx-auto mt-4 max-w-[64ch] rounded-md bg-warn-tint p-3 text-left text-[13px] text-warn-text"
    >
      <p className="font-medium">
        {kept.length === 1 ? 'A private key was left out' : `${kept.length} private keys were left out`}. Nothing of it
        was sent.
      </p>
      <ul className="mt-1 max-h-40 overflow-auto">
        {kept.slice(0, 50).map((key) => (
          <li key={key.path} className="break-all">
            <code className="font-mono text-xs">{key.path}</code> {key.kind}
          </li>
        ))}
      </ul>
    </div>
  )
}
