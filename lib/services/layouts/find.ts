import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { Draft, LayoutVersion } from '#lib/contract/layouts.ts'
import { db } from '#lib/db/client.ts'
import { getDraft } from './get-draft.ts'
import { getVersion } from './get-version.ts'

export type FoundLayout =
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'version'; readonly version: LayoutVersion }

/** The version or draft of an id; null where there is neither. Both have addresses under /layouts. */
export async function findLayout(actor: Actor, id: string): Promise<FoundLayout | null> {
  requireRight(actor, 'read')
  if ((await db.layoutVersion.count({ where: { id } })) > 0)
    return { kind: 'version', version: await getVersion(actor, id) }
  const draft = await db.layoutDraft.findFirst({ where: { id, deletedAt: null }, select: { id: true } })
  return draft === null ? null : { kind: 'draft', draft: await getDraft(actor, id) }
}
