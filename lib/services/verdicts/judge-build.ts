import { db, pool } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import type { Digests } from '#lib/in-toto/index.ts'
import type { FinalGroup } from '#lib/in-toto/select/builds.ts'
import { takenOutOf } from '../evidence/list-taken-out.ts'
import { loadTrust } from '../trust/load.ts'
import { noLayoutVerdict } from './broken-report.ts'
import { contextOf, loadSoftware } from './context.ts'
import type { Target } from './gather.ts'
import { judgeKnown } from './judge-target.ts'
import { alone } from './lock.ts'
import { groupKey, saveVerdict } from './save.ts'
import { DocumentCache } from './stored-documents.ts'

/** Job: judges one build again with what is known now. May run twice; a build that is gone is nothing to do. */
export async function judgeBuildJob({ buildId }: { buildId: string }, now = new Date()): Promise<void> {
  const found = await db.build.findUnique({ where: { id: buildId }, select: { softwareId: true } })
  if (found === null) return
  await alone(found.softwareId, () => judgeOne(buildId, now, new DocumentCache()))
}

/** The same within a job that holds the software's lock. */
export async function judgeOne(buildId: string, now: Date, cache: DocumentCache): Promise<void> {
  const again = await judgeAgain(buildId, now, cache)
  if (again !== null) await saveVerdict(again.software, again.binding, again.build, again.judged, now)
}

/**
 * What the evidence of today says about a build at a time; nothing is stored. Null where the build is gone, or was never
 * judged and no layout is in force.
 */
export async function judgeAgain(buildId: string, now: Date, cache: DocumentCache) {
  const build = await db.build.findUnique({ where: { id: buildId }, include })
  const software = build === null ? null : await loadSoftware(build.softwareId)
  if (build === null || software === null) return null
  const context = contextOf(software, await loadTrust(), await takenOutOf(db, software.id))
  if (context === null) {
    const last = build.current?.binding
    if (last === undefined) return null
    return { software, binding: last, build, judged: noLayoutVerdict(software.name, now.getTime()) }
  }
  const target: Target =
    build.deliveryId === null
      ? { kind: 'loose', envelopeIds: await finalEnvelopes(build) }
      : { kind: 'delivery', id: build.deliveryId }
  const key = Buffer.from(build.groupKey)
  const judged = await judgeKnown(context, target, lostGroup(build), now, cache, (group) =>
    key.equals(groupKey(software.id, group)),
  )
  return { software, binding: context.binding, build, judged }
}

const include = {
  files: true,
  current: { select: { binding: { include: { version: true, envelope: { include: { content: true } } } } } },
} as const

type Found = Prisma.BuildGetPayload<{ include: typeof include }>

function lostGroup(build: Found): FinalGroup {
  const files = new Map<string, Digests>()
  for (const { path, algo, digest } of build.files) {
    files.set(path, { ...files.get(path), [algo]: Buffer.from(digest).toString('hex') })
  }
  const { finalStep: step, deliveryId } = build
  return { step, content: '', deliveryId, run: null, files, firstSeen: build.firstSeenAt.getTime() }
}

/** Final links of a build without a delivery: by their files, or by what the verdict before looked at. */
async function finalEnvelopes({ id, finalStep }: Found): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT e."id"::text AS "id" FROM "BuildFile" f
       JOIN "Artifact" a ON a."algo" = f."algo" AND a."digest" = f."digest"
       JOIN "Edge" g ON g."artifactId" = a."id" AND g."role" = 'product'
       JOIN "Envelope" e ON e."id" = g."envelopeId" AND e."kind" IN ('link', 'statement')
         AND (e."name" = $2 OR (e."kind" = 'statement' AND e."name" IS NULL))
     WHERE f."buildId" = $1::uuid
     UNION
     SELECT e."id"::text FROM "Verdict" v
       CROSS JOIN LATERAL jsonb_to_recordset(v."evidence") AS x("sha256" text, "step" text)
       JOIN "Envelope" e ON e."sha256" = decode(x."sha256", 'hex')
     WHERE v."buildId" = $1::uuid AND x."step" = $2`,
    [id, finalStep],
  )
  return rows.map((row) => row.id)
}
