import { expand } from './expand.ts'
import type { IncomingFile, Item } from './finding.ts'
import { IMPORT_LIMITS } from './limits.ts'

/** What is in files, in groups that fit into one transaction. */
export async function* batches(files: Iterable<IncomingFile>, meant: boolean): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  let bytes = 0
  for (const file of files) {
    for await (const item of expand(file, { meant })) {
      batch.push(item)
      bytes += item.bytes?.length ?? 0
      if (batch.length < IMPORT_LIMITS.batchFiles && bytes < IMPORT_LIMITS.batchBytes) continue
      yield batch
      batch = []
      bytes = 0
    }
  }
  if (batch.length > 0) yield batch
}
