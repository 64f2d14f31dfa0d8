import { createHash } from 'node:crypto'

/** The name that Archivista gives to bytes: sha256 of git's blob object around them, lower-case hex. */
export function gitoidOf(bytes: Uint8Array): string {
  return createHash('sha256').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

export function isGitoid(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
