'use client'
import { useLocalStorage } from '@mantine/hooks'

/** Whether single letters work as keys (WCAG 2.1.4: they can be switched off in the settings). Kept in this browser. */
export function useLetterKeys(): readonly [on: boolean, set: (on: boolean) => void] {
  const [value, setValue] = useLocalStorage<string>({ key: 'waybill.letter-keys', defaultValue: 'on' })
  return [value !== 'off', (on) => setValue(on ? 'on' : 'off')]
}
