import { openAsBlob } from 'node:fs'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { detectPrivateKey } from '#lib/crypto/index.ts'
import { UsageError } from './arguments.ts'

/** One file on disk and the path under which it is sent: from the named folder on. */
export interface LocalFile {
  readonly path: string
  readonly content: Blob
}

/** A file of which nothing leaves this machine. */
export interface NotSent {
  readonly path: string
  readonly code: string
  readonly message: string
}

export interface Collected {
  readonly files: readonly LocalFile[]
  readonly notSent: readonly NotSent[]
}

/** Files up to this size are read and searched for private keys before anything is sent. */
const searchedBytes = 64 * 1024 * 1024

/** Every file below the named folders and files, in the order of their names. @throws UsageError */
export async function collectFiles(paths: readonly string[]): Promise<Collected> {
  const files: LocalFile[] = []
  const notSent: NotSent[] = []
  for (const path of paths) {
    const full = resolve(path)
    const found = await stat(full).catch(() => null)
    if (found === null) throw new UsageError(`${path} cannot be read: there is no such file or folder.`)
    await take(full, basename(full), found.isDirectory(), { files, notSent })
  }
  return { files, notSent }
}

async function take(
  full: string,
  path: string,
  folder: boolean,
  into: { files: LocalFile[]; notSent: NotSent[] },
): Promise<void> {
  if (folder) {
    for (const name of (await readdir(full)).sort()) {
      const child = join(full, name)
      const found = await lstat(child)
      if (found.isSymbolicLink())
        into.notSent.push(skipped(`${path}/${name}`, 'LINK', 'a symbolic link, which is not followed'))
      else if (found.isDirectory() || found.isFile()) await take(child, `${path}/${name}`, found.isDirectory(), into)
    }
    return
  }
  const opened = await open(full)
  const secret = 'bytes' in opened ? detectPrivateKey(opened.bytes) : null
  if (secret !== null) into.notSent.push(privateKey(path, secret))
  // what was searched is what is sent, also if the file changes in between
  else into.files.push({ path, content: 'bytes' in opened ? new Blob([opened.bytes]) : opened.blob })
}

async function open(full: string): Promise<{ bytes: Uint8Array<ArrayBuffer> } | { blob: Blob }> {
  const { size } = await stat(full)
  return size <= searchedBytes ? { bytes: Uint8Array.from(await readFile(full)) } : { blob: await openAsBlob(full) }
}

function privateKey(path: string, kind: string): NotSent {
  const message = `This is a private key (${kind}). Nothing of it was sent. Bring in the public key only.`
  return { path, code: 'PRIVATE_KEY', message }
}

function skipped(path: string, code: string, what: string): NotSent {
  return { path, code, message: `This is ${what}. Nothing of it was sent.` }
}
