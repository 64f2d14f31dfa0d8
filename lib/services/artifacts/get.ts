import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import type { ArtifactDetail } from '#lib/contract/evidence.ts'
import { db } from '#lib/db/client.ts'
import { notFound } from '#lib/errors.ts'
import { hex } from '../imports/store/envelopes.ts'
import { attentionOfArtifact } from '../verifications/attention.ts'
import { tellingRows } from '../verifications/telling.ts'
import { parseDigest } from './parse-digest.ts'

const shown = 500
const verified = 50

/**
 * Everywhere a digest was seen: by which envelopes, as what, under which names, and the builds that ship it.
 * @param written `sha256:<hex>`, `sha512:<hex>`, `gitCommit:<hex>`, or the hex alone
 */
export async function getArtifact(actor: Actor, written: string): Promise<ArtifactDetail> {
  requireRight(actor, 'read')
  const { algo, digest } = parseDigest(written)
  const bytes = Uint8Array.from(Buffer.from(digest, 'hex'))
  const [artifact, builds, listed, attention, elsewhere] = await Promise.all([
    db.artifact.findUnique({ where: { algo_digest: { algo, digest: bytes } }, select: { id: true } }),
    db.buildFile.findMany({
      where: { algo, digest: bytes },
      take: shown,
      distinct: ['buildId'],
      include: {
        build: { select: { short: true, state: true, firstSeenAt: true, software: { select: { slug: true } } } },
      },
      orderBy: { build: { firstSeenAt: 'desc' } },
    }),
    db.importFile.findMany({ where: { sha256: bytes }, take: 20, distinct: ['path'], select: { path: true } }),
    attentionOfArtifact({ algo, digest: bytes }),
    tellingRows({ about: [{ algo, digest: bytes }] }, verified),
  ])
  const uses = artifact === null ? [] : await usesOf(artifact.id)
  if (uses.length === 0 && builds.length === 0 && elsewhere.length === 0 && (algo !== 'sha256' || listed.length === 0))
    throw notFound(`file with ${algo} ${digest.slice(0, 12)} in any evidence`)
  const names = [
    ...new Set([
      ...uses.map(({ path }) => path),
      ...elsewhere.flatMap(({ subjects }) =>
        subjects.filter((one) => one.digest === digest && one.name !== '').map(({ name }) => name),
      ),
      ...(algo === 'sha256' ? listed.map(({ path }) => path) : []),
    ]),
  ]
  return {
    algo,
    digest,
    names,
    uses,
    builds: builds.map(({ build }) => ({ short: build.short, software: build.software.slug, state: build.state })),
    attention,
    verifications: elsewhere,
  }
}

const roles = ['material', 'product', 'subject'] as const

async function usesOf(artifactId: bigint): Promise<ArtifactDetail['uses']> {
  const edges = await db.edge.findMany({
    where: { artifactId },
    take: shown,
    orderBy: [{ envelopeId: 'desc' }, { role: 'asc' }],
    include: { name: true, envelope: { select: { sha256: true, name: true, firstSeenAt: true } } },
  })
  return edges.flatMap(({ role, name, envelope }) => {
    const known = roles.find((r) => r === role)
    if (known === undefined) return []
    const seenAt = envelope.firstSeenAt.toISOString()
    return [{ role: known, path: name.value, envelope: hex(envelope.sha256), step: envelope.name, seenAt }]
  })
}
