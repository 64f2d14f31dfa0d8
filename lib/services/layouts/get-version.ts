import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { LayoutVersion } from '#lib/contract/layouts.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { recognizeSigners } from './recognize-signers.ts'
import { versionIncludes, versionRow } from './version-row.ts'

/** A version with the bytes that signatures cover, and who has signed them. */
export async function getVersion(actor: Actor, id: string): Promise<LayoutVersion> {
  requireRight(actor, 'read')
  const row = await db.layoutVersion.findUnique({ where: { id }, include: versionIncludes })
  if (row === null) throw notFound(`layout version ${id}`)
  return versionRow(await recognizeSigners(row))
}
