import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { BuildFilter, buildPageSchema } from '#lib/contract/builds.ts'
import { db, pool } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { softwareWhere } from '../software/find-software.ts'
import { buildsWanting } from '../verifications/attention.ts'
import { NEWEST_FIRST, rowSelect, rowsOf } from './rows.ts'

/** Builds by filter, newest first, page after page. */
export async function listBuilds(actor: Actor, filter: BuildFilter): Promise<z.output<typeof buildPageSchema>> {
  requireRight(actor, 'read')
  const where = await whereOf(filter)
  const from = filter.after === undefined ? null : readCursor(filter.after)
  const page: Prisma.BuildWhereInput =
    from === null
      ? where
      : { AND: [where, { OR: [{ firstSeenAt: { lt: from.at } }, { firstSeenAt: from.at, id: { lt: from.id } }] }] }
  const [found, total] = await Promise.all([
    db.build.findMany({ where: page, orderBy: [...NEWEST_FIRST], take: filter.limit + 1, select: rowSelect }),
    db.build.count({ where }),
  ])
  const shown = found.slice(0, filter.limit)
  const last = shown.at(-1)
  return {
    rows: await rowsOf(shown),
    next: found.length > filter.limit && last !== undefined ? `${last.firstSeenAt.toISOString()}_${last.id}` : null,
    total,
  }
}

async function whereOf({ state, software, q, elsewhere }: BuildFilter): Promise<Prisma.BuildWhereInput> {
  const and: Prisma.BuildWhereInput[] = []
  if (state !== undefined && state.length > 0) and.push({ state: { in: [...state] } })
  if (software !== undefined && software !== '') and.push({ software: softwareWhere(software) })
  if (elsewhere !== undefined) and.push({ id: { in: await buildsWanting(elsewhere) } })
  const text = q?.trim() ?? ''
  if (text !== '') and.push({ OR: await searches(text) })
  return { AND: and }
}

async function searches(text: string): Promise<Prisma.BuildWhereInput[]> {
  const contains = { contains: text.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const }
  const found: Prisma.BuildWhereInput[] = [
    { label: contains },
    { short: contains },
    { current: { headline: contains } },
    { software: { name: contains } },
  ]
  const hex = text.toLowerCase().replace(/^sha256:/, '')
  if (/^[0-9a-f]{6,64}$/.test(hex)) found.push({ id: { in: await buildsByDigest(hex) } })
  return found
}

/** Builds with a final file whose sha256 begins so: everything from there up to the same followed by ff. */
async function buildsByDigest(hex: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT "buildId"::text AS "id" FROM "BuildFile"
     WHERE "algo" = 'sha256' AND "digest" BETWEEN $1 AND $2 LIMIT 1000`,
    [Buffer.from(hex.padEnd(64, '0'), 'hex'), Buffer.from(hex.padEnd(64, 'f'), 'hex')],
  )
  return rows.map(({ id }) => id)
}

function readCursor(after: string): { at: Date; id: string } {
  const [time = '', id = ''] = after.split('_')
  const at = new Date(time)
  if (Number.isNaN(at.getTime()) || !/^[0-9a-f-]{36}$/.test(id)) {
    throw new AppError('BAD_REQUEST', 'Expected `after` as the page before gave it in `next`.', {
      fields: [{ path: 'after', message: 'not a place in this list' }],
    })
  }
  return { at, id }
}
