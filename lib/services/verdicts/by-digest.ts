import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { type VerdictAnswer, type verdictQuerySchema, verdictSchema } from '#lib/contract/verdict.ts'
import { lookup } from '#lib/db/sql.ts'
import { softwareWhere } from '../software/find-software.ts'
import { attentionOfArtifact } from '../verifications/attention.ts'

/** Builds that are looked at for one digest; beyond that nobody can tell. */
const MOST = 100

interface Found {
  readonly short: string
  readonly firstSeenAt: Date
  readonly softwareId: string
  readonly software: string
  /** the current verdict; null where it was not judged */
  readonly verdict: string | null
  readonly code: string | null
  readonly headline: string | null
  readonly validUntil: Date | null
  /** when its layout was taken out of force */
  readonly until: Date | null
}

/**
 * The verdict about an artifact. Only a final file has one; where several software ship it, each must allow it, unless
 * the question names one. A verdict that time or a withdrawn layout has passed does not count.
 */
export async function verdictByDigest(
  actor: Actor,
  { digest, software }: z.output<typeof verdictQuerySchema>,
  now = new Date(),
): Promise<VerdictAnswer> {
  requireRight(actor, 'read')
  const bytes = Buffer.from(digest.slice('sha256:'.length), 'hex')
  const [found, elsewhere] = await Promise.all([
    shippedBy(bytes, software),
    attentionOfArtifact({ algo: 'sha256', digest: bytes }),
  ])
  const builds = found.slice(0, MOST).map((one) => ({
    short: one.short,
    software: one.software,
    verdict: standing(one, now) ? verdictSchema.parse(one.verdict) : null,
    receivedAt: one.firstSeenAt.toISOString(),
  }))
  if (found.length === 0) return { digest, ...(await notFinal(bytes)), elsewhere, builds }
  if (found.length > MOST) {
    const message = `More than ${MOST} builds ship this digest; no more are looked at.`
    return { digest, verdict: 'cannot-tell', code: 'LIMIT', message, elsewhere, builds, occursIn: [] }
  }
  return { digest, ...decide(found, now), elsewhere, builds, occursIn: [] }
}

/** Builds that ship the digest, the newest first, one more than are looked at. */
function shippedBy(digest: Buffer, software: string | undefined): Promise<Found[]> {
  // an id is never read as a slug: somebody may have called another software like it
  const { id = null, slug = null }: { id?: string | null; slug?: string | null } =
    software === undefined ? {} : softwareWhere(software)
  return lookup.$queryRaw<Found[]>`
    SELECT b."short", b."firstSeenAt", w."id"::text AS "softwareId", w."name" AS "software", v."verdict", v."code",
           v."headline", v."validUntil", n."until"
    FROM (SELECT DISTINCT f."buildId" FROM "BuildFile" f WHERE f."algo" = 'sha256' AND f."digest" = ${digest}) f
    JOIN "Build" b ON b."id" = f."buildId" JOIN "Software" w ON w."id" = b."softwareId"
    LEFT JOIN ("Verdict" v JOIN "Binding" n ON n."id" = v."bindingId") ON v."id" = b."currentId"
    WHERE ${software === undefined}::boolean OR w."id" = ${id}::uuid OR w."slug" = ${slug}::text
    ORDER BY b."firstSeenAt" DESC, b."id" DESC LIMIT ${MOST + 1}::int`
}

/** Whether there is a verdict, it is by a layout in force, and time has not passed it. */
function standing({ verdict, until, validUntil }: Found, now: Date): boolean {
  return verdict !== null && until === null && (validUntil === null || now < validUntil)
}

type Answer = Pick<VerdictAnswer, 'verdict' | 'code' | 'message'>

/** One build that is allowed suffices for its software; the worst software decides. */
function decide(found: readonly Found[], now: Date): Answer {
  const answers = [...Map.groupBy(found, ({ softwareId }) => softwareId).values()].map((builds) => best(builds, now))
  const order = ['deny', 'cannot-tell', 'allow']
  const [worst] = answers.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  return worst ?? { verdict: 'cannot-tell', code: 'DIGEST_UNKNOWN', message: 'Nothing is known about this digest.' }
}

function best(builds: readonly Found[], now: Date): Answer {
  const judged = builds.filter((one) => standing(one, now))
  const decisive = judged.find(({ verdict }) => verdict === 'allow') ?? judged[0]
  if (decisive === undefined || decisive.headline === null) {
    const message =
      'No build that ships this digest has a verdict that still stands; it is being judged, or no layout is in force.'
    return { verdict: 'cannot-tell', code: 'EVIDENCE_PENDING', message }
  }
  const verdict = verdictSchema.parse(decisive.verdict)
  return { verdict, code: verdict === 'allow' ? null : decisive.code, message: decisive.headline }
}

/** A source, a debug binary, a report: it is shown where it occurs, and says nothing about what is shipped. */
async function notFinal(digest: Buffer): Promise<Answer & Pick<VerdictAnswer, 'occursIn'>> {
  // a row without a build: it is known, and occurs in none
  const rows = await lookup.$queryRaw<{ short: string | null; software: string; step: string }[]>`
    SELECT DISTINCT b."short", w."name" AS "software", e."name" AS "step" FROM "Artifact" a
    LEFT JOIN ("Edge" g JOIN "Envelope" e ON e."id" = g."envelopeId" AND e."kind" = 'link'
      JOIN "Sighting" s ON s."envelopeId" = e."id" JOIN "Build" b ON b."deliveryId" = s."deliveryId"
      JOIN "Software" w ON w."id" = b."softwareId") ON g."artifactId" = a."id"
    WHERE a."algo" = 'sha256' AND a."digest" = ${digest} ORDER BY 1 LIMIT ${MOST}::int`
  if (rows.length === 0) {
    const message = 'No evidence mentions this digest. Bring in the links of the build that made it.'
    return { verdict: 'cannot-tell', code: 'DIGEST_UNKNOWN', message, occursIn: [] }
  }
  const occursIn = rows.flatMap(({ short, software, step }) => (short === null ? [] : [{ short, software, step }]))
  const message = 'This is no final file of any software. Ask with the digest of what is delivered.'
  return { verdict: 'cannot-tell', code: 'NOT_FINAL', message, occursIn }
}
