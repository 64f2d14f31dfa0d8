import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { layoutListSchema } from '#lib/contract/layouts.ts'
import { db } from '#lib/db/client.ts'
import { draftIncludes, draftListRow } from './draft-row.ts'
import { versionIncludes, versionListRow } from './version-row.ts'

/** Rows of each kind that the page shows; beyond it the oldest are left out. */
const SHOWN = 500

/** Every draft and version, newest first. */
export async function listLayouts(actor: Actor): Promise<z.input<typeof layoutListSchema>> {
  requireRight(actor, 'read')
  const [drafts, versions] = await Promise.all([
    db.layoutDraft.findMany({
      where: { deletedAt: null },
      orderBy: { updatedAt: 'desc' },
      take: SHOWN,
      include: draftIncludes,
    }),
    db.layoutVersion.findMany({ orderBy: { createdAt: 'desc' }, take: SHOWN, include: versionIncludes }),
  ])
  return { drafts: drafts.map(draftListRow), versions: versions.map(versionListRow) }
}
