import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SoftwareDetail, setSettingsSchema } from '#lib/contract/software.ts'
import { inTransaction } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSoftware } from './find-software.ts'
import { getSoftware } from './get.ts'
import { readSettings } from './settings.ts'

/** Waiting time and final files. They decide what a verdict says, so every build is judged again. */
export async function setSettings(
  actor: Actor,
  id: string,
  input: z.output<typeof setSettingsSchema>,
  now = new Date(),
): Promise<SoftwareDetail> {
  requireRight(actor, 'layout:enforce')
  const softwareId = await inTransaction(async (tx) => {
    const software = await findSoftware(id, tx)
    const before = readSettings(software.settings)
    const after = { ...before, ...input }
    await tx.software.update({ where: { id: software.id }, data: { settings: after } })
    await enqueue(tx, 'judge-software', { softwareId: software.id }, { dedupeKey: `judge-software:${software.id}` })
    await recordAudit(tx, actor, {
      act: 'software.settings',
      objectType: 'software',
      objectId: software.id,
      detail: { before, after },
    })
    return software.id
  })
  return getSoftware(actor, softwareId, now)
}
