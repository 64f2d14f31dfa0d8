'use client'
import { Select } from '@mantine/core'
import { Eye } from 'lucide-react'
import { ago } from '#components/ui/time-text.ts'
import type { SampleRun, SampleRunHead } from '#lib/contract/layouts.ts'
import type { SampleLinks } from '#lib/layout-draft/index.ts'

/** The links of a run as the rule engine takes them. */
export function sampleLinks(run: SampleRun): SampleLinks {
  return new Map(
    run.links.map(({ name, materials, products }) => [
      name,
      { materials: new Map(Object.entries(materials)), products: new Map(Object.entries(products)) },
    ]),
  )
}

/** Which run the preview of the rules is made from. */
export function SamplePicker({
  runs,
  value,
  onChange,
  problem,
}: {
  runs: readonly SampleRunHead[]
  value: string | null
  onChange: (id: string | null) => void
  problem: string | null
}) {
  if (runs.length === 0) {
    return (
      <p className="flex items-start gap-2 rounded-md bg-page p-2.5 text-xs text-mute">
        <Eye size={14} className="mt-px shrink-0" aria-hidden />
        The preview starts with the first run that is brought in: then each rule says which files it takes.
      </p>
    )
  }
  const words = { allow: 'verified', deny: 'blocked', 'cannot-tell': 'not verified' } as Readonly<
    Record<string, string>
  >
  const labelOf = ({ label, software, verdict, at }: SampleRunHead) =>
    [software, label, words[verdict ?? ''], ago(at, Date.now())].filter(Boolean).join(', ')
  return (
    <div className="rounded-md bg-page p-2.5">
      <Select
        size="xs"
        label="Preview with"
        description="The rules are tried on the files of this run, with the verifier's own engine."
        data={runs.map((run) => ({ value: run.id, label: labelOf(run) }))}
        value={value}
        onChange={onChange}
        clearable
        searchable
        error={problem}
        leftSection={<Eye size={13} aria-hidden />}
      />
    </div>
  )
}
