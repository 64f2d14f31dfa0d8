import type { z } from 'zod'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SoftwareDetail, setOwnerKeysSchema } from '#lib/contract/software.ts'
import { inTransaction } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { fingerprintBytes, givenKeys } from '../identities/given-keys.ts'
import { findSoftware } from './find-software.ts'
import { getSoftware } from './get.ts'

type Input = z.output<typeof setOwnerKeysSchema>

/**
 * Sets whose signatures a layout of the software needs, all of them; the list replaces the one before. Administrators
 * only: these keys decide what can be put in force, so nothing that came with evidence sets them.
 */
export async function setOwnerKeys(actor: Actor, id: string, input: Input, now = new Date()): Promise<SoftwareDetail> {
  requireRight(actor, 'owner-keys:set')
  const softwareId = await inTransaction(async (tx) => {
    const software = await findSoftware(id, tx)
    const owners = await givenKeys(tx, input.keys, now)
    const before = await tx.ownerKey.findMany({ where: { softwareId: software.id } })
    const kept = new Map(before.map((row) => [Buffer.from(row.fingerprint).toString('hex'), row]))
    await tx.ownerKey.deleteMany({ where: { softwareId: software.id } })
    await tx.ownerKey.createMany({
      data: owners.map(({ fingerprint, name }) => ({
        softwareId: software.id,
        fingerprint: fingerprintBytes(fingerprint),
        name: kept.get(fingerprint)?.name ?? name,
        addedAt: kept.get(fingerprint)?.addedAt ?? now,
        addedBy: kept.get(fingerprint)?.addedBy ?? actor.name,
      })),
    })
    await enqueue(tx, 'judge-software', { softwareId: software.id }, { dedupeKey: `judge-software:${software.id}` })
    await recordAudit(tx, actor, {
      act: 'software.owner-keys',
      objectType: 'software',
      objectId: software.id,
      detail: {
        before: [...kept.keys()].sort(),
        after: owners.map(({ fingerprint }) => fingerprint).sort(),
        by: actorRef(actor),
      },
    })
    return software.id
  })
  return getSoftware(actor, softwareId, now)
}
