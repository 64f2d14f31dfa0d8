'use client'
import { Button, FileButton, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { FileUp, PencilRuler } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Card } from '#components/ui/card.tsx'
import { PageBody } from '#components/ui/page-body.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { createDraft, layoutsQuery, versionQuery } from '#lib/client/layouts.ts'
import { ApiProblem } from '#lib/client/problem.ts'
import { FormatError } from '#lib/crypto/index.ts'
import { layoutFromText } from '#lib/layout-draft/index.ts'

export interface SoftwareChoice {
  readonly slug: string
  readonly name: string
}

/** Three ways to a draft: an empty one, a layout from a file or the clipboard, an existing version. */
export function NewLayout({ software, from }: { software: readonly SoftwareChoice[]; from: string | null }) {
  const router = useRouter()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [slug, setSlug] = useState<string | null>(software.length === 1 ? (software[0]?.slug ?? null) : null)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [version, setVersion] = useState<string | null>(from)
  const { data: layouts } = useQuery(layoutsQuery())

  const start = async (way: string, document: () => Promise<string | undefined>, wish: string) => {
    setProblem(null)
    setBusy(way)
    try {
      const brought = await document()
      const called = name.trim() || wish
      const draft = await createDraft({
        name: called.slice(0, 80),
        software: slug,
        ...(brought === undefined ? {} : { document: brought }),
      })
      await client.invalidateQueries({ queryKey: ['layouts'] })
      router.push(`/layouts/${draft.id}/edit`)
    } catch (error) {
      setBusy(null)
      setProblem(sentenceOf(error))
    }
  }
  const startFromText = (brought: string, wish: string) =>
    start(
      'text',
      async () => {
        // said here already where it is no layout: the server would say the same
        layoutFromText(brought)
        return brought
      },
      wish,
    )

  return (
    <PageBody narrow>
      <PageHeader title="A new layout" subline="Nothing is in force until it is signed and an engineer says so." />
      <div className="flex flex-col gap-4">
        <Card title="What it is for">
          <div className="grid gap-3 sm:grid-cols-2">
            <TextInput
              label="Name"
              placeholder="release"
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Select
              label="Software"
              placeholder="None yet"
              clearable
              clearButtonProps={{ 'aria-label': 'No software' }}
              searchable
              data={software.map((one) => ({ value: one.slug, label: one.name }))}
              value={slug}
              onChange={setSlug}
              nothingFoundMessage={software.length === 0 ? 'No software yet' : 'No software of this name'}
            />
          </div>
        </Card>
        {problem !== null && (
          <p role="alert" className="rounded-md bg-fail-tint px-3 py-2 text-[13px] text-fail-text">
            {problem}
          </p>
        )}
        <Card title="Draw it">
          <p className="mb-3 text-[13px] text-mute">Starts empty: add steps, connect them, say who may sign.</p>
          <Button
            leftSection={<PencilRuler size={15} aria-hidden />}
            loading={busy === 'empty'}
            disabled={busy !== null}
            onClick={() => void start('empty', async () => undefined, 'release')}
          >
            Start with an empty layout
          </Button>
        </Card>
        <Card title="Bring one in">
          <p className="mb-3 text-[13px] text-mute">
            A layout as JSON, or signed as Metablock or DSSE. Everything in it is kept, members unknown here too; its
            signatures stay behind, because a draft is not signed.
          </p>
          <FileButton
            accept=".layout,.json,application/json,text/plain"
            inputProps={{ 'aria-label': 'Layout file' }}
            onChange={(file) =>
              file !== null && void file.text().then((brought) => startFromText(brought, nameOfFile(file.name)))
            }
          >
            {(props) => (
              <Button
                {...props}
                variant="default"
                leftSection={<FileUp size={15} aria-hidden />}
                disabled={busy !== null}
              >
                Choose a file
              </Button>
            )}
          </FileButton>
          <Textarea
            mt="md"
            label="Or paste it"
            autosize
            minRows={3}
            maxRows={12}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
          />
          <Button
            mt="xs"
            variant="default"
            disabled={text.trim() === '' || busy !== null}
            loading={busy === 'text'}
            onClick={() => void startFromText(text, 'layout')}
          >
            Take this text
          </Button>
        </Card>
        {(layouts?.versions.length ?? 0) > 0 && (
          <Card title="From a version that is there">
            <div className="flex flex-wrap items-end gap-2">
              <Select
                className="min-w-60 flex-1"
                label="Version"
                searchable
                data={(layouts?.versions ?? []).map((row) => ({
                  value: row.id,
                  label: `${row.name}, version ${row.number}${row.software === null ? '' : ` of ${row.software.name}`}`,
                }))}
                value={version}
                onChange={setVersion}
              />
              <Button
                variant="default"
                disabled={version === null || busy !== null}
                loading={busy === 'version'}
                onClick={() =>
                  void start(
                    'version',
                    async () =>
                      version === null ? undefined : (await client.fetchQuery(versionQuery(version))).signedJson,
                    layouts?.versions.find(({ id }) => id === version)?.name ?? 'layout',
                  )
                }
              >
                Draw the next version
              </Button>
            </div>
          </Card>
        )}
      </div>
    </PageBody>
  )
}

function nameOfFile(name: string): string {
  return name.replace(/\.(layout|json|link|dsse)+$/i, '') || 'layout'
}

function sentenceOf(error: unknown): string {
  if (error instanceof FormatError) return `${error.message}${error.place === '' ? '' : ` (${error.place})`}`
  return error instanceof ApiProblem || error instanceof Error ? error.message : 'The draft could not be made.'
}
