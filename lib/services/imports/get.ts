import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Import } from '#lib/contract/evidence.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { countsOf, fileRow, importHead } from './import-row.ts'

/** One act of bringing in, with the fate of every file and the software whose builds it is part of. */
export async function getImport(actor: Actor, id: string): Promise<Import> {
  requireRight(actor, 'read')
  const row = await db.import.findUnique({ where: { id }, include: { files: { orderBy: { index: 'asc' } } } })
  if (row === null) throw notFound(`import ${id}`)
  const ofThis = { some: { sightings: { some: { importId: id } } } }
  const software = await db.software.findMany({
    where: {
      OR: [{ builds: { some: { delivery: { sightings: { some: { importId: id } } } } } }, { deliveries: ofThis }],
    },
    select: { slug: true, name: true },
    orderBy: { name: 'asc' },
  })
  const files = row.files.map(fileRow)
  return { ...importHead(row), files, counts: countsOf(files), software }
}
