import { z } from 'zod'
import { pool } from '#lib/db/client.ts'
import type { Cursor, Memory } from '#lib/sources/connector.ts'

const valueSchema: z.ZodType<Cursor> = z.json()

/**
 * What a source's connector knows from earlier passes, in the database. Written outside of the transactions that note
 * entries: all of it is true of what a digest names, whoever wrote it, and none of it is needed.
 */
export function memoryOf(sourceId: string): Memory {
  return {
    recall: async (keys) => {
      const { rows } = await pool.query<{ key: string; value: unknown }>(
        'SELECT "key", "value" FROM "SourceMemory" WHERE "sourceId" = $1::uuid AND "key" = ANY ($2::text[])',
        [sourceId, keys],
      )
      return new Map(rows.map(({ key, value }) => [key, valueSchema.parse(value)]))
    },
    remember: async (facts, at) => {
      // in one order for all, so that two writers never wait for each other
      const rows = [...facts].sort(([a], [b]) => (a < b ? -1 : 1))
      await pool.query(
        `INSERT INTO "SourceMemory" AS m ("sourceId", "key", "value", "seenAt")
         SELECT $1::uuid, t.key, t.value, $4 FROM unnest($2::text[], $3::jsonb[]) AS t(key, value)
         ON CONFLICT ("sourceId", "key") DO UPDATE
           SET "value" = EXCLUDED."value", "seenAt" = GREATEST(m."seenAt", EXCLUDED."seenAt")`,
        [sourceId, rows.map(([key]) => key), rows.map(([, value]) => JSON.stringify(value)), at],
      )
    },
    older: async (beginning, before, after, limit) => {
      const { rows } = await pool.query<{ key: string }>(
        `SELECT "key" FROM "SourceMemory"
         WHERE "sourceId" = $1::uuid AND "key" > $2 AND "key" >= $3 AND "key" < $3 || chr(1114111) AND "seenAt" < $4
         ORDER BY "key" LIMIT $5`,
        [sourceId, after, beginning, before, limit],
      )
      return rows.map(({ key }) => key)
    },
    forget: async (keys) => {
      await pool.query('DELETE FROM "SourceMemory" WHERE "sourceId" = $1::uuid AND "key" = ANY ($2::text[])', [
        sourceId,
        keys,
      ])
    },
  }
}
