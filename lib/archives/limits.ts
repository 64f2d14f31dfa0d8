/** Beyond these an archive is not read on. */
export interface ArchiveLimits {
  readonly entries: number
  /** of one file in it, bytes */
  readonly entryBytes: number
  /** of all files in it together, bytes */
  readonly totalBytes: number
  /** unpacked to packed size; looked at once `ratioFrom` bytes are unpacked */
  readonly ratio: number
  readonly ratioFrom: number
  /** folders inside folders */
  readonly depth: number
  /** of a path in it, bytes */
  readonly nameBytes: number
}

const MiB = 1024 * 1024

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 10_000,
  entryBytes: 64 * MiB,
  totalBytes: 1024 * MiB,
  ratio: 200,
  ratioFrom: 16 * MiB,
  depth: 32,
  nameBytes: 1_024,
}
