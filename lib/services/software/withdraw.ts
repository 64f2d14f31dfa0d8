import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SoftwareDetail } from '#lib/contract/software.ts'
import { inTransaction } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSoftware } from './find-software.ts'
import { getSoftware } from './get.ts'
import { closeOpenBinding } from './put-in-force.ts'

/** Takes the layout out of force. Without one nothing can be allowed: every build is judged again and says so. */
export async function withdraw(actor: Actor, id: string, now = new Date()): Promise<SoftwareDetail> {
  requireRight(actor, 'layout:enforce')
  const softwareId = await inTransaction(async (tx) => {
    const software = await findSoftware(id, tx)
    const open = await tx.binding.findFirst({ where: { softwareId: software.id, until: null } })
    if (open === null) throw new AppError('CONFLICT', `No layout is in force for ${software.name}.`)
    await closeOpenBinding(tx, software.id, now)
    await enqueue(tx, 'judge-software', { softwareId: software.id }, { dedupeKey: `judge-software:${software.id}` })
    await recordAudit(tx, actor, {
      act: 'layout.withdraw',
      objectType: 'software',
      objectId: software.id,
      detail: { binding: open.id, version: open.versionId },
    })
    return software.id
  })
  return getSoftware(actor, softwareId, now)
}
