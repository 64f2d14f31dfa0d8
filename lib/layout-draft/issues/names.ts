import { isSafeName } from '#lib/in-toto/index.ts'
import { freeName, renameItem } from '../commands.ts'
import { error, type Issue } from '../issue.ts'
import type { DraftView, ItemView } from '../view.ts'

/** Rules and link files refer to steps by name: each name once, and none that looks like another. */
export function nameIssues(view: DraftView): Issue[] {
  const seen = new Map<string, string>()
  return view.items.flatMap((item) => {
    const folded = item.name.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    seen.set(folded, other ?? item.name)
    const found = nameIssue(item, other)
    return found === null ? [] : [found]
  })
}

function nameIssue(item: ItemView, other: string | undefined): Issue | null {
  const place = { item, member: 'name' }
  const { name, kind } = item
  const rename = (wish: string) => ({
    title: 'Give it a free name',
    apply: (document: Parameters<typeof renameItem>[0]) => renameItem(document, item.ref, freeName(document, wish)),
  })
  if (name === '') return error('NAME_MISSING', place, `A ${kind} has no name.`, rename(kind))
  if (other === name) {
    const message = `The name ${name} is used twice. Rules name a step by its name, so each must have its own.`
    return error('NAME_DUPLICATE', place, message, rename(name))
  }
  if (other !== undefined) {
    return error(
      'NAME_LOOKALIKE',
      place,
      `${other} and ${name} differ in letter case only: one hides behind the other.`,
    )
  }
  if (!isSafeName(name)) {
    const message = `${name} cannot be part of a file name (links are stored as NAME.KEYID.link): without / \\ * ? [ ] please.`
    return error('NAME_UNSAFE', place, message)
  }
  return null
}
