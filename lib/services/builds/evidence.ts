import type { BuildDetail } from '#lib/contract/builds.ts'
import { db } from '#lib/db/client.ts'
import { takenOutOf } from '../evidence/list-taken-out.ts'
import type { JudgedBuild } from './judged-build.ts'
import { storedEvidenceSchema } from './rows.ts'

type Evidence = BuildDetail['evidence']

/** Every document that the current verdict looked at, with who brought it and why it counted or not. */
export async function buildEvidence({ build }: JudgedBuild): Promise<Evidence> {
  const stored = storedEvidenceSchema.safeParse(build.current?.evidence ?? [])
  const looked = stored.success ? stored.data : []
  const sha256s = [...new Set(looked.map(({ sha256 }) => sha256))].filter((hex) => /^[0-9a-f]{64}$/.test(hex))
  const envelopes = await db.envelope.findMany({
    where: { sha256: { in: sha256s.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))) } },
    include: {
      signatures: { select: { keyid: true }, orderBy: { index: 'asc' } },
      sightings: {
        orderBy: { seenAt: 'asc' },
        take: 20,
        include: { delivery: true, import: { select: { actorName: true } } },
      },
    },
  })
  const taken = new Map((await takenOutOf(db, build.softwareId)).rows.map((row) => [row.signedSha256, row]))
  const bySha = new Map(envelopes.map((one) => [Buffer.from(one.sha256).toString('hex'), one]))
  return looked.flatMap(({ sha256, role, reason }) => {
    const found = bySha.get(sha256)
    if (found === undefined) return []
    const out = taken.get(Buffer.from(found.signedSha256 ?? found.sha256).toString('hex'))
    const seen = found.sightings.find((one) => one.deliveryId === build.deliveryId) ?? found.sightings[0]
    return [
      {
        sha256,
        kind: found.kind,
        name: found.name,
        path: seen?.path ?? '',
        keyids: found.signatures.map(({ keyid }) => keyid),
        receivedAt: (seen?.seenAt ?? found.firstSeenAt).toISOString(),
        by: seen?.import?.actorName ?? seen?.actor ?? '',
        delivery: seen?.delivery?.label ?? 'without a run',
        role,
        reason: reason ?? null,
        takenOut: out === undefined ? null : { by: out.by, at: out.at.toISOString(), reason: out.reason },
        size: found.size,
      },
    ]
  })
}
