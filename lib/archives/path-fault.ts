import type { ArchiveFault } from './entry.ts'
import type { ArchiveLimits } from './limits.ts'

/**
 * Why a path from outside is not taken, or null. Nothing is ever written to disk under such a path; still, a path that
 * climbs out of its folder is a lie about where a file lay, and folders say which evidence belongs together.
 */
export function pathFault(path: string, limits: Pick<ArchiveLimits, 'depth' | 'nameBytes'>): ArchiveFault | null {
  const bytes = Buffer.byteLength(path)
  if (bytes > limits.nameBytes)
    return fault('NAME_TOO_LONG', `The name has ${bytes} bytes; at most ${limits.nameBytes} are taken. Shorten it.`)
  if (path.includes('\0')) return fault('NAME_INVALID', 'The name holds a NUL character. Rename the file.')
  if (path === '' || path.endsWith('/')) return fault('NAME_INVALID', 'The file has no name.')
  if (/^[/\\]|^[A-Za-z]:[/\\]/.test(path))
    return fault(
      'ABSOLUTE_PATH',
      'Expected a path inside the folder; found an absolute path. Pack with relative paths.',
    )
  const parts = path.split(/[/\\]/)
  if (parts.includes('..'))
    return fault(
      'PATH_TRAVERSAL',
      'The path climbs out of its folder with "..". Pack from the folder that holds all files.',
    )
  if (path.includes('\\'))
    return fault('NAME_INVALID', 'The name holds a backslash; expected / between folders. Pack it again.')
  if (parts.length - 1 > limits.depth)
    return fault('PATH_TOO_DEEP', `The file lies ${parts.length - 1} folders deep; at most ${limits.depth} are read.`)
  return null
}

/** `./a//b` and `a/b` are one place. */
export function tidyPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '.' && part !== '')
    .join('/')
}

function fault(code: string, message: string): ArchiveFault {
  return { code, message }
}
