import { type VerificationRow, verificationRowSchema } from '#lib/contract/verifications.ts'
import { toHex } from '#lib/crypto/index.ts'
import { pool } from '#lib/db/client.ts'
import type { ByDigest } from './attention.ts'

/** Which verifications: about some artifacts, with some result, signed or not; and where the list goes on. */
export interface Wanted {
  readonly about?: readonly ByDigest[]
  readonly show?: 'standing' | 'failed' | 'passed' | 'all'
  readonly signature?: 'declared' | 'unverified' | undefined
  readonly envelope?: string
  readonly after?: { readonly at: Date; readonly id: string; readonly index: number }
}

const SUBJECTS = 20
const rank = `array_position(ARRAY['declared', 'other-key', 'not-valid', 'unknown-key', 'unsigned'], %."signer")`
const rankOf = (alias: string) => rank.replace('%', alias)

/** The same words in several envelopes are one verification: the copy with the best signature, then the first. */
const best = `NOT EXISTS (SELECT FROM "Verification" t
  WHERE t."signedSha256" = v."signedSha256" AND t."index" = v."index" AND t."envelopeId" <> v."envelopeId"
    AND (${rankOf('t')}, t."envelopeId") < (${rankOf('v')}, v."envelopeId"))`

/** Conditions with what they ask for, numbered as they come. */
function conditionsOf(wanted: Wanted): { where: string; given: unknown[]; standing: string } {
  const given: unknown[] = []
  const put = (value: unknown) => `$${given.push(value)}`
  const where: string[] = []
  let ofThese = ''
  if (wanted.envelope !== undefined) where.push(`e."sha256" = ${put(Buffer.from(wanted.envelope, 'hex'))}`)
  else where.push(best)
  if (wanted.about !== undefined) {
    const algos = put(wanted.about.map(({ algo }) => algo))
    const digests = put(wanted.about.map(({ digest }) => Buffer.from(digest)))
    ofThese = `(SELECT * FROM unnest(${algos}::text[], ${digests}::bytea[]))`
    where.push(`v."envelopeId" IN (SELECT s."envelopeId" FROM "VerificationSubject" s
      WHERE (s."algo", s."digest") IN ${ofThese})`)
  }
  const standing = `SELECT x."envelopeId", x."index" FROM "StandingFailure" x
    ${ofThese === '' ? '' : `WHERE (x."algo", x."digest") IN ${ofThese}`}`
  if (wanted.show === 'standing') where.push(`(v."envelopeId", v."index") IN (${standing})`)
  if (wanted.show === 'failed' || wanted.show === 'passed') where.push(`v."result" = '${wanted.show}'`)
  if (wanted.signature === 'declared') where.push(`v."signer" = 'declared'`)
  if (wanted.signature === 'unverified') where.push(`v."signer" <> 'declared'`)
  return { where: where.join(' AND '), given, standing }
}

interface Found {
  id: string
  index: number
  sha256: Uint8Array
  kind: string
  verifier: string | null
  policyUri: string | null
  policyDigest: string | null
  resource: string | null
  statedAt: Date | null
  receivedAt: Date
  result: string
  levels: string[]
  gaps: string[]
  signer: string
  declaredName: string | null
  fingerprint: Uint8Array | null
  keyName: string | null
  keyids: string[] | null
  standing: boolean
  byEnvelope: Uint8Array | null
  byStatedAt: Date | null
}

/** How many fit. */
export async function countVerifications(wanted: Wanted): Promise<number> {
  const { where, given } = conditionsOf(wanted)
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS "count" FROM "Verification" v JOIN "Envelope" e ON e."id" = v."envelopeId" WHERE ${where}`,
    given,
  )
  return rows[0]?.count ?? 0
}

/** Those that fit, the last received first, each with where the list goes on after it. */
export async function verificationRows(
  wanted: Wanted,
  take: number,
): Promise<{ row: VerificationRow; cursor: string }[]> {
  const { where, given, standing } = conditionsOf(wanted)
  const put = (value: unknown) => `$${given.push(value)}`
  const from =
    wanted.after === undefined
      ? ''
      : `AND (v."receivedAt", v."envelopeId", -v."index") <
         (${put(wanted.after.at)}::timestamptz, ${put(wanted.after.id)}::bigint, -${put(wanted.after.index)}::int)`
  const { rows } = await pool.query<Found>(
    `SELECT v."envelopeId"::text AS "id", v."index", e."sha256", v."kind", v."verifier", v."policyUri", v."policyDigest",
            v."resource", v."statedAt", v."receivedAt", v."result", v."levels", v."gaps",
            v."signer", d."name" AS "declaredName", v."fingerprint", k."name" AS "keyName",
            (SELECT array_agg(g."keyid" ORDER BY g."index") FROM "EnvelopeSignature" g
             WHERE g."envelopeId" = v."envelopeId") AS "keyids",
            (v."envelopeId", v."index") IN (${standing}) AS "standing",
            p."sha256" AS "byEnvelope", p."statedAt" AS "byStatedAt"
     FROM "Verification" v JOIN "Envelope" e ON e."id" = v."envelopeId"
     LEFT JOIN "Verifier" d ON d."id" = v."verifierRef"
     LEFT JOIN "PublicKey" k ON k."fingerprint" = v."fingerprint"
     LEFT JOIN LATERAL (
       SELECT o."sha256", w."statedAt" FROM "Verification" w JOIN "Envelope" o ON o."id" = w."envelopeId"
       WHERE v."result" = 'failed' AND v."signer" = 'declared' AND w."signer" = 'declared' AND w."result" = 'passed'
         AND w."verifierRef" = v."verifierRef" AND w."scope" = v."scope" AND w."statedAt" > v."statedAt"
         AND w."statedAt" <= w."receivedAt" + interval '5 minutes'
         AND EXISTS (SELECT FROM "VerificationSubject" a JOIN "VerificationSubject" b
                     ON a."algo" = b."algo" AND a."digest" = b."digest"
                     WHERE a."envelopeId" = v."envelopeId" AND b."envelopeId" = w."envelopeId")
       ORDER BY w."statedAt" LIMIT 1) p ON true
     WHERE ${where} ${from}
     ORDER BY v."receivedAt" DESC, v."envelopeId" DESC, v."index" LIMIT ${Math.floor(take)}`,
    given,
  )
  const [subjects, builds] = await Promise.all([subjectsOf(rows), buildsOf(rows)])
  return rows.map((row) => ({
    row: rowOf(row, subjects.get(row.id), builds.get(row.id) ?? []),
    cursor: `${row.receivedAt.toISOString()}_${row.id}_${row.index}`,
  }))
}

type Subjects = Pick<VerificationRow, 'subjects' | 'subjectsTotal'>

function rowOf(row: Found, about: Subjects | undefined, builds: VerificationRow['builds']): VerificationRow {
  const { fingerprint, keyName, byEnvelope, byStatedAt, standing } = row
  const policy = row.policyUri === null && row.policyDigest === null
  const taken = !standing && byEnvelope !== null && byStatedAt !== null
  return verificationRowSchema.parse({
    envelope: toHex(row.sha256),
    index: row.index,
    kind: row.kind,
    result: row.result,
    standing,
    supersededBy: taken ? { envelope: toHex(byEnvelope), statedAt: byStatedAt.toISOString() } : null,
    verifier: row.verifier,
    policy: policy ? null : { uri: row.policyUri, digest: row.policyDigest },
    resource: row.resource,
    levels: row.levels,
    statedAt: row.statedAt?.toISOString() ?? null,
    receivedAt: row.receivedAt.toISOString(),
    signature: {
      signer: row.signer,
      verifier: row.declaredName,
      key: fingerprint === null ? null : { name: keyName ?? 'a key', fingerprint: toHex(fingerprint) },
      keyids: row.keyids ?? [],
    },
    gaps: row.gaps,
    subjects: about?.subjects ?? [],
    subjectsTotal: about?.subjectsTotal ?? 0,
    builds,
  })
}

async function subjectsOf(found: readonly Found[]): Promise<Map<string, Subjects>> {
  const { rows } = await pool.query<{ id: string; algo: string; digest: Uint8Array; name: string; total: number }>(
    `SELECT i.id::text AS "id", s."algo", s."digest", s."name",
            (SELECT count(*)::int FROM "VerificationSubject" c WHERE c."envelopeId" = i.id) AS "total"
     FROM unnest($1::bigint[]) AS i(id) CROSS JOIN LATERAL (
       SELECT * FROM "VerificationSubject" WHERE "envelopeId" = i.id ORDER BY "algo", "digest" LIMIT ${SUBJECTS}) s`,
    [[...new Set(found.map(({ id }) => id))]],
  )
  const byId = Map.groupBy(rows, ({ id }) => id)
  return new Map(
    Array.from(byId, ([id, of]) => [
      id,
      {
        subjects: of.map(({ algo, digest, name }) => ({ algo, digest: toHex(digest), name })),
        subjectsTotal: of[0]?.total ?? 0,
      },
    ]),
  )
}

/** Builds that ship one of the artifacts, newest first. */
async function buildsOf(found: readonly Found[]): Promise<Map<string, VerificationRow['builds']>> {
  const { rows } = await pool.query<{ id: string; short: string; software: string }>(
    `SELECT i.id::text AS "id", b."short", b."software" FROM unnest($1::bigint[]) AS i(id) CROSS JOIN LATERAL (
       SELECT DISTINCT b."short", w."name" AS "software", b."firstSeenAt" FROM "VerificationSubject" s
       JOIN "BuildFile" f ON f."algo" = s."algo" AND f."digest" = s."digest"
       JOIN "Build" b ON b."id" = f."buildId" JOIN "Software" w ON w."id" = b."softwareId"
       WHERE s."envelopeId" = i.id ORDER BY b."firstSeenAt" DESC LIMIT ${SUBJECTS}) b`,
    [[...new Set(found.map(({ id }) => id))]],
  )
  return new Map(
    Array.from(
      Map.groupBy(rows, ({ id }) => id),
      ([id, of]) => [id, of.map(({ short, software }) => ({ short, software }))],
    ),
  )
}
