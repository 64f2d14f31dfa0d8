import { parseJsonText } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { parseLayoutDocument } from '#lib/in-toto/index.ts'

/** Step names by layout version: versions never change. */
const stepNames = new Map<string, readonly string[]>()
const kept = 2_000

/**
 * The software that links of these steps may be about: a link does not say, so it is every software whose layout in
 * force has a step of that name. Judging then finds out. Answers for each set of names.
 */
export async function concernedSoftware(tx: Tx, wanted: readonly ReadonlySet<string>[]): Promise<string[][]> {
  if (wanted.every((steps) => steps.size === 0)) return wanted.map(() => [])
  const bindings = await tx.binding.findMany({ where: { until: null }, select: { softwareId: true, versionId: true } })
  const unknown = bindings.map(({ versionId }) => versionId).filter((id) => !stepNames.has(id))
  if (unknown.length > 0) await learn(tx, unknown)
  return wanted.map((steps) => {
    const found = bindings.filter(({ versionId }) => (stepNames.get(versionId) ?? []).some((name) => steps.has(name)))
    return [...new Set(found.map(({ softwareId }) => softwareId))].sort()
  })
}

async function learn(tx: Tx, versionIds: string[]): Promise<void> {
  if (stepNames.size > kept) stepNames.clear()
  const versions = await tx.layoutVersion.findMany({
    where: { id: { in: versionIds } },
    select: { id: true, signedJson: true },
  })
  for (const { id, signedJson } of versions) {
    const value = parseJsonText(signedJson)
    if (!(value instanceof Map)) throw new Error(`layout version ${id} is no JSON object`)
    const layout = parseLayoutDocument(value)
    stepNames.set(
      id,
      layout.steps.map(({ name }) => name),
    )
  }
}
