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
  { value: 'vsa', label: 'Verification summary (VSA)' },
]

interface Field {
  readonly label: string
  readonly description: string
  readonly placeholder?: string
  readonly optional?: boolean
}

/** What a form asks for beside its kind, in the order of its text. */
const fieldsOf: Readonly<Record<string, readonly Field[]>> = {
  'slsa-provenance': [
    {
      label: 'Builder',
      description: 'Provenance names no step: it stands for this one if this builder made it, in this way (builder.id)',
      placeholder: 'https://github.com/slsa-framework/…',
    },
    { label: 'Build type', description: 'buildType, exactly as written' },
  ],
  vsa: [
    {
      label: 'Verifier',
      description: 'A summary names no step: it stands for this one if this verifier passed it (verifier.id)',
      placeholder: 'https://verifier.example/…',
    },
    { label: 'Policy', description: 'The URI of the policy that it passed, exactly as written (policy.uri)' },
    {
      label: 'Level',
      description: 'That it must reach (verifiedLevels); a SLSA level includes those below it. Empty: any',
      placeholder: 'SLSA_BUILD_LEVEL_2',
      optional: true,
    },
  ],
}

/** Kind and fields as one text; a field that is empty leaves its two blanks, and the text is not whole. */
function formOf(kind: string, values: readonly string[]): string {
  const fields = fieldsOf[kind] ?? []
  const written = fields.flatMap(({ optional }, index) => {
    const value = (values[index] ?? '').replace(/\s/g, '')
    return optional && value === '' ? [] : [value]
  })
  return [kind, ...written].join(' ')
}

const notFilledIn = / (?= |$)/

/** The forms of the steps that there are, without those that are links; null where one is not whole. */
export function wholeForms(forms: Forms, steps: readonly string[]): Record<string, string> | null {
  // a step of a sublayout is named by the steps that lead there
  const kept = Object.entries(forms).filter(
    ([step]) => steps.includes(step) || steps.includes(step.split('/')[0] ?? ''),
  )
  const whole = kept.filter(([, form]) => form !== 'link')
  return whole.every(([, form]) => parseForm(form) !== null && !notFilledIn.test(form))
    ? Object.fromEntries(whole)
    : null
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
  const [kind = 'link', ...values] = form.split(' ')
  const fields = fieldsOf[kind] ?? []
  return (
    <div>
      <NativeSelect
        size="xs"
        label={`Evidence of ${step}`}
        data={choices}
        value={kind}
        onChange={(event) => onForm(formOf(event.currentTarget.value, []))}
      />
      {fields.length > 0 && (
        <div className="mt-2 grid gap-2 border-line border-l-2 pl-3">
          {fields.map(({ label, description, placeholder }, index) => (
            <TextInput
              key={label}
              size="xs"
              label={`${label} of ${step}`}
              description={description}
              placeholder={placeholder}
              value={values[index] ?? ''}
              onChange={(event) =>
                onForm(
                  formOf(
                    kind,
                    fields.map((_, at) => (at === index ? event.currentTarget.value : (values[at] ?? ''))),
                  ),
                )
              }
            />
          ))}
        </div>
      )}
    </div>
  )
}
