import type { z } from 'zod'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { putInForceSchema, SoftwareDetail } from '#lib/contract/software.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { versionIncludes } from '../layouts/version-row.ts'
import { loadTrust } from '../trust/load.ts'
import { changeBindings } from './bindings-lock.ts'
import { enforceableEnvelope } from './enforceable-envelope.ts'
import { findSoftware } from './find-software.ts'
import { getSoftware } from './get.ts'
import { readStoredKeys } from './owner-key.ts'
import { requireSublayouts } from './pinned-sublayouts.ts'
import { readSettings } from './settings.ts'
import { storeLayoutEnvelope } from './store-layout-envelope.ts'
import { readTimestampRoots } from './timestamp-roots.ts'

type Input = z.input<typeof putInForceSchema>

/**
 * Puts a layout version in force: from now on builds of the software are judged with it. Only bytes that every owner
 * key signed, checked here again whatever was stored before, and only where the engine reads them as a layout that has
 * not expired. What was in force before ends.
 */
export async function putInForce(actor: Actor, id: string, input: Input, now = new Date()): Promise<SoftwareDetail> {
  requireRight(actor, 'layout:enforce')
  const {
    parameters = null,
    sharedSteps = [],
    mixedRuns = false,
    sublayouts = {},
    forms = {},
    timestampRoots = '',
  } = input
  const stamping = readTimestampRoots(timestampRoots)
  const softwareId = await inTransaction(async (tx) => {
    await changeBindings(tx)
    const software = await findSoftware(id, tx)
    await lockSoftware(tx, software.id)
    const version = await tx.layoutVersion.findUnique({ where: { id: input.versionId }, include: versionIncludes })
    if (version === null) throw notFound(`layout version ${input.versionId}`)
    if (version.softwareId !== null && version.softwareId !== software.id) {
      throw new AppError(
        'CONFLICT',
        `This layout belongs to ${version.software?.name ?? 'another software'}, not to ${software.name}.`,
      )
    }
    const { keys, unusable } = await ownerKeys(tx, software.id, software.name)
    const enforced = await enforceableEnvelope(tx, version, {
      keys,
      unusable,
      parameters,
      sharedSteps,
      sublayouts,
      forms,
      revokedKeys: (await loadTrust(tx)).revokedKeys,
      finalFiles: readSettings(software.settings).finalFiles,
      now,
    })
    await requireSublayouts(tx, sublayouts)
    const envelopeId = await storeLayoutEnvelope(tx, enforced, { now, demo: version.demo })
    await closeOpenBinding(tx, software.id, now)
    const binding = await tx.binding.create({
      data: {
        softwareId: software.id,
        versionId: version.id,
        envelopeId,
        ...(parameters === null ? {} : { parameters }),
        sharedSteps: [...new Set(sharedSteps)].sort(),
        mixedRuns,
        sublayouts,
        forms,
        timestampRoots: timestampRoots.trim(),
        since: now,
        by: actor.name || actorRef(actor),
      },
    })
    if (version.softwareId === null) await adopt(tx, version, software.id)
    await enqueue(tx, 'judge-software', { softwareId: software.id }, { dedupeKey: `judge-software:${software.id}` })
    await recordAudit(tx, actor, {
      act: 'layout.put-in-force',
      objectType: 'software',
      objectId: software.id,
      detail: {
        binding: binding.id,
        version: version.id,
        layout: version.name,
        number: version.number,
        envelope: enforced.sha256,
        ownerKeys: keys.map(({ fingerprint }) => fingerprint),
        parameters,
        sharedSteps,
        mixedRuns,
        sublayouts,
        forms,
        timestampRoots: stamping.map(({ sha256 }) => sha256),
      },
    })
    return software.id
  })
  return getSoftware(actor, softwareId, now)
}

/** Two people at once: one after the other, each seeing what the other did. */
async function lockSoftware(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "Software" WHERE "id" = ${id}::uuid FOR UPDATE`
}

async function ownerKeys(tx: Tx, softwareId: string, name: string) {
  const owners = await tx.ownerKey.findMany({ where: { softwareId }, include: { key: true } })
  if (owners.length === 0) {
    throw new AppError(
      'CONFLICT',
      `${name} has no layout-owner keys, so nobody's signature could vouch for a layout. An administrator sets them on the page of the software.`,
    )
  }
  return readStoredKeys(owners.map(({ name: owner, key }) => ({ name: owner, pem: key.pem, json: key.json })))
}

export async function closeOpenBinding(tx: Tx, softwareId: string, now: Date): Promise<number> {
  const where = { softwareId, environment: 'production', until: null }
  const { count } = await tx.binding.updateMany({ where, data: { until: now } })
  return count
}

type Version = Prisma.LayoutVersionGetPayload<object>

/** An imported layout has no software until it is put in force for one; its number then counts within that one. */
async function adopt(tx: Tx, version: Version, softwareId: string): Promise<void> {
  const before = await tx.layoutVersion.aggregate({ where: { softwareId }, _max: { number: true } })
  const number = (before._max.number ?? 0) + 1
  await tx.layoutVersion.update({ where: { id: version.id }, data: { softwareId, number } })
}
