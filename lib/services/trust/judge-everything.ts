import type { Tx } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'

/** Has every software with a layout in force judged again, in the order of ids, so that two that do this do not wait for each other for ever. */
export async function judgeEverything(tx: Tx): Promise<void> {
  const concerned = await tx.binding.findMany({ where: { until: null }, select: { softwareId: true } })
  for (const softwareId of [...new Set(concerned.map((one) => one.softwareId))].sort())
    await enqueue(tx, 'judge-software', { softwareId }, { dedupeKey: `judge-software:${softwareId}` })
}
