import { createHash } from 'node:crypto'
import { z } from 'zod'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import type { FinalGroup } from '#lib/in-toto/select/builds.ts'
import type { Judged } from '#lib/in-toto/select/judge-build.ts'
import { explain } from '#lib/provenance/explain.ts'
import type { JudgingContext, SoftwareRow } from './context.ts'
import { holdJudging } from './lock.ts'
import { rootCause, stateOf } from './state.ts'

export interface BuildFacts {
  readonly id: string
  readonly short: string
  readonly label: string
  readonly files: readonly { path: string }[]
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, 'hex'))

/** What makes two builds the same one: the software, the final group, the delivery, the run that its links name. */
export function groupKey(softwareId: string, { step, content, deliveryId, run }: FinalGroup): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify([softwareId, step, content, deliveryId, ...(run === null ? [] : [run])])
  return Uint8Array.from(createHash('sha256').update(text).digest())
}

/** The row of a build, made at its first sight. */
export async function findOrCreateBuild(tx: Tx, { software }: JudgingContext, build: FinalGroup): Promise<BuildFacts> {
  const key = groupKey(software.id, build)
  const where = { softwareId_groupKey: { softwareId: software.id, groupKey: key } }
  const known = await tx.build.findUnique({ where, include: { files: true } })
  if (known !== null) return known
  const delivery = build.deliveryId === null ? null : await tx.delivery.findUnique({ where: { id: build.deliveryId } })
  const files = [...build.files].flatMap(([path, digests]) =>
    Object.entries(digests)
      .filter(([, hex]) => /^([0-9a-f]{2})+$/i.test(hex))
      .map(([algo, hex]) => ({ path, algo, digest: bytesOf(hex) })),
  )
  return tx.build.create({
    data: {
      short: await freeShort(tx, key),
      softwareId: software.id,
      deliveryId: build.deliveryId,
      groupKey: key,
      finalStep: build.step,
      label: delivery?.label ?? 'without a run',
      firstSeenAt: new Date(build.firstSeen),
      demo: software.demo,
      files: { create: files },
    },
    include: { files: true },
  })
}

/** Crockford's: nothing that reads as something else. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Eight characters of the build's own identity, more where another build has the same. */
async function freeShort(tx: Tx, key: Uint8Array): Promise<string> {
  const text = [...key].map((byte) => ALPHABET[byte % 32]).join('')
  for (const length of [8, 12, 16]) {
    const short = text.slice(0, length)
    if ((await tx.build.count({ where: { short } })) === 0) return short
  }
  return text
}

/** Stores a verdict, unless the same inputs gave it before, and makes it the build's current one. */
export async function saveVerdict(
  software: SoftwareRow,
  binding: JudgingContext['binding'],
  build: BuildFacts,
  judged: Judged,
  now: Date,
): Promise<void> {
  const { report } = judged
  const key = createHash('sha256').update(`${judged.inputs} ${binding.id} ${judged.validUntil}`).digest()
  const inputsSha256 = Uint8Array.from(key)
  const root = rootCause(report)
  await inTransaction(async (tx) => {
    await holdJudging(tx)
    const where = { buildId_inputsSha256: { buildId: build.id, inputsSha256 } }
    const known = await tx.verdict.findUnique({ where, select: { id: true } })
    const verdict =
      known ??
      (await tx.verdict.create({
        data: {
          buildId: build.id,
          bindingId: binding.id,
          inputsSha256,
          verdict: report.verdict,
          referenceVerdict: report.referenceVerdict,
          code: root?.code ?? null,
          headline: headlineOf(software, binding, build, judged),
          step: root?.step ?? root?.inspection ?? null,
          at: new Date(report.at),
          judgedAt: now,
          engine: report.engine,
          report: JSON.stringify(report),
          evidence: judged.evidence.map((one) => ({ ...one })),
          validUntil: judged.validUntil === null ? null : new Date(judged.validUntil),
        },
        select: { id: true },
      }))
    await tx.build.update({
      where: { id: build.id },
      data: { currentId: verdict.id, state: stateOf(report), checkedAt: now },
    })
  })
}

/** The sentence of the why page; the engine's own where that cannot be made. */
function headlineOf(
  software: SoftwareRow,
  { version }: JudgingContext['binding'],
  build: BuildFacts,
  { report }: Judged,
): string {
  try {
    const { heading } = explain(report, {
      software: { slug: software.slug, name: software.name },
      build: { short: build.short, label: build.label, files: build.files },
      layout: { versionId: version.id, name: version.name, number: version.number },
    })
    return z.string().min(1).parse(heading)
  } catch (error) {
    console.error(`build ${build.short}: no heading could be made:`, error)
    return report.reasons[0]?.message ?? `The verdict is ${report.verdict}.`
  }
}
