import { isDeepStrictEqual } from 'node:util'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { SourceChange, SourceRow, SourceSettings } from '#lib/contract/sources.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { Prisma } from '#lib/generated/prisma/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { recordAudit } from '../audit/record.ts'
import { findSource } from './find-source.ts'
import { requireFreeName } from './free-name.ts'
import { getSource } from './get.ts'
import { syncKey } from './sync/sync-source.ts'
import { testSource } from './test.ts'

/**
 * Changes a source's name or settings, pauses or resumes it. New settings are tried first, as those of a new source are;
 * then everything there is listed anew, and what a run under way would still write is not written. What it brought stays.
 * @throws AppError BAD_REQUEST for another kind, or settings with which it is not reached; CONFLICT for a name in use
 */
export async function changeSource(
  actor: Actor,
  id: string,
  change: SourceChange,
  now = new Date(),
): Promise<SourceRow> {
  requireRight(actor, 'source:manage')
  const before = await findSource(id)
  const settings =
    change.settings === undefined || isDeepStrictEqual(change.settings, before.settings) ? null : change.settings
  const onlySends = settings !== null && isDeepStrictEqual(withoutSending(settings), withoutSending(before.settings))
  if (settings !== null && !onlySends) await requireReached(actor, before.settings, settings)
  await inTransaction(async (tx) => {
    const { name, pausedAt } = await findSource(id, tx)
    if (change.name !== undefined) await requireFreeName(tx, change.name, id)
    if (settings !== null && onlySends) await tx.source.update({ where: { id }, data: { settings } })
    else if (settings !== null) await beginAnew(tx, id, before.settings, settings)
    if (settings?.kind === 'directory') await vouch(tx, id, settings.together ? actor : null, now)
    const paused = change.paused ?? pausedAt !== null
    await tx.source.update({
      where: { id },
      data: {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.everySeconds === undefined ? {} : { everySeconds: change.everySeconds }),
        ...(paused === (pausedAt !== null)
          ? {}
          : { pausedAt: paused ? now : null, pausedByName: paused ? actor.name : null }),
        // whoever is at it writes nothing any more
        fence: { increment: 1 },
        leaseUntil: null,
        nextAt: now,
      },
    })
    if (!paused) await enqueue(tx, 'sync-source', { sourceId: id }, { dedupeKey: syncKey(id) })
    await recordAudit(tx, actor, {
      act: 'source.change',
      objectType: 'source',
      objectId: id,
      detail: { name, ...change, ...(settings === null ? {} : { before: before.settings }) },
    })
  })
  return getSource(actor, id)
}

/** Sending can be switched off while nothing answers, and changes nothing of what was read. */
function withoutSending(settings: SourceSettings): SourceSettings {
  return settings.kind === 'archivista' ? { ...settings, send: false } : settings
}

async function requireReached(actor: Actor, before: SourceSettings, settings: SourceSettings): Promise<void> {
  if (settings.kind !== before.kind) {
    const message = `A source of the kind ${before.kind} does not become one of the kind ${settings.kind}: add another source.`
    throw new AppError('BAD_REQUEST', message, { fields: [{ path: 'settings.kind', message: 'changed' }] })
  }
  const probe = await testSource(actor, settings)
  if (!probe.reached)
    throw new AppError('BAD_REQUEST', `The source was not changed: ${probe.message}`, { extra: { probe } })
}

/**
 * Whoever says that each folder holds one run vouches for it, not whoever added the source: the runs begin anew, with all
 * that lies there, because a path in one folder says nothing about the same path in another.
 */
async function vouch(tx: Tx, id: string, actor: Actor | null, now: Date): Promise<void> {
  const by = actor === null ? {} : { createdBy: actorRef(actor), createdByName: actor.name }
  await tx.source.update({ where: { id }, data: { ...by, vouchedSince: now } })
  // another version than any file has: whatever is listed there is read again
  await tx.sourceEntry.updateMany({ where: { sourceId: id }, data: { version: '' } })
}

/** Nothing that was known of the old place is true of the new one. */
async function beginAnew(tx: Tx, id: string, before: SourceSettings, settings: SourceSettings): Promise<void> {
  await tx.source.update({
    where: { id },
    data: {
      settings,
      followCursor: Prisma.DbNull,
      sweepCursor: Prisma.DbNull,
      sweepStartedAt: null,
      errorCode: null,
      errorMessage: null,
      errorSince: null,
      failures: 0,
      ...(isSameServer(before, settings) ? {} : { sendMark: Prisma.DbNull }),
    },
  })
  await tx.sourceMemory.deleteMany({ where: { sourceId: id } })
  if (!isSameServer(before, settings)) await tx.sourceUpload.deleteMany({ where: { sourceId: id } })
}

function isSameServer(a: SourceSettings, b: SourceSettings): boolean {
  return a.kind !== 'directory' && b.kind !== 'directory' && a.url === b.url
}
