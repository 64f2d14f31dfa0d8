'use client'
import { MultiSelect, Textarea } from '@mantine/core'
import { ApiProblem } from '#lib/client/api.ts'

interface KnownKeysProps {
  label: string
  known: readonly { value: string; label: string }[]
  chosen: string[]
  onChange: (fingerprints: string[]) => void
}

/** Keys that Waybill has seen, to choose among by name or fingerprint. */
export function KnownKeys({ label, known, chosen, onChange }: KnownKeysProps) {
  return (
    <MultiSelect
      label={label}
      placeholder={known.length === 0 ? 'None is known yet: paste one below' : 'Search by name or keyid'}
      data={[...known]}
      value={chosen}
      onChange={onChange}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Choose none' }}
      nothingFoundMessage="No such key"
    />
  )
}

/** How a known key is called where one is chosen. */
export function keyLabel({
  name,
  keytype,
  fingerprint,
}: {
  name: string
  keytype: string
  fingerprint: string
}): string {
  return `${name} · ${keytype} · ${fingerprint.slice(0, 12)}`
}

/** A public key as text. */
export function PublicKeyText(props: { label: string; value: string; onChange: (text: string) => void }) {
  return (
    <Textarea
      label={props.label}
      description="PEM (SPKI or PKCS#1) or securesystemslib JSON"
      autosize
      minRows={3}
      maxRows={8}
      maxLength={65_536}
      classNames={{ input: '!font-mono !text-xs' }}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  )
}

/** Why nothing was saved: what was refused here before it was sent, or what the server said, field by field. */
export function NotSaved({ refusal, error }: { refusal: string | null; error: Error | null }) {
  if (refusal === null && error === null) return null
  return (
    <div role="alert" className="text-fail-text">
      <p>{refusal ?? error?.message}</p>
      {error instanceof ApiProblem && Object.entries(error.fields).map(([path, text]) => <p key={path}>{text}</p>)}
    </div>
  )
}
