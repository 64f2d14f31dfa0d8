import type { Recorded } from '../evaluate-rules.ts'

/**
 * The first file whose name is another name for a file that rules may know: `./evil`, `x/../evil`, `evil/`,
 * `//evil`, a backslash. `DISALLOW evil` would not see it. Absolute paths and URIs name one file only and may stay.
 */
export function abnormalName(recorded: Recorded): { list: 'materials' | 'products'; artifact: string } | null {
  for (const list of ['materials', 'products'] as const) {
    if (normal.has(recorded[list])) continue
    for (const artifact of recorded[list].keys()) if (!isNormalName(artifact)) return { list, artifact }
    normal.add(recorded[list])
  }
  return null
}

/** lists that were looked through: links of one chain share them */
const normal = new WeakSet<object>()

const ABNORMAL = /(^|\/)\.{0,2}(\/|$)|\\/
const URI = /^[a-z][a-z0-9+.-]+:/i

/** Whether an artifact's name is the only way to write it. */
export function isNormalName(name: string): boolean {
  const path = URI.test(name) ? name.replace(/^[a-z][a-z0-9+.-]+:(\/\/)?/i, '') : name
  // one leading slash is an absolute path, which in-toto records where it was told to
  return !ABNORMAL.test(path.startsWith('/') ? path.slice(1) : path)
}
