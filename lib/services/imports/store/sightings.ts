import type { Tx } from '#lib/db/client.ts'
import { storedText } from './stored-text.ts'

export interface NewSighting {
  readonly envelopeId: bigint
  readonly deliveryId: string | null
  readonly path: string
}

/** Notes who brought what, when, under which path. The same push again (a retry) is no second sighting. */
export async function storeSightings(
  tx: Tx,
  sightings: readonly NewSighting[],
  by: { importId: string; at: Date; actor: string; sourceId: string | null },
): Promise<void> {
  const once = new Map(sightings.map((s) => [`${s.envelopeId} ${s.deliveryId} ${s.path}`, s]))
  const rows = [...once.values()]
  if (rows.length === 0) return
  await tx.$executeRaw`
    INSERT INTO "Sighting" ("envelopeId", "deliveryId", "importId", "path", "seenAt", "actor", "sourceId")
    SELECT t.e, t.d::uuid, ${by.importId}::uuid, t.p, ${by.at}::timestamptz, ${by.actor}, ${by.sourceId}::uuid
    FROM unnest(${rows.map((r) => r.envelopeId)}::bigint[], ${rows.map((r) => r.deliveryId)}::text[],
                ${rows.map((r) => storedText(r.path))}::text[]) AS t(e, d, p)
    WHERE NOT EXISTS (SELECT FROM "Sighting" s
                      WHERE s."envelopeId" = t.e AND s."deliveryId" IS NOT DISTINCT FROM t.d::uuid
                        AND s."path" = t.p AND s."actor" = ${by.actor})`
}
