/** What each key on the drawing does; also the list that `?` shows. */
export const KEYS = [
  ['N', 'add a step'],
  ['I', 'add an inspection'],
  ['K', 'add a key to the step'],
  ['M', 'match: take files from another step'],
  ['Tab, Shift Tab', 'next, previous node along the flow'],
  ['← →', 'along an edge'],
  ['Alt and arrows', 'move the node by 10'],
  ['Enter', 'to the inspector; Escape back to the drawing'],
  ['Escape', 'let go of the step: the inspector shows the layout'],
  ['Delete', 'remove'],
  ['E', 'next problem'],
  ['/', 'find a step'],
  ['A', 'arrange'],
  ['F, 0, +, −', 'fit, 100%, zoom'],
  ['Ctrl or ⌘ Z, with Shift', 'undo, redo'],
  ['Ctrl or ⌘ C, X, V, D', 'copy, cut, paste, duplicate the step'],
  ['Ctrl or ⌘ J', 'JSON beside the drawing'],
  ['Ctrl or ⌘ S', 'save now'],
  ['?', 'this list'],
] as const

export type CanvasKey =
  | 'step'
  | 'inspection'
  | 'key'
  | 'match'
  | 'on'
  | 'back'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'inspect'
  | 'let-go'
  | 'remove'
  | 'problem'
  | 'find'
  | 'arrange'
  | 'fit'
  | 'full'
  | 'in'
  | 'out'
  | 'help'

const SINGLE: Readonly<Record<string, CanvasKey>> = {
  n: 'step',
  i: 'inspection',
  k: 'key',
  m: 'match',
  arrowright: 'on',
  arrowleft: 'back',
  enter: 'inspect',
  escape: 'let-go',
  delete: 'remove',
  backspace: 'remove',
  e: 'problem',
  '/': 'find',
  a: 'arrange',
  f: 'fit',
  '0': 'full',
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '?': 'help',
}
const WITH_ALT: Readonly<Record<string, CanvasKey>> = {
  arrowup: 'up',
  arrowdown: 'down',
  arrowleft: 'left',
  arrowright: 'right',
}

/** The act of a key pressed on the drawing; null where it has none, or where one is typing. */
export function canvasKey(event: KeyboardEvent): CanvasKey | null {
  if (event.ctrlKey || event.metaKey || isTyping(event.target)) return null
  const key = event.key.toLowerCase()
  if (event.altKey) return WITH_ALT[key] ?? null
  // Enter on a button is that button's
  if (key === 'enter' && event.target instanceof HTMLButtonElement) return null
  return SINGLE[key] ?? null
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
