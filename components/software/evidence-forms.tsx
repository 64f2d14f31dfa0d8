'use client'
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { parseForm } from '#lib/in-toto/index.ts'

/** Step -> form of its evidence, as `waybill verify --form` takes it; links are not named. */
export type Forms = Readonly<Record<string, string>>

const choices = [
  { value: 'link', label: 'in-toto link' },
  { value: 'link-statement', label: 'Statement with a link predicate' },
  { value: 'witness-collection', label: 'Witness collection' },
  { value: 'slsa-provenance', label: 'SLSA provenance' },
  { value: 'test-result', label: 'Test result' },
]

/** The forms of the steps that there are, without those that are links; null where one is not whole. */
export function wholeForms(forms: Forms, steps: readonly string[]): Record<string, string> | null {
  // a step of a sublayout is named by the steps that lead there
  const kept = Object.entries(forms).filter(
    ([step]) => steps.includes(step) || steps.includes(step.split('/')[0] ?? ''),
  )
  const whole = kept.filter(([, form]) => form !== 'link')
  return whole.every(([, form]) => parseForm(form) !== null) ? Object.fromEntries(whole) : null
}

/** Asks in which form the evidence of each step comes, and whose time stamps prove when it was signed. */
export function EvidenceForms({
  steps,
  forms,
  onForms,
  timestampRoots,
  onTimestampRoots,
}: {
  steps: readonly string[]
  forms: Forms
  onForms: (forms: Forms) => void
  timestampRoots: string
  onTimestampRoots: (pem: string) => void
}) {
  const others = Object.values(forms).some((form) => form !== 'link')
  return (
    <details className="mt-4" open={others || timestampRoots !== '' ? true : undefined}>
      <summary className="cursor-pointer font-medium">Forms of evidence and time stamps</summary>
      <p className="mt-1 text-xs text-mute">
        A step takes evidence of one form only; documents of another form are shown and do not count.
      </p>
      <div className="mt-2 grid gap-2">
        {steps.map((step) => (
          <StepForm
            key={step}
            step={step}
            form={forms[step] ?? 'link'}
            onForm={(form) => onForms({ ...forms, [step]: form })}
          />
        ))}
      </div>
      <Textarea
        className="mt-3"
        size="xs"
        label="Roots of time stamp authorities"
        description="Certificates in PEM. Their time stamps (RFC 3161) in signatures prove when something was signed, also where its certificate has ended since; whoever holds such a root can date signatures back"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={200_000}
        classNames={{ input: '!font-mono !text-xs' }}
        value={timestampRoots}
        onChange={(event) => onTimestampRoots(event.currentTarget.value)}
      />
    </details>
  )
}

function StepForm({ step, form, onForm }: { step: string; form: string; onForm: (form: string) => void }) {
  const [kind = 'link', builder = '', buildType = ''] = form.split(' ')
  const told = (one: string, other: string) =>
    onForm(`slsa-provenance ${one.replace(/\s/g, '')} ${other.replace(/\s/g, '')}`)
  return (
    <div>
      <NativeSelect
        size="xs"
        label={`Evidence of ${step}`}
        data={choices}
        value={kind}
        onChange={(event) =>
          onForm(event.currentTarget.value === 'slsa-provenance' ? 'slsa-provenance  ' : event.currentTarget.value)
        }
      />
      {kind === 'slsa-provenance' && (
        <div className="mt-2 grid gap-2 border-line border-l-2 pl-3">
          <TextInput
            size="xs"
            label={`Builder of ${step}`}
            description="Provenance names no step: it stands for this one if this builder made it, in this way (builder.id)"
            placeholder="https://github.com/slsa-framework/…"
            value={builder}
            onChange={(event) => told(event.currentTarget.value, buildType)}
          />
          <TextInput
            size="xs"
            label={`Build type of ${step}`}
            description="buildType, exactly as written"
            value={buildType}
            onChange={(event) => told(builder, event.currentTarget.value)}
          />
        </div>
      )}
    </div>
  )
}
