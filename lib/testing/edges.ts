import { db } from '../db/client.ts'

export interface StoredEdge {
  readonly role: string
  readonly name: string
  readonly algo: string
  /** lower-case hex */
  readonly digest: string
}

/** The edges of an envelope that lead to an artifact under a name, in a fixed order. */
export async function storedEdges(envelopeId: bigint): Promise<StoredEdge[]> {
  return await db.$queryRaw<StoredEdge[]>`
    SELECT g."role", n."value" AS "name", a."algo", encode(a."digest", 'hex') AS "digest" FROM "Edge" g
    JOIN "Artifact" a ON a."id" = g."artifactId" JOIN "Name" n ON n."id" = g."nameId"
    WHERE g."envelopeId" = ${envelopeId} ORDER BY 1, 2, 3, 4`
}
