'use client'
import { type MantineColorScheme, Radio, Switch, useMantineColorScheme } from '@mantine/core'
import { useLetterKeys } from '../shell/letter-keys.ts'
import { Card } from '../ui/card.tsx'

const schemes: readonly { value: MantineColorScheme; label: string }[] = [
  { value: 'auto', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

/** Both are kept in this browser only. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [letters, setLetters] = useLetterKeys()
  return (
    <div className="grid max-w-2xl gap-4">
      <Card title="Light or dark">
        <Radio.Group
          aria-label="Light or dark"
          value={colorScheme}
          onChange={(value) => {
            const scheme = schemes.find((s) => s.value === value)
            if (scheme) setColorScheme(scheme.value)
          }}
        >
          <div className="flex flex-wrap gap-5">
            {schemes.map((scheme) => (
              <Radio key={scheme.value} value={scheme.value} label={scheme.label} />
            ))}
          </div>
        </Radio.Group>
      </Card>
      <Card title="Keyboard">
        <Switch
          checked={letters}
          onChange={(event) => setLetters(event.currentTarget.checked)}
          label="Single letters work as keys"
          description="J, K, G and the letters of the canvas. Switch off where speech input or stray keys trigger them. ⌘K stays."
        />
      </Card>
    </div>
  )
}
