import { TextInput } from '@mantine/core'

/** A moment in UTC as people type it, `2026-11-22 23:00` with or without seconds, as the API takes it; null where it is none. */
export function sinceOf(text: string): string | null {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.\d+)? ?(?:Z|UTC)?$/.exec(text.trim())
  if (found === null) return null
  const iso = `${found[1]}T${found[2]}${found[3] ?? ':00'}.000Z`
  const time = Date.parse(iso)
  // a day that does not exist becomes another one
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? null : iso
}

/** Since when a decision holds; empty: from now on. */
export function SinceField({
  label,
  description,
  value,
  onChange,
}: {
  label: string
  description: string
  value: string
  onChange: (value: string) => void
}) {
  const wrong = value.trim() !== '' && sinceOf(value) === null
  return (
    <TextInput
      label={label}
      description={description}
      placeholder="now"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={wrong ? 'A time in UTC such as 2026-11-22 23:00' : null}
    />
  )
}
