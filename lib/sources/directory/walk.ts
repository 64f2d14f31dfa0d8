import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Skipped, SourceError } from '../connector.ts'
import { DIRECTORY_LIMITS } from './limits.ts'

/** A file, or a name that is passed over with the reason. */
export type Found =
  /** `plain`: no symbolic link, and none on the way to it */
  { readonly key: string; readonly plain: boolean } | { readonly skipped: Skipped }

/**
 * Every name below the root, in an order that stays the same while nothing changes, beginning after `after`. Folders
 * that are symbolic links are not entered, so no walk runs in a circle.
 */
export async function* walk(root: string, after: string | null, signal: AbortSignal): AsyncGenerator<Found> {
  yield* below(root, [], after === null ? [] : after.split('/'), signal)
}

async function* below(
  root: string,
  folder: readonly string[],
  after: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Found> {
  signal.throwIfAborted()
  const [from, ...further] = after
  for (const entry of await namesOf(root, folder)) {
    if (from !== undefined && entry.name < from) continue
    const path = [...folder, entry.name]
    if (!entry.isDirectory()) {
      if (entry.name !== from) yield found(path, entry)
    } else if (path.length > DIRECTORY_LIMITS.depth) yield tooDeep(path)
    else yield* below(root, path, entry.name === from ? further : [], signal)
  }
}

async function namesOf(root: string, folder: readonly string[]): Promise<Dirent[]> {
  const names = await readdir(join(root, ...folder), { withFileTypes: true }).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    // below the root: it was taken away since its name was read
    if (folder.length > 0 && (code === 'ENOENT' || code === 'ENOTDIR')) return []
    const where = folder.length === 0 ? 'The folder' : `The folder ${folder.join('/')}`
    if (code === 'EACCES' || code === 'EPERM')
      throw new SourceError('UNAUTHORIZED', `${where} may not be read by Waybill's user. Let it read the folder.`)
    throw new SourceError('UNREACHABLE', `${where} could not be read (${String(code)}).`, { cause })
  })
  if (names.length > DIRECTORY_LIMITS.names) {
    const where = folder.join('/') || 'of the source'
    throw new SourceError(
      'LIMIT',
      `The folder ${where} holds ${names.length} names; at most ${DIRECTORY_LIMITS.names}.`,
    )
  }
  return names.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function found(path: readonly string[], entry: Dirent): Found {
  const key = path.join('/')
  if (key.length > DIRECTORY_LIMITS.keyLength || key.includes('\uFFFD') || key.includes('\\'))
    return pass(
      key.slice(0, DIRECTORY_LIMITS.keyLength),
      'NAME',
      'Expected a name in UTF-8 without backslashes, at most 1,024 characters with its folders. Rename the file.',
    )
  if (entry.isFile() || entry.isSymbolicLink()) return { key, plain: entry.isFile() }
  return pass(key, 'NOT_A_FILE', 'Expected a file; found a pipe, a socket or a device. It is not read.')
}

function tooDeep(path: readonly string[]): Found {
  const message = `Folders are entered ${DIRECTORY_LIMITS.depth} deep; this one lies deeper and is not read.`
  return pass(path.join('/').slice(0, DIRECTORY_LIMITS.keyLength), 'DEPTH', message)
}

function pass(key: string, code: string, message: string): Found {
  return { skipped: { key, code, message } }
}
