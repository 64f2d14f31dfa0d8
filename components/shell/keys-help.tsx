'use client'
import { Kbd, Modal } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { useLetterKeys } from './letter-keys.ts'
import { places } from './navigation.ts'

const keys: readonly [string, string][] = [
  ['⌘ K', 'Search everything'],
  ['J, K', 'Next, previous row of the builds'],
  ['Space', 'Peek at a build'],
  ['Enter', 'Open it'],
  ['/', 'Filter'],
  ['?', 'This list'],
]

/** `?` lists the keys. */
export function KeysHelp() {
  const [opened, { open, close }] = useDisclosure()
  const [on] = useLetterKeys()
  useHotkeys(on ? [['shift+?', open]] : [])
  return (
    <Modal opened={opened} onClose={close} title="Keys" size="sm">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-[13px]">
        {[...keys, ...places.map((place): [string, string] => [`G ${place.key.toUpperCase()}`, place.label])].map(
          ([key, text]) => (
            <div key={key} className="contents">
              <dt>
                <Kbd size="xs">{key}</Kbd>
              </dt>
              <dd>{text}</dd>
            </div>
          ),
        )}
      </dl>
    </Modal>
  )
}
