import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'vitest'

const shared = resolve(import.meta.dirname, '../../../shared')

/** Full path of a file of the shared test data beside the repository, or null where that folder is absent. */
export function sharedPath(path: string): string | null {
  const full = resolve(shared, path)
  return existsSync(full) ? full : null
}

/**
 * A describe block over one file of the shared test data, read in place. Where it is absent one test is skipped whose
 * name says so.
 */
export function describeShared(title: string, path: string, body: (bytes: Buffer) => void): void {
  const full = sharedPath(path)
  if (full === null) {
    describe(title, () => test.skip(`needs ../shared/${path}, which is not here`, () => undefined))
    return
  }
  describe(title, () => body(readFileSync(full)))
}
