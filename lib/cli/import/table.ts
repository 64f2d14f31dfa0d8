import type { Import } from '#lib/contract/evidence.ts'
import type { NotSent } from './collect-files.ts'

/** The fate of every file, for people. Names come from outside: control characters are shown, not obeyed. */
export function fateTable(brought: Import | null, notSent: readonly NotSent[]): string {
  const rows = [
    ...(brought?.files ?? []).map(({ fate, kind, path, code, message, place }) => ({
      fate: String(fate),
      kind: kind === 'unknown' ? '' : kind,
      path,
      why: message === null ? '' : `${code}: ${message}${place === null ? '' : ` (at ${place})`}`,
    })),
    ...notSent.map(({ path, code, message }) => ({ fate: 'not sent', kind: '', path, why: `${code}: ${message}` })),
  ]
  const width = (name: 'fate' | 'kind') => Math.max(...rows.map((row) => row[name].length), 0)
  const [fates, kinds] = [width('fate'), width('kind')]
  const lines = rows.flatMap(({ fate, kind, path, why }) => [
    `${fate.padEnd(fates)}  ${kind.padEnd(kinds)}  ${visible(path)}`,
    ...(why === '' ? [] : [`${' '.repeat(fates + kinds + 4)}${visible(why)}`]),
  ])
  return `${[...lines, '', summary(brought, notSent)].join('\n')}\n`
}

function summary(brought: Import | null, notSent: readonly NotSent[]): string {
  const counts: [string, number][] = [...Object.entries(brought?.counts ?? {}), ['not sent', notSent.length]]
  const parts = counts.filter(([, count]) => count > 0).map(([fate, count]) => `${count} ${fate}`)
  const software = brought?.software.map(({ name }) => name) ?? []
  const judged = software.length === 0 ? '' : ` Being judged: ${software.map(visible).join(', ')}.`
  return `${parts.length === 0 ? 'nothing to import' : parts.join(', ')}.${judged}`
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`)
}
