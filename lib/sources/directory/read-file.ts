import type { BigIntStats } from 'node:fs'
import { constants, type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SourceError } from '../connector.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { isInside } from './root.ts'

export interface FileFacts {
  readonly size: number
  readonly modifiedMs: number
  /** other where the content may be another: size, time and which file it is */
  readonly version: string
}

/**
 * Opens a file below the root and hands it to `work`. What was opened is what lies there without links that lead out of
 * the root, also if somebody moves links around meanwhile; pipes and devices are not waited for.
 * @throws SourceError GONE, NOT_ALLOWED or UNREACHABLE
 */
export async function withFile<T>(
  root: string,
  key: string,
  work: (file: FileHandle, facts: FileFacts) => Promise<T>,
): Promise<T> {
  if (key.split('/').some((part) => part === '' || part === '.' || part === '..') || key.includes('\0')) throw gone(key)
  const path = join(root, key)
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw openFault(key, error)
  })
  try {
    const opened = await file.stat({ bigint: true })
    const real = await realpath(path).catch(() => null)
    const there = real === null ? null : await stat(real, { bigint: true }).catch(() => null)
    if (real === null || there === null || there.ino !== opened.ino || there.dev !== opened.dev) throw gone(key)
    if (!isInside(real, root)) throw new SourceError('NOT_ALLOWED', `${key} leads out of the folder; it is not read.`)
    if (!opened.isFile()) throw gone(key)
    return await work(file, factsOf(opened))
  } finally {
    await file.close()
  }
}

/** The facts of a file that is no link, as a listing found it; null where it is gone. Reading it checks again. */
export async function plainFacts(root: string, key: string): Promise<FileFacts | null> {
  const found = await lstat(join(root, key), { bigint: true }).catch(() => null)
  return found?.isFile() ? factsOf(found) : null
}

function factsOf({ size, mtimeMs, mtimeNs, ino }: BigIntStats): FileFacts {
  return { size: Number(size), modifiedMs: Number(mtimeMs), version: `${size}-${mtimeNs}-${ino}` }
}

/** All bytes of a file that stayed the same while it was read. */
export function readWhole(root: string, key: string): Promise<Uint8Array> {
  return withFile(root, key, async (file, facts) => {
    if (facts.size > DIRECTORY_LIMITS.fileBytes) throw tooLarge(facts.size)
    const bytes = new Uint8Array(facts.size)
    let at = 0
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    const after = await file.stat({ bigint: true })
    if (at < bytes.length || factsOf(after).version !== facts.version)
      throw new SourceError('INTEGRITY', `${key} was changed while it was read. It is read again when it rests.`)
    return bytes
  })
}

export function tooLarge(size: number): SourceError {
  return new SourceError('LIMIT', `The file has ${size} bytes; at most ${DIRECTORY_LIMITS.fileBytes} are read.`)
}

function gone(key: string): SourceError {
  return new SourceError('GONE', `There is no file ${key} in the folder any more.`)
}

function openFault(key: string, cause: unknown): SourceError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return gone(key)
  if (code === 'EACCES' || code === 'EPERM')
    return new SourceError('UNAUTHORIZED', `Waybill may not read ${key}. Let its user read the file.`, { cause })
  return new SourceError('UNREACHABLE', `${key} could not be read (${String(code)}).`, { cause })
}
