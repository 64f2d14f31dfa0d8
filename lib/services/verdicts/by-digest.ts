import type { z } from 'zod'
import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { type VerdictAnswer, type verdictQuerySchema, verdictSchema } from '#lib/contract/verdict.ts'
import { db, pool } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { softwareWhere } from '../software/find-software.ts'
import { attentionOfArtifact } from '../verifications/attention.ts'

/** Builds that are looked at for one digest; beyond that nobody can tell. */
const MOST = 100

const select = {
  short: true,
  firstSeenAt: true,
  software: { select: { id: true, slug: true, name: true } },
  current: {
    select: { verdict: true, code: true, headline: true, validUntil: true, binding: { select: { until: true } } },
  },
} as const satisfies Prisma.BuildSelect
type Found = Prisma.BuildGetPayload<{ select: typeof select }>

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
  const hex = digest.slice('sha256:'.length)
  const found = await db.build.findMany({
    where: {
      files: { some: { algo: 'sha256', digest: Uint8Array.from(Buffer.from(hex, 'hex')) } },
      ...(software === undefined ? {} : { software: softwareWhere(software) }),
    },
    orderBy: [{ firstSeenAt: 'desc' }, { id: 'desc' }],
    take: MOST + 1,
    select,
  })
  const builds = found.slice(0, MOST).map((one) => ({
    short: one.short,
    software: one.software.name,
    verdict: standing(one, now) ? verdictSchema.parse(one.current?.verdict) : null,
    receivedAt: one.firstSeenAt.toISOString(),
  }))
  const elsewhere = await attentionOfArtifact({ algo: 'sha256', digest: Buffer.from(hex, 'hex') })
  if (found.length === 0) return { digest, ...(await notFinal(hex)), elsewhere, builds }
  if (found.length > MOST) {
    const message = `More than ${MOST} builds ship this digest; no more are looked at.`
    return { digest, verdict: 'cannot-tell', code: 'LIMIT', message, elsewhere, builds, occursIn: [] }
  }
  return { digest, ...decide(found, now), elsewhere, builds, occursIn: [] }
}

/** Whether the verdict is by a layout in force and time has not passed it. */
function standing({ current }: Found, now: Date): boolean {
  return current !== null && current.binding.until === null && (current.validUntil === null || now < current.validUntil)
}

type Answer = Pick<VerdictAnswer, 'verdict' | 'code' | 'message'>

/** One build that is allowed suffices for its software; the worst software decides. */
function decide(found: readonly Found[], now: Date): Answer {
  const answers = [...Map.groupBy(found, ({ software }) => software.id).values()].map((builds) => best(builds, now))
  const order = ['deny', 'cannot-tell', 'allow']
  const [worst] = answers.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  return worst ?? { verdict: 'cannot-tell', code: 'DIGEST_UNKNOWN', message: 'Nothing is known about this digest.' }
}

function best(builds: readonly Found[], now: Date): Answer {
  const judged = builds.filter((one) => standing(one, now))
  const allowed = judged.find(({ current }) => current?.verdict === 'allow')
  const decisive = allowed ?? judged[0]
  if (decisive === undefined || decisive.current === null) {
    const message =
      'No build that ships this digest has a verdict that still stands; it is being judged, or no layout is in force.'
    return { verdict: 'cannot-tell', code: 'EVIDENCE_PENDING', message }
  }
  const { current } = decisive
  const verdict = verdictSchema.parse(current.verdict)
  return { verdict, code: verdict === 'allow' ? null : current.code, message: current.headline }
}

/** A source, a debug binary, a report: it is shown where it occurs, and says nothing about what is shipped. */
async function notFinal(hex: string): Promise<Answer & Pick<VerdictAnswer, 'occursIn'>> {
  const { rows } = await pool.query<{ short: string; software: string; step: string }>(
    `SELECT DISTINCT b."short", w."name" AS "software", e."name" AS "step" FROM "Artifact" a
       JOIN "Edge" g ON g."artifactId" = a."id" JOIN "Envelope" e ON e."id" = g."envelopeId" AND e."kind" = 'link'
       JOIN "Sighting" s ON s."envelopeId" = e."id" JOIN "Build" b ON b."deliveryId" = s."deliveryId"
       JOIN "Software" w ON w."id" = b."softwareId"
     WHERE a."algo" = 'sha256' AND a."digest" = $1 ORDER BY 1 LIMIT ${MOST}`,
    [Buffer.from(hex, 'hex')],
  )
  const known =
    rows.length > 0 ||
    (await db.artifact.count({ where: { algo: 'sha256', digest: Uint8Array.from(Buffer.from(hex, 'hex')) } })) > 0
  if (!known) {
    const message = 'No evidence mentions this digest. Bring in the links of the build that made it.'
    return { verdict: 'cannot-tell', code: 'DIGEST_UNKNOWN', message, occursIn: [] }
  }
  const message = 'This is no final file of any software. Ask with the digest of what is delivered.'
  return { verdict: 'cannot-tell', code: 'NOT_FINAL', message, occursIn: rows }
}
