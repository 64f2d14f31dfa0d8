'use client'
import { TextInput } from '@mantine/core'

/** Step -> sha256 of the sublayout that alone may stand for it, as typed; empty: any that comes with the run. */
export type Pins = Readonly<Record<string, string>>

const SHA256 = /^[0-9a-f]{64}$/

/** `sha256:` in front, capitals and blanks around do not matter. */
function digestIn(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '')
}

/** The pins of the steps that there are; null where one is no sha256. */
export function wholePins(pins: Pins, steps: readonly string[]): Record<string, string> | null {
  const given = Object.entries(pins)
    .map(([step, text]) => [step, digestIn(text)] as const)
    .filter(([step, digest]) => steps.includes(step) && digest !== '')
  return given.every(([, digest]) => SHA256.test(digest)) ? Object.fromEntries(given) : null
}

/** Asks which sublayout has to stand for a step, where one does. */
export function PinnedSublayouts({
  steps,
  pins,
  onPins,
}: {
  steps: readonly string[]
  pins: Pins
  onPins: (pins: Pins) => void
}) {
  return (
    <details className="mt-4" open={Object.values(pins).some((text) => text !== '') ? true : undefined}>
      <summary className="cursor-pointer font-medium">Pinned sublayouts</summary>
      <p className="mt-1 text-xs text-mute">
        Where a functionary hands a step on by a sublayout, only the one with this digest counts, also when a run does
        not bring it along. Left empty, the sublayout that comes with the run counts.
      </p>
      <div className="mt-2 grid gap-2">
        {steps.map((step) => {
          const text = pins[step] ?? ''
          const odd = text !== '' && !SHA256.test(digestIn(text))
          return (
            <TextInput
              key={step}
              size="xs"
              label={`Sublayout of ${step}, sha256 of its file`}
              placeholder="64 hexadecimal digits"
              classNames={{ input: '!font-mono !text-xs' }}
              maxLength={200}
              value={text}
              error={odd ? 'Expected are 64 hexadecimal digits, as sha256sum prints them.' : undefined}
              onChange={(event) => onPins({ ...pins, [step]: event.currentTarget.value })}
            />
          )
        })}
      </div>
    </details>
  )
}
