import { fileName } from './found-in.ts'

/** What the version of a layout is called that came under this path; null where it stands in for a link of another layout. */
export function versionNameOf(path: string): string | null {
  if (/\.[0-9a-f]{8}\.link$/.test(path)) return null
  return fileName(path).replace(/\.(layout|json)$/i, '') || 'layout'
}
