import type { BuildDetail, FileComparison } from '#lib/contract/builds.ts'
import { db, pool } from '#lib/db/client.ts'
import type { Digests, Report } from '#lib/in-toto/index.ts'
import type { Counterpart, ExplainContext, RecordedFiles } from '#lib/provenance/explain-context.ts'
import { type JudgedBuild, recordOf, stepLink } from './judged-build.ts'
import { verifyOptions } from './verify-options.ts'

/** Digests of a report that are looked up in the store. */
const LOOKED_UP = 40

/** What the why page can say beyond the report: names of keys, when links came, where a digest was seen before. */
export async function explainContext(judged: JudgedBuild, evidence: BuildDetail['evidence']): Promise<ExplainContext> {
  const { build, report } = judged
  const version = build.current?.binding.version
  const base: ExplainContext = {
    software: { slug: build.software.slug, name: build.software.name },
    build: { short: build.short, label: build.label, files: build.files },
    layout: version === undefined ? null : { versionId: version.id, name: version.name, number: version.number },
    verifyOptions: (await verifyOptions(judged)).flatMap(({ words }) => words),
    receivedAt: new Map(evidence.map(({ sha256, receivedAt }) => [sha256, receivedAt])),
  }
  if (report === null) return base
  const [links, counterparts, seen, keyNames] = await Promise.all([
    selectedLinks(report),
    nearestLinks(report, evidence),
    seenElsewhere(build.id, digestsOf(report)),
    namesOf(report),
  ])
  return { ...base, links, counterparts, keyNames, seen: (digests) => seen.get(digests.sha256 ?? '') ?? [] }
}

async function selectedLinks(report: Report): Promise<Map<string, RecordedFiles>> {
  const links = await Promise.all(report.steps.map(async (step) => [step.name, await stepLink(step)] as const))
  return new Map(links.flatMap(([name, link]) => (link === null ? [] : [[name, link] as const])))
}

/** For a step that nothing stands for: the nearest link that was passed over. It explains; it never helps. */
async function nearestLinks(report: Report, evidence: BuildDetail['evidence']): Promise<Map<string, Counterpart>> {
  const found = new Map<string, Counterpart>()
  for (const step of report.steps) {
    const sha256 = step.counted.length > 0 ? null : (step.skipped[0]?.sha256 ?? null)
    const record = sha256 === null ? null : await recordOf(sha256)
    if (record === null) continue
    const seen = evidence.find((one) => one.sha256 === sha256)
    const when = seen === undefined ? '' : ` of ${seen.receivedAt.slice(0, 16).replace('T', ' ')}, ${seen.delivery}`
    found.set(step.name, { label: `${step.name}'s link${when}`, ...record })
  }
  return found
}

function digestsOf(report: Report): string[] {
  const sets = report.reasons.flatMap(({ expected, found }): Digests[] => [
    ...(found ? [found] : []),
    ...(expected ? [expected] : []),
  ])
  return [
    ...new Set(sets.flatMap(({ sha256 }) => (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? [sha256] : []))),
  ].slice(0, LOOKED_UP)
}

/** Other builds and steps whose links list the digests, newest first. */
async function seenElsewhere(
  buildId: string,
  sha256s: readonly string[],
): Promise<Map<string, FileComparison['seen']>> {
  if (sha256s.length === 0) return new Map()
  const { rows } = await pool.query<{ digest: string; step: string; at: Date; short: string | null }>(
    `SELECT encode(a."digest", 'hex') AS "digest", u.* FROM "Artifact" a CROSS JOIN LATERAL (
       SELECT DISTINCT ON (e."id") e."name" AS "step", s."seenAt" AS "at", b."short" FROM "Edge" g
       JOIN "Envelope" e ON e."id" = g."envelopeId" AND e."kind" IN ('link', 'statement') JOIN "Sighting" s ON s."envelopeId" = e."id"
       LEFT JOIN "Build" b ON b."deliveryId" = s."deliveryId"
       WHERE g."artifactId" = a."id" AND b."id" IS DISTINCT FROM $2::uuid
       ORDER BY e."id" DESC, s."seenAt" LIMIT 5) u
     WHERE a."algo" = 'sha256' AND a."digest" = ANY($1::bytea[])`,
    [sha256s.map((hex) => Buffer.from(hex, 'hex')), buildId],
  )
  const seen = new Map<string, FileComparison['seen']>()
  for (const { digest, step, at, short } of rows) {
    seen.set(digest, [...(seen.get(digest) ?? []), { buildShort: short, step, at: at.toISOString() }])
  }
  return seen
}

/** Names under which people know the keys of the report. */
async function namesOf(report: Report): Promise<Map<string, string>> {
  const ids = new Set<string>()
  for (const step of report.steps) {
    for (const keyid of step.allowedKeyids) ids.add(keyid)
    for (const { signer } of step.counted) ids.add(signer.keyid)
    for (const { keyid } of step.skipped) if (keyid !== null) ids.add(keyid)
  }
  for (const { keyid } of report.layout.signatures) ids.add(keyid)
  const keys = await db.publicKey.findMany({ where: { keyids: { hasSome: [...ids] } } })
  return new Map(
    keys.flatMap(({ name, keyids, fingerprint }) =>
      [...keyids, Buffer.from(fingerprint).toString('hex')].map((id) => [id, name] as const),
    ),
  )
}
