import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { VerificationQuery, verificationPageSchema } from '#lib/contract/verifications.ts'
import { AppError } from '#lib/errors.ts'
import { countVerifications, verificationRows, type Wanted } from './rows.ts'

/** Verifications made elsewhere, the last received first, page after page. */
export async function listVerifications(
  actor: Actor,
  { show, signature, digest, after, limit }: VerificationQuery,
): Promise<z.input<typeof verificationPageSchema>> {
  requireRight(actor, 'read')
  const wanted: Wanted = { show, signature, ...(digest === undefined ? {} : { about: [digestOf(digest)] }) }
  const page = after === undefined ? wanted : { ...wanted, after: readCursor(after) }
  const [found, total] = await Promise.all([verificationRows(page, limit + 1), countVerifications(wanted)])
  const shown = found.slice(0, limit)
  return {
    rows: shown.map(({ row }) => row),
    next: found.length > limit ? (shown.at(-1)?.cursor ?? null) : null,
    total,
  }
}

function digestOf(written: string) {
  const [algo = '', digest = ''] = written.split(':')
  return { algo, digest: Buffer.from(digest, 'hex') }
}

function readCursor(after: string): NonNullable<Wanted['after']> {
  const [time = '', id = '', index = ''] = after.split('_')
  const at = new Date(time)
  if (Number.isNaN(at.getTime()) || !/^\d{1,18}$/.test(id) || !/^\d{1,6}$/.test(index))
    throw new AppError('BAD_REQUEST', 'Expected `after` as the page before gave it in `next`.', {
      fields: [{ path: 'after', message: 'not a place in this list' }],
    })
  return { at, id, index: Number(index) }
}
