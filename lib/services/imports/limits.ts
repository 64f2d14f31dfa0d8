import { ARCHIVE_LIMITS } from '#lib/archives/limits.ts'
import { LIMITS } from '#lib/in-toto/index.ts'

const MiB = 1024 * 1024

/** What one act of bringing in may hold. Each refusal names its limit and the value that was found. */
export const IMPORT_LIMITS = {
  /** one metadata document, key or certificate */
  fileBytes: LIMITS.envelopeBytes,
  /** one archive, packed */
  archiveBytes: 256 * MiB,
  /** one request */
  requestBytes: 1024 * MiB,
  /** files of one request, those in archives not counted */
  files: 10_000,
  /** documents of one JSON-lines file */
  lines: 10_000,
  /** file names of one envelope that become edges of the graph; the bytes hold all */
  edges: 20_000,
  /** names as they are stored for searching, bytes; signed bytes keep them whole */
  nameBytes: ARCHIVE_LIMITS.nameBytes,
  /** written in one transaction */
  batchFiles: 1_000,
  batchBytes: 32 * MiB,
  /** a run label */
  labelBytes: 200,
  attempt: 1_000,
} as const

/** How long a run that clients push under stays open. */
export const RUN_OPEN_MS = 24 * 3_600_000
