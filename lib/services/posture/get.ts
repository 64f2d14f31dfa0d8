import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { BuildRow } from '#lib/contract/builds.ts'
import type { Posture } from '#lib/contract/posture.ts'
import { db, pool } from '#lib/db/client.ts'
import { rowSelect, rowsOf } from '../builds/rows.ts'
import { type SoftwareFacts, softwareFacts } from '../software/rows.ts'
import { countFailures } from '../verifications/attention.ts'
import { tellingRows } from '../verifications/telling.ts'
import { expiring } from './expiring.ts'
import { headlineOf, sublineOf } from './headline.ts'

const DAYS = 30
const FAILING = 50
const ELSEWHERE = 5

/** Is production covered, and what is wrong? Every number is the length of a list that can be opened. */
export async function getPosture(actor: Actor, now = new Date()): Promise<Posture> {
  requireRight(actor, 'read')
  const [facts, builds, ahead, imports, failures, latestElsewhere] = await Promise.all([
    softwareFacts({}, now),
    buildCounts(now),
    expiring(now),
    db.import.count(),
    countFailures(),
    tellingRows({ show: 'standing' }, ELSEWHERE),
  ])
  const failing = await failingNow(facts, now)
  const uncovered = facts.flatMap(({ row, uncovered: reason }) =>
    reason === null ? [] : [{ slug: row.slug, name: row.name, reason }],
  )
  const latest = (state: string) => facts.filter(({ row }) => row.state === state).length
  const numbers = {
    software: { total: facts.length, covered: facts.length - uncovered.length, uncovered: uncovered.length },
    now: {
      verified: latest('verified'),
      blocked: latest('blocked'),
      expired: latest('expired'),
      notVerified: latest('not-verified'),
      none: facts.filter(({ row }) => row.state === null || row.state === 'running').length,
    },
    builds,
  }
  return {
    headline: headlineOf(numbers, ahead, failures.artifacts.failed),
    subline: sublineOf(numbers),
    ...numbers,
    failing,
    uncovered,
    expiring: ahead,
    elsewhere: { ...failures, latest: latestElsewhere },
    demo: facts.some(({ row }) => row.demo),
    empty: facts.length === 0 && imports === 0,
  }
}

/** Builds received in the last days, by how they stand now. */
async function buildCounts(now: Date): Promise<Posture['builds']> {
  const since = new Date(now.getTime() - DAYS * 86_400_000)
  const { rows } = await pool.query<{ state: string; count: number }>(
    'SELECT "state", count(*)::int AS "count" FROM "Build" WHERE "firstSeenAt" >= $1 GROUP BY 1',
    [since],
  )
  const count = (state: string) => rows.find((row) => row.state === state)?.count ?? 0
  const counts = {
    verified: count('verified'),
    blocked: count('blocked'),
    expired: count('expired'),
    notVerified: count('not-verified'),
    running: count('running'),
  }
  return { total: Object.values(counts).reduce((a, b) => a + b, 0), ...counts }
}

/** The latest build of each software that does not verify, and since when none of it has; the oldest first. */
async function failingNow(facts: readonly SoftwareFacts[], now: Date): Promise<Posture['failing']> {
  const broken = facts.filter(({ row }) => row.state !== null && row.state !== 'verified' && row.state !== 'running')
  const shorts = broken.flatMap(({ row }) => row.strip.at(-1)?.short ?? [])
  if (shorts.length === 0) return []
  const found = await db.build.findMany({ where: { short: { in: shorts } }, select: rowSelect })
  const since = await failingSince(
    broken.map(({ row }) => row.id),
    now,
  )
  const rows = await rowsOf(found)
  return rows
    .map((build) => ({ build, since: since.get(build.software.slug) ?? build.receivedAt }))
    .sort((a, b) => order(a, b))
    .slice(0, FAILING)
}

function order(a: { build: BuildRow; since: string }, b: { build: BuildRow; since: string }): number {
  return a.since < b.since ? -1 : a.since > b.since ? 1 : a.build.short < b.build.short ? -1 : 1
}

/**
 * Per software, when the first build after its last verified one was received. An expiry takes back verdicts of builds
 * long received: what it blocks is blocked since then.
 */
async function failingSince(ids: readonly string[], now: Date): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ slug: string; since: Date | null }>(
    `SELECT s."slug", greatest(
       (SELECT min(b."firstSeenAt") FROM "Build" b WHERE b."softwareId" = s."id" AND b."state" <> 'running'
         AND b."firstSeenAt" > coalesce((SELECT max(v."firstSeenAt") FROM "Build" v
           WHERE v."softwareId" = s."id" AND v."state" = 'verified'), '-infinity')),
       (SELECT max(l."expires") FROM "Binding" f JOIN "LayoutVersion" l ON l."id" = f."versionId"
         WHERE f."softwareId" = s."id" AND f."until" IS NULL AND l."expires" <= $2)) AS "since"
     FROM "Software" s WHERE s."id" = ANY($1::uuid[])`,
    [ids, now],
  )
  return new Map(rows.flatMap(({ slug, since }) => (since === null ? [] : [[slug, since.toISOString()] as const])))
}
