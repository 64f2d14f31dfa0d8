import { z } from 'zod'
import type { BuildRow } from '#lib/contract/builds.ts'
import { stateSchema, verdictSchema } from '#lib/contract/verdict.ts'
import type { Attention } from '#lib/contract/verifications.ts'
import { db } from '#lib/db/client.ts'
import type { Prisma } from '#lib/generated/prisma/client.ts'
import { attentionOfBuilds } from '../verifications/attention.ts'

/** Without the report, which is large. */
export const rowSelect = {
  id: true,
  short: true,
  label: true,
  state: true,
  firstSeenAt: true,
  checkedAt: true,
  demo: true,
  finalStep: true,
  software: { select: { slug: true, name: true } },
  current: {
    select: {
      verdict: true,
      code: true,
      headline: true,
      step: true,
      judgedAt: true,
      evidence: true,
      binding: { select: { version: { select: { id: true, name: true, number: true } } } },
    },
  },
} as const satisfies Prisma.BuildSelect

export type FoundRow = Prisma.BuildGetPayload<{ select: typeof rowSelect }>

/** Newest first; ties by id, as pages are cut. */
export const NEWEST_FIRST = [
  { firstSeenAt: 'desc' },
  { id: 'desc' },
] as const satisfies Prisma.BuildOrderByWithRelationInput[]

export async function buildRows(where: Prisma.BuildWhereInput, take: number): Promise<BuildRow[]> {
  return rowsOf(await db.build.findMany({ where, take, orderBy: [...NEWEST_FIRST], select: rowSelect }))
}

/** Rows as the API answers them, in the order given. */
export async function rowsOf(found: readonly FoundRow[]): Promise<BuildRow[]> {
  const [signers, attention] = await Promise.all([finalSigners(found), attentionOfBuilds(found.map(({ id }) => id))])
  return found.map((one) => rowOf(one, signers, attention.get(one.id) ?? null))
}

function rowOf(one: FoundRow, signers: ReadonlyMap<string, readonly string[]>, attention: Attention | null): BuildRow {
  const { current } = one
  const verified = one.state === 'verified'
  const names = new Set(finalEvidence(one).flatMap(({ sha256, signer }) => signer ?? signers.get(sha256) ?? []))
  return {
    id: one.id,
    short: one.short,
    state: current === null ? 'running' : stateSchema.parse(one.state),
    verdict: current === null ? null : verdictSchema.parse(current.verdict),
    software: one.software,
    label: one.label,
    code: verified ? null : (current?.code ?? null),
    headline: current?.headline ?? 'Being judged',
    step: current?.step ?? null,
    layout:
      current === null
        ? null
        : {
            versionId: current.binding.version.id,
            name: current.binding.version.name,
            number: current.binding.version.number,
          },
    signers: [...names].filter((name) => name !== '').sort(),
    receivedAt: one.firstSeenAt.toISOString(),
    judgedAt: (one.checkedAt ?? current?.judgedAt)?.toISOString() ?? null,
    demo: one.demo,
    attention,
  }
}

/** What a verdict was made from, as stored beside it. */
export const storedEvidenceSchema = z.array(
  z.object({
    sha256: z.string(),
    role: z.enum(['selected', 'considered']),
    step: z.string().optional(),
    reason: z.string().nullish(),
    signer: z.string().optional(),
  }),
)

function finalEvidence({ current, finalStep }: FoundRow): z.infer<typeof storedEvidenceSchema> {
  const parsed = storedEvidenceSchema.safeParse(current?.evidence ?? [])
  if (!parsed.success) return []
  return parsed.data.filter(({ role, step }) => role === 'selected' && step === finalStep)
}

/** sha256 of an envelope -> ids of the keys that signed it. */
async function finalSigners(found: readonly FoundRow[]): Promise<Map<string, string[]>> {
  const sha256s = [...new Set(found.flatMap(finalEvidence).map(({ sha256 }) => sha256))].map((hex) =>
    Uint8Array.from(Buffer.from(hex, 'hex')),
  )
  if (sha256s.length === 0) return new Map()
  const envelopes = await db.envelope.findMany({
    where: { sha256: { in: sha256s } },
    select: { sha256: true, signatures: { select: { keyid: true } } },
  })
  return new Map(
    envelopes.map(({ sha256, signatures }) => [
      Buffer.from(sha256).toString('hex'),
      signatures.map(({ keyid }) => keyid),
    ]),
  )
}
