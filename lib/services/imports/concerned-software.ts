import { parseJsonText } from '#lib/crypto/index.ts'
import type { Sql } from '#lib/db/sql.ts'
import { parseLayoutDocument, type StepForms } from '#lib/in-toto/index.ts'
import { shareBindings } from '../software/bindings-lock.ts'
import { formsOf, namesOf } from '../verdicts/context.ts'

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
 * force has a step of that name. Judging then finds out. Answers for each set of names.
 */
export async function concernedSoftware(sql: Sql, wanted: readonly ReadonlySet<string>[]): Promise<string[][]> {
  if (wanted.every((steps) => steps.size === 0)) return wanted.map(() => [])
  const layouts = await layoutsInForce(sql)
  return wanted.map((names) =>
    softwareWhere(layouts, ({ steps, forms }) => namesOf(steps, forms).some((name) => names.has(name))),
  )
}

/** The software whose layout in force lets certificates sign: a new authority may complete their chains. */
export async function certifiedSoftware(sql: Sql): Promise<string[]> {
  return softwareWhere(await layoutsInForce(sql), ({ certified }) => certified)
}

interface InForce {
  readonly softwareId: string
  readonly layout: (Known & { readonly forms: StepForms }) | undefined
}

function softwareWhere(
  layouts: readonly InForce[],
  isMeant: (layout: NonNullable<InForce['layout']>) => boolean,
): string[] {
  const found = layouts.filter(({ layout }) => layout !== undefined && isMeant(layout))
  return [...new Set(found.map(({ softwareId }) => softwareId))].sort()
}

async function layoutsInForce(sql: Sql): Promise<InForce[]> {
  await shareBindings(sql)
  const bindings = await sql.$queryRaw<{ softwareId: string; versionId: string; forms: unknown }[]>`
    SELECT "softwareId", "versionId", "forms" FROM "Binding" WHERE "until" IS NULL`
  const unknown = bindings.map(({ versionId }) => versionId).filter((id) => !known.has(id))
  if (unknown.length > 0) await learn(sql, unknown)
  return bindings.map(({ softwareId, versionId, forms }) => {
    const layout = known.get(versionId)
    return { softwareId, layout: layout === undefined ? undefined : { ...layout, forms: formsOf(forms) } }
  })
}

async function learn(sql: Sql, versionIds: string[]): Promise<void> {
  if (known.size > kept) known.clear()
  const versions = await sql.$queryRaw<{ id: string; signedJson: string }[]>`
    SELECT "id", "signedJson" FROM "LayoutVersion" WHERE "id" = ANY(${versionIds}::uuid[])`
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
