import type { Sql } from '#lib/db/sql.ts'
import { storedText } from './stored-text.ts'

export interface NewSighting {
  readonly envelopeId: bigint
  readonly deliveryId: string | null
  readonly path: string
  readonly importId: string
  readonly at: Date
  readonly actor: string
  readonly sourceId: string | null
}

/** Notes who brought what, when, under which path. The same push again (a retry) is no second sighting. */
export async function storeSightings(sql: Sql, sightings: readonly NewSighting[]): Promise<void> {
  const once = new Map<string, NewSighting>()
  for (const sighting of sightings) {
    const key = JSON.stringify([String(sighting.envelopeId), sighting.deliveryId, sighting.actor, sighting.path])
    if (!once.has(key)) once.set(key, sighting)
  }
  const rows = [...once.values()]
  if (rows.length === 0) return
  await sql.$executeRaw`
    INSERT INTO "Sighting" ("envelopeId", "deliveryId", "importId", "path", "seenAt", "actor", "sourceId")
    SELECT t.e, t.d::uuid, t.i::uuid, t.p, t.at, t.actor, t.s::uuid
    FROM unnest(${rows.map((r) => r.envelopeId)}::bigint[], ${rows.map((r) => r.deliveryId)}::text[],
                ${rows.map((r) => r.importId)}::text[], ${rows.map((r) => storedText(r.path))}::text[],
                ${rows.map((r) => r.at)}::timestamptz[], ${rows.map((r) => r.actor)}::text[],
                ${rows.map((r) => r.sourceId)}::text[]) AS t(e, d, i, p, at, actor, s)
    WHERE NOT EXISTS (SELECT FROM "Sighting" k
                      WHERE k."envelopeId" = t.e AND k."deliveryId" IS NOT DISTINCT FROM t.d::uuid
                        AND k."path" = t.p AND k."actor" = t.actor)`
}
