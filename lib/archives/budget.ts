import { ArchiveError, type ArchiveFault } from './entry.ts'
import type { ArchiveLimits } from './limits.ts'
import { pathFault, tidyPath } from './path-fault.ts'

/** Counts what one archive has given so far and refuses what goes beyond its limits. */
export class Budget {
  readonly limits: ArchiveLimits
  readonly #packed: number
  readonly #names = new Set<string>()
  #entries = 0
  #bytes = 0

  /** @param packed size of the archive itself, bytes */
  constructor(limits: ArchiveLimits, packed: number) {
    this.limits = limits
    this.#packed = packed
  }

  /** Counts an entry of any kind. */
  entry(): void {
    this.#entries++
    if (this.#entries > this.limits.entries)
      throw new ArchiveError(
        'ARCHIVE_ENTRIES',
        `The archive has more than ${this.limits.entries} entries; reading stopped there. Bring it in parts.`,
      )
  }

  /** Counts unpacked bytes, before anything is made of them. */
  unpacked(bytes: number): void {
    this.#bytes += bytes
    const { totalBytes, ratio, ratioFrom } = this.limits
    if (this.#bytes > totalBytes)
      throw new ArchiveError(
        'ARCHIVE_TOTAL_SIZE',
        `The archive unpacks to more than ${totalBytes} bytes; reading stopped there. Bring it in parts.`,
      )
    if (this.#bytes > ratioFrom && this.#bytes > ratio * this.#packed)
      throw new ArchiveError(
        'ARCHIVE_RATIO',
        `The archive unpacks to more than ${ratio} times its ${this.#packed} bytes, as archives do that are made to ` +
          'exhaust whoever opens them. Reading stopped; bring its files unpacked.',
      )
  }

  /** Why a file of this name is not taken, or null, which also takes the name. */
  name(raw: string): ArchiveFault | null {
    const bad = pathFault(raw, this.limits)
    if (bad !== null) return bad
    const path = tidyPath(raw)
    if (path === '') return { code: 'NAME_INVALID', message: 'The file has no name.' }
    if (this.#names.has(path))
      return {
        code: 'DUPLICATE_NAME',
        message: 'The archive holds two files of this name; the first was read, this one was not. Rename one.',
      }
    this.#names.add(path)
    return null
  }

  tooLarge(size: number | string): ArchiveFault {
    const found = typeof size === 'number' ? `${size}` : size
    return {
      code: 'ENTRY_TOO_LARGE',
      message: `The file has ${found} bytes; at most ${this.limits.entryBytes} are read from an archive.`,
    }
  }
}
