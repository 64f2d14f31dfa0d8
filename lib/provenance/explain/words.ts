import type { Subject } from './subject.ts'

/** `1 file`, `3 files` */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`
}

/** `a`, `a and b`, `a, b and 3 more` */
export function some(names: readonly string[], shown = 3): string {
  if (names.length <= 1) return names[0] ?? 'nothing'
  if (names.length > shown) return `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** A sentence begins with a capital, but the name of a step is never altered. */
export function sentence(text: string): string {
  return text.startsWith('the ') ? `T${text.slice(1)}` : text
}

/** As every functionary knows it: the name people gave the key, else the beginning of its keyid. */
export function keyName(subject: Subject, keyid: string | null | undefined): string {
  if (!keyid) return 'an unnamed key'
  return subject.context.keyNames?.get(keyid) ?? `key ${keyid.slice(0, 8)}`
}

/** 2026-01-31 12:00 UTC */
export function moment(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/** A word for a shell: quoted where a shell would read more into it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ')

/** What others wrote (messages of parsers, names) may be long; a heading must not be. */
export function short(text: string, limit = 120): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
