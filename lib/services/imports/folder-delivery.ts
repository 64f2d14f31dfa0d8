import { randomUUID } from 'node:crypto'
import type { Sql } from '#lib/db/sql.ts'
import { storedText } from './store/stored-text.ts'

/** A document at its place in a folder. */
export interface SeenAt {
  readonly path: string
  readonly envelopeId: bigint
}

interface Folder {
  readonly sourceId: string
  /** who vouches that the folder holds one run */
  readonly issuer: string
  /** deliveries that were opened before are of another folder, or on another word */
  readonly since: Date | null
  readonly label: string
  readonly importId: string
  readonly at: Date
}

/**
 * The delivery of a folder that is watched. What comes to it joins the delivery, until a document is replaced by another
 * one: then a new run begins to use the folder, and with it a new delivery. The documents that were not replaced lie in
 * that one too, as a directory holds them; there they are copies, which count only where digests bind them.
 */
export async function folderDelivery(sql: Sql, folder: Folder, files: readonly SeenAt[]): Promise<string> {
  const { sourceId, label, since } = folder
  const [latest] = await sql.$queryRaw<{ id: string; openedAt: Date }[]>`
    SELECT "id", "openedAt" FROM "Delivery" WHERE "sourceId" = ${sourceId}::uuid AND "label" = ${label}
      AND "openedAt" >= coalesce(${since}::timestamptz, '-infinity')
    ORDER BY "openedAt" DESC, "id" DESC LIMIT 1`
  if (latest !== undefined && !(await replacesAny(sql, latest.id, files))) return latest.id
  const id = await open(sql, folder, latest?.openedAt ?? null)
  if (latest !== undefined) await carryOver(sql, folder, latest.id, id, files)
  return id
}

/** Whether another document lies at the place of one that came with the delivery itself. */
async function replacesAny(sql: Sql, deliveryId: string, files: readonly SeenAt[]): Promise<boolean> {
  const found = await sql.$queryRaw<unknown[]>`
    SELECT 1 FROM "Sighting" s
    JOIN unnest(${files.map(({ path }) => storedText(path))}::text[], ${files.map((f) => f.envelopeId)}::bigint[])
         AS f(path, envelope) ON f.path = s."path" AND f.envelope <> s."envelopeId"
    JOIN "Envelope" e ON e."id" = s."envelopeId"
    -- what could not be read was only the beginning of a file
    WHERE s."deliveryId" = ${deliveryId}::uuid AND NOT s."carried" AND e."status" = 'parsed'
      AND NOT EXISTS (SELECT FROM "Sighting" t WHERE t."deliveryId" = s."deliveryId" AND t."path" = s."path"
                        AND t."envelopeId" = f.envelope AND NOT t."carried")
    LIMIT 1`
  return found.length > 0
}

async function open(sql: Sql, { sourceId, issuer, label, importId, at }: Folder, after: Date | null): Promise<string> {
  // the latest is found by its time, so no two have the same
  const openedAt = after !== null && at <= after ? new Date(after.getTime() + 1) : at
  const id = randomUUID()
  await sql.$executeRaw`
    INSERT INTO "Delivery" ("id", "kind", "issuer", "label", "openedAt", "importId", "sourceId")
    VALUES (${id}::uuid, 'handed-over', ${issuer}, ${label}, ${openedAt}::timestamptz, ${importId}::uuid, ${sourceId}::uuid)`
  return id
}

async function carryOver(sql: Sql, folder: Folder, from: string, to: string, files: readonly SeenAt[]): Promise<void> {
  const { importId, sourceId, at } = folder
  await sql.$executeRaw`
    INSERT INTO "Sighting" ("envelopeId", "deliveryId", "importId", "path", "seenAt", "actor", "sourceId", "carried")
    SELECT l."envelopeId", ${to}::uuid, ${importId}::uuid, l."path", ${at}::timestamptz, l."actor", ${sourceId}::uuid, true
    FROM (SELECT DISTINCT ON (s."path") s.* FROM "Sighting" s
          WHERE s."deliveryId" = ${from}::uuid ORDER BY s."path", s."id" DESC) l
    WHERE l."path" <> ALL(${files.map(({ path }) => storedText(path))}::text[])
      AND NOT EXISTS (SELECT FROM "SourceEntry" x
                      WHERE x."sourceId" = ${sourceId}::uuid AND x."path" = l."path" AND x."vanishedAt" IS NOT NULL)`
}
