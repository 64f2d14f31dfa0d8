import type { Sql } from '#lib/db/sql.ts'
import type { Envelope } from '#lib/in-toto/index.ts'
import { edgesOf, type JoinEdge } from '../edges-of.ts'
import { bytesOf } from './envelopes.ts'

/** Rows of one statement: large enough to be quick, small enough for the message to stay within some megabytes. */
const chunk = 10_000

/**
 * Writes artifacts, names and edges of envelopes that are new. Keys are sorted, so that no two writers can deadlock.
 * Edges have no foreign keys: the inserts into `Envelope`, `Artifact` and `Name` that come before in this transaction keep
 * away whoever deletes there, and ids are looked up by each statement anew. An end that is missing all the same is null
 * here, and refused.
 */
export async function storeEdges(sql: Sql, read: readonly { id: bigint; envelope: Envelope }[]): Promise<void> {
  const rows: { readonly id: bigint; readonly edge: JoinEdge; readonly digest: Uint8Array }[] = []
  for (const { id, envelope } of read)
    for (const edge of edgesOf(envelope)) rows.push({ id, edge, digest: bytesOf(edge.digest) })
  if (rows.length === 0) return
  await storeEnds(
    sql,
    rows.map(({ edge }) => edge),
  )
  for (const part of parts(rows)) {
    await sql.$executeRaw`
      INSERT INTO "Edge" ("envelopeId", "role", "artifactId", "nameId")
      SELECT t.e, t.r, a."id", n."id"
      FROM unnest(${part.map(({ id }) => id)}::bigint[], ${part.map(({ edge }) => edge.role)}::text[],
                  ${part.map(({ edge }) => edge.algo)}::text[], ${part.map(({ digest }) => digest)}::bytea[],
                  ${part.map(({ edge }) => edge.name)}::text[]) AS t(e, r, algo, digest, name)
      LEFT JOIN "Artifact" a ON a."algo" = t.algo AND a."digest" = t.digest
      LEFT JOIN "Name" n ON n."value" = t.name
      ON CONFLICT DO NOTHING`
  }
}

/** What edges lead to, and under which names. */
async function storeEnds(sql: Sql, edges: readonly JoinEdge[]): Promise<void> {
  const keys = [...parts([...new Set(edges.map(({ algo, digest }) => `${algo} ${digest}`))].sort())]
  const names = [...parts([...new Set(edges.map(({ name }) => name))].sort())]
  for (let at = 0; at < Math.max(keys.length, names.length); at++) {
    const some = keys[at] ?? []
    const algos = some.map((key) => key.slice(0, key.indexOf(' ')))
    const digests = some.map((key) => bytesOf(key.slice(key.indexOf(' ') + 1)))
    await sql.$executeRaw`
      WITH artifacts AS (
        INSERT INTO "Artifact" ("algo", "digest")
        SELECT t.algo, t.digest FROM unnest(${algos}::text[], ${digests}::bytea[]) AS t(algo, digest)
        WHERE NOT EXISTS (SELECT FROM "Artifact" a WHERE a."algo" = t.algo AND a."digest" = t.digest)
        ON CONFLICT DO NOTHING)
      INSERT INTO "Name" ("value") SELECT t.value FROM unnest(${names[at] ?? []}::text[]) AS t(value)
      WHERE NOT EXISTS (SELECT FROM "Name" n WHERE n."value" = t.value)
      ON CONFLICT DO NOTHING`
  }
}

function* parts<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += chunk) yield rows.slice(from, from + chunk)
}
