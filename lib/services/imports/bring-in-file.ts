import type { BatchAnswer, FileAct } from './act.ts'
import { batches } from './batches.ts'
import { commitAct } from './commit-act.ts'

/** Brings in one file of an act, an archive with all that is in it. */
export async function bringInFile({ file, meant, first, ...act }: FileAct): Promise<BatchAnswer> {
  const files: BatchAnswer['files'] = []
  const software = new Set<string>()
  let closed = false
  for await (const items of batches([file], meant)) {
    const answer = await commitAct({ ...act, items, first: first + files.length })
    files.push(...answer.files)
    for (const id of answer.software) software.add(id)
    closed ||= answer.closed
  }
  return { files, software: [...software], closed }
}
