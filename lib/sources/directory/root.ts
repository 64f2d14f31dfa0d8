import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, sep } from 'node:path'
import { SourceError } from '../connector.ts'

/** Whether a path without symbolic links is the folder or lies below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * The folder without symbolic links, if it is one that the operator lets sources read. It is found out anew each time: a
 * link that was put in its way since counts.
 */
export async function rootOf(folder: string, allowed: readonly string[]): Promise<string> {
  if (!isAbsolute(folder))
    throw new SourceError(
      'SETTINGS',
      `Expected the whole path of a folder, from / on; found ${JSON.stringify(folder)}.`,
    )
  const inside = await Promise.all(allowed.map((one) => realpath(one).catch(() => null)))
  const root = await realpath(folder).catch(() => null)
  // one sentence for "not allowed" and "not there": nobody learns from it what lies outside of the allowed folders
  if (root === null || !inside.some((one) => one !== null && isInside(root, one)))
    throw new SourceError(
      'NOT_ALLOWED',
      `The folder ${folder} is not there, or not inside of a folder that sources may read (${allowed.join(', ') || 'none'}). ` +
        'Whoever runs Waybill allows folders with WAYBILL_SOURCE_FOLDERS.',
    )
  if (!(await stat(root)).isDirectory())
    throw new SourceError('SETTINGS', `Expected a folder; ${folder} is a file. Give the folder that it lies in.`)
  return root
}
