import { parseJsonText } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import { parseLayoutDocument } from '#lib/in-toto/index.ts'

interface Known {
  readonly steps: readonly string[]
  /** some step may be signed with a certificate */
  readonly certified: boolean
}

/** By layout version: versions never change. */
const known = new Map<string, Known>()
const kept = 2_000

/**
 * The software that links of these steps may be about: a link does not say, so it is every software whose layout in
 * force has a step of that name. Judging then finds out.
 */
export async function concernedSoftware(tx: Tx, steps: ReadonlySet<string>): Promise<string[]> {
  if (steps.size === 0) return []
  return softwareWhere(tx, (layout) => layout.steps.some((name) => steps.has(name)))
}

/** The software whose layout in force lets certificates sign: a new authority may complete their chains. */
export async function certifiedSoftware(tx: Tx): Promise<string[]> {
  return softwareWhere(tx, ({ certified }) => certified)
}

async function softwareWhere(tx: Tx, isMeant: (layout: Known) => boolean): Promise<string[]> {
  const bindings = await tx.binding.findMany({ where: { until: null }, select: { softwareId: true, versionId: true } })
  const unknown = bindings.map(({ versionId }) => versionId).filter((id) => !known.has(id))
  if (unknown.length > 0) await learn(tx, unknown)
  const found = bindings.filter(({ versionId }) => {
    const layout = known.get(versionId)
    return layout !== undefined && isMeant(layout)
  })
  return [...new Set(found.map(({ softwareId }) => softwareId))].sort()
}

async function learn(tx: Tx, versionIds: string[]): Promise<void> {
  if (known.size > kept) known.clear()
  const versions = await tx.layoutVersion.findMany({
    where: { id: { in: versionIds } },
    select: { id: true, signedJson: true },
  })
  for (const { id, signedJson } of versions) {
    const value = parseJsonText(signedJson)
    if (!(value instanceof Map)) throw new Error(`layout version ${id} is no JSON object`)
    const layout = parseLayoutDocument(value)
    known.set(id, {
      steps: layout.steps.map(({ name }) => name),
      certified: layout.steps.some(({ certConstraints }) => certConstraints.length > 0),
    })
  }
}
