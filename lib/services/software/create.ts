import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { createSoftwareSchema, SoftwareDetail } from '#lib/contract/software.ts'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { recordAudit } from '../audit/record.ts'
import { getSoftware } from './get.ts'

/** A software, to begin with without keys and without a layout: nothing of it can be allowed yet. */
export async function createSoftware(
  actor: Actor,
  input: z.output<typeof createSoftwareSchema> & { demo?: boolean },
  now = new Date(),
): Promise<SoftwareDetail> {
  requireRight(actor, 'software:create')
  const { name, demo = false } = input
  const id = await inTransaction(async (tx) => {
    if ((await tx.software.count({ where: { name: { equals: name, mode: 'insensitive' } } })) > 0) {
      throw new AppError('CONFLICT', `There is a software called ${name} already. Choose another name.`, {
        fields: [{ path: 'name', message: 'taken' }],
      })
    }
    const row = await tx.software.create({ data: { name, slug: await freeSlug(tx, name), createdAt: now, demo } })
    await recordAudit(tx, actor, {
      act: 'software.create',
      objectType: 'software',
      objectId: row.id,
      detail: { name, slug: row.slug },
    })
    return row.id
  })
  return getSoftware(actor, id, now)
}

/** `Payments core` -> `payments-core`; with a number where that is taken. */
async function freeSlug(tx: Tx, name: string): Promise<string> {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const base = plain === '' ? 'software' : plain
  const taken = await tx.software.findMany({ where: { slug: { startsWith: base } }, select: { slug: true } })
  const slugs = new Set(taken.map(({ slug }) => slug))
  if (!slugs.has(base)) return base
  for (let n = 2; ; n++) if (!slugs.has(`${base}-${n}`)) return `${base}-${n}`
}
