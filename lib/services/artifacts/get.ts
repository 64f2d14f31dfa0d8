import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { ArtifactDetail } from '#lib/contract/evidence.ts'
import { lookup } from '#lib/db/sql.ts'
import { notFound } from '#lib/errors.ts'
import { hex } from '../imports/store/envelopes.ts'
import { anyVerificationAbout } from '../verifications/any-about.ts'
import { attentionOfArtifact } from '../verifications/attention.ts'
import { tellingRows } from '../verifications/telling.ts'
import { parseDigest } from './parse-digest.ts'

const shown = 500
/** Documents that list it in one role, the newest: what all take keeps those that made it in the list. */
const shownOfRole = 160
const verified = 50
/** Files brought in that are looked through for their names, so that one that came a million times is not read whole. */
const broughtIn = 1_000

/**
 * Everywhere a digest was seen: by which envelopes, as what, under which names, and the builds that ship it.
 * @param written `sha256:<hex>`, `sha512:<hex>`, `gitCommit:<hex>`, or the hex alone
 */
export async function getArtifact(actor: Actor, written: string): Promise<ArtifactDetail> {
  requireRight(actor, 'read')
  const { algo, digest } = parseDigest(written)
  const bytes = Buffer.from(digest, 'hex')
  const about = { algo, digest: bytes }
  const [uses, builds, listed, told] = await Promise.all([
    usesOf(algo, bytes),
    buildsWith(algo, bytes),
    algo === 'sha256' ? pathsOf(bytes) : [],
    anyVerificationAbout([about]),
  ])
  const [attention, elsewhere] = told
    ? await Promise.all([attentionOfArtifact(about), tellingRows({ about: [about] }, verified)])
    : [null, []]
  if (uses.length === 0 && builds.length === 0 && elsewhere.length === 0 && listed.length === 0)
    throw notFound(`file with ${algo} ${digest.slice(0, 12)} in any evidence`)
  const names = [
    ...new Set([
      ...uses.map(({ path }) => path),
      ...elsewhere.flatMap(({ subjects }) =>
        subjects.filter((one) => one.digest === digest && one.name !== '').map(({ name }) => name),
      ),
      ...listed,
    ]),
  ]
  return {
    algo,
    digest,
    names,
    uses,
    builds,
    attention,
    verifications: elsewhere,
  }
}

type Use = ArtifactDetail['uses'][number]

interface Listed {
  readonly role: string
  readonly path: string
  readonly sha256: Buffer
  readonly step: string | null
  readonly firstSeenAt: Date
}

const roles = ['material', 'product', 'subject'] as const

/** Each role is asked for by itself, so that a file that everybody has is not read whole. */
async function usesOf(algo: string, digest: Buffer): Promise<Use[]> {
  const rows = await lookup.$queryRaw<Listed[]>`
    SELECT g."role", n."value" AS "path", e."sha256", e."name" AS "step", e."firstSeenAt"
    FROM "Artifact" a CROSS JOIN unnest(${[...roles]}::text[]) AS r("role") CROSS JOIN LATERAL (
      SELECT x."role", x."envelopeId", x."nameId" FROM "Edge" x WHERE x."artifactId" = a."id" AND x."role" = r."role"
      ORDER BY x."envelopeId" DESC LIMIT ${shownOfRole}::int) g
    JOIN "Envelope" e ON e."id" = g."envelopeId" JOIN "Name" n ON n."id" = g."nameId"
    WHERE a."algo" = ${algo} AND a."digest" = ${digest}
    ORDER BY g."envelopeId" DESC, g."role"`
  return rows.flatMap(({ role, path, sha256, step, firstSeenAt }) => {
    const known = roles.find((r) => r === role)
    if (known === undefined) return []
    return [{ role: known, path, envelope: hex(sha256), step, seenAt: firstSeenAt.toISOString() }]
  })
}

/** Builds with such a final file, the newest first. */
function buildsWith(algo: string, digest: Buffer): Promise<ArtifactDetail['builds']> {
  return lookup.$queryRaw<ArtifactDetail['builds']>`
    SELECT b."short", w."slug" AS "software", b."state"
    FROM (SELECT DISTINCT f."buildId" FROM "BuildFile" f WHERE f."algo" = ${algo} AND f."digest" = ${digest}) f
    JOIN "Build" b ON b."id" = f."buildId" JOIN "Software" w ON w."id" = b."softwareId"
    ORDER BY b."firstSeenAt" DESC, b."id" DESC LIMIT ${shown}::int`
}

/** Under which names a file of these bytes was itself brought in. */
async function pathsOf(digest: Buffer): Promise<string[]> {
  const rows = await lookup.$queryRaw<{ path: string }[]>`
    SELECT DISTINCT f."path" FROM (
      SELECT i."path" FROM "ImportFile" i WHERE i."sha256" = ${digest} LIMIT ${broughtIn}::int) f LIMIT 20`
  return rows.map(({ path }) => path)
}
