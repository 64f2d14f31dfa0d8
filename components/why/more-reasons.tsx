import { Card } from '#components/ui/card.tsx'
import type { Explanation } from '#lib/contract/builds.ts'

const SHOWN = 20

/** Everything else that was found: other causes first, then what only follows from the first one. */
export function MoreReasons({ more }: { more: Explanation['more'] }) {
  const own = more.filter((one) => !one.follows)
  const follows = more.filter((one) => one.follows)
  if (more.length === 0) return null
  return (
    <Card
      title={
        own.length > 0
          ? 'Also found'
          : `${follows.length} more ${follows.length === 1 ? 'follows' : 'follow'} from this`
      }
    >
      <List items={own} />
      {own.length > 0 && follows.length > 0 && (
        <h3 className="mt-3 mb-1 font-semibold text-[13px]">
          {follows.length} more {follows.length === 1 ? 'follows' : 'follow'} from the first
        </h3>
      )}
      <List items={follows} />
    </Card>
  )
}

function List({ items }: { items: Explanation['more'] }) {
  if (items.length === 0) return null
  return (
    <ul className="list-none text-[13px]">
      {items.slice(0, SHOWN).map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: reasons have no id and never change places
        <li key={index} className="border-line border-t py-2 break-words first:border-t-0 first:pt-0">
          {one.message} <code className="font-mono text-mute text-xs">{one.code}</code>
        </li>
      ))}
      {items.length > SHOWN && (
        <li className="text-mute text-xs">and {items.length - SHOWN} more in the list of checks</li>
      )}
    </ul>
  )
}
