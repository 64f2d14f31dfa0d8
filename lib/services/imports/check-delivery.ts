import type { Actor } from '#lib/auth/actor.ts'
import { db } from '#lib/db/client.ts'
import { AppError, notFound } from '#lib/errors.ts'
import type { DeliveryRequest } from './delivery.ts'
import { IMPORT_LIMITS } from './limits.ts'

/** Refuses a run label for a software that this caller may not push for. */
export async function checkDelivery(actor: Actor, request: DeliveryRequest): Promise<void> {
  if (request.kind !== 'pushed') return
  if (actor.softwareId !== null && actor.softwareId !== request.softwareId)
    throw new AppError('FORBIDDEN', 'This token pushes for another software. Use a token of the software itself.')
  const { run, attempt } = request
  const bytes = Buffer.byteLength(run)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (run.trim() === '' || bytes > IMPORT_LIMITS.labelBytes || /[\u0000-\u001f\u007f]/.test(run))
    throw new AppError(
      'BAD_REQUEST',
      `Expected a run label of 1 to ${IMPORT_LIMITS.labelBytes} bytes without control characters; found ${bytes} bytes. ` +
        'Send the id that your CI gives the run.',
      { fields: [{ path: 'run', message: `1 to ${IMPORT_LIMITS.labelBytes} bytes` }] },
    )
  if (!Number.isInteger(attempt) || attempt < 1 || attempt > IMPORT_LIMITS.attempt)
    throw new AppError('BAD_REQUEST', `Expected an attempt from 1 to ${IMPORT_LIMITS.attempt}; found ${attempt}.`, {
      fields: [{ path: 'attempt', message: `1 to ${IMPORT_LIMITS.attempt}` }],
    })
  const software = await db.software.findUnique({ where: { id: request.softwareId }, select: { id: true } })
  if (software === null) throw notFound('software of this token')
}

/**
 * What a caller says about where its evidence belongs, as a delivery. A token of a software pushes for that software; any
 * other caller that gives a run has to name the software too.
 */
export async function deliveryOf(
  actor: Actor,
  said: { software: string | null; run: string | null; attempt: number | null },
  otherwise: 'handed-over' | 'loose',
): Promise<DeliveryRequest> {
  if (said.run === null) {
    if (said.attempt !== null || said.software !== null)
      throw missing('run', 'A software or an attempt was given without a run.')
    return { kind: otherwise }
  }
  const attempt = said.attempt ?? 1
  if (said.software === null) {
    if (actor.softwareId === null)
      throw missing(
        'software',
        'A run label was given, but this caller belongs to no software, so the software has to be named.',
      )
    return { kind: 'pushed', softwareId: actor.softwareId, run: said.run, attempt }
  }
  const row = await db.software.findUnique({ where: { slug: said.software }, select: { id: true } })
  if (row === null) throw notFound(`software ${said.software}`)
  return { kind: 'pushed', softwareId: row.id, run: said.run, attempt }
}

function missing(field: string, message: string): AppError {
  return new AppError('BAD_REQUEST', `${message} Send ${field} too, or leave the others out.`, {
    fields: [{ path: field, message: 'expected' }],
  })
}
