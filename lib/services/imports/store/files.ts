import type { ImportFile } from '#lib/contract/evidence.ts'
import type { Sql } from '#lib/db/sql.ts'
import { bytesOf } from './envelopes.ts'

/** Writes down the fate of every file. */
export async function storeFiles(sql: Sql, files: readonly (ImportFile & { importId: string })[]): Promise<void> {
  if (files.length === 0) return
  await sql.$executeRaw`
    INSERT INTO "ImportFile" ("importId", "index", "path", "size", "sha256", "kind", "fate", "code", "message", "place")
    SELECT t.i::uuid, t.n, t.path, t.size, t.sha256, t.kind, t.fate, t.code, t.message, t.place
    FROM unnest(${files.map((f) => f.importId)}::text[], ${files.map((f) => f.index)}::int[], ${files.map((f) => f.path)}::text[],
                ${files.map((f) => Math.min(f.size, 2_147_483_647))}::int[],
                ${files.map((f) => (f.sha256 === null ? null : bytesOf(f.sha256)))}::bytea[],
                ${files.map((f) => f.kind)}::text[], ${files.map((f) => f.fate)}::text[],
                ${files.map((f) => f.code)}::text[], ${files.map((f) => f.message)}::text[],
                ${files.map((f) => f.place)}::text[])
         AS t(i, n, path, size, sha256, kind, fate, code, message, place)`
}
