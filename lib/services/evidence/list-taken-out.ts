import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { takenOutListSchema } from '#lib/contract/taken-out.ts'
import { db, type Tx } from '#lib/db/client.ts'
import { findSoftware } from '../software/find-software.ts'

/** A document that is out of consideration for a software's builds. */
export interface TakenOutRow {
  /** of the envelope that was named */
  readonly sha256: string
  readonly signedSha256: string
  readonly by: string
  readonly at: Date
  readonly reason: string
}

/** What is out of consideration now: of each signed bytes the last word counts. */
export async function takenOutOf(
  from: Pick<Tx, 'takenOut'>,
  softwareId: string,
): Promise<{ rows: TakenOutRow[]; mark: string }> {
  const said = await from.takenOut.findMany({ where: { softwareId }, orderBy: { id: 'asc' } })
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const last = new Map(said.map((row) => [hex(row.signedSha256), row]))
  const rows = [...last].flatMap(([signedSha256, { sha256, out, actorName, at, reason }]) =>
    out ? [{ sha256: hex(sha256), signedSha256, by: actorName, at, reason }] : [],
  )
  return { rows, mark: said.at(-1)?.id.toString() ?? '' }
}

/** The same by id or slug, for people. */
export async function listTakenOut(actor: Actor, id: string): Promise<z.input<typeof takenOutListSchema>> {
  requireRight(actor, 'read')
  const software = await findSoftware(id)
  const { rows } = await takenOutOf(db, software.id)
  return rows.map(({ sha256, by, at, reason }) => ({ sha256, by, at: at.toISOString(), reason }))
}
