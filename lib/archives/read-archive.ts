import { Budget } from './budget.ts'
import type { ArchiveKind } from './detect.ts'
import type { ArchiveEntry } from './entry.ts'
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts'
import { readTar } from './tar.ts'
import { readZip } from './zip.ts'

/**
 * The files of an archive, one at a time, so that no more than one of them is held. A file that is not taken comes with
 * its reason and spoils no other; an archive that cannot be read, or that goes beyond a limit, ends in ArchiveError.
 */
export function readArchive(
  bytes: Uint8Array,
  kind: ArchiveKind,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): AsyncGenerator<ArchiveEntry> {
  const budget = new Budget(limits, bytes.length)
  return kind === 'zip' ? readZip(bytes, budget) : readTar(bytes, kind === 'tar.gz', budget)
}
