import { randomUUID } from 'node:crypto'
import { type Actor, actorRef } from '#lib/auth/actor.ts'
import type { Sql } from '#lib/db/sql.ts'
import { folderDelivery, type SeenAt } from './folder-delivery.ts'
import { RUN_OPEN_MS } from './limits.ts'
import { storedText } from './store/stored-text.ts'

/** On whose word evidence came together. */
export type DeliveryRequest =
  /** a folder that a person hands over: each directory level is one */
  | { readonly kind: 'handed-over' }
  /** clients of a software push under a run label; `softwareId` was checked */
  | { readonly kind: 'pushed'; readonly softwareId: string; readonly run: string; readonly attempt: number }
  /**
   * a folder of a source, on the word of who set it: each directory level is one. What was found before `since` lay in
   * another folder, or was vouched for by somebody else, and is not added to
   */
  | { readonly kind: 'folder'; readonly sourceId: string; readonly issuer: string; readonly since: Date | null }
  /** nobody says what it belongs to: it finds evidence, but holds nothing together */
  | { readonly kind: 'loose' }

/** What every row of one act of bringing in has in common. */
export interface ImportFacts {
  readonly id: string
  readonly at: Date
  readonly demo: boolean
}

/** The name of the folder that holds an inner chain, as `in-toto-run` names it: `STEP.KEYID8`. */
const innerFolder = /^.+\.[0-9a-fA-F]{8}$/

/**
 * The directory level that a file belongs to. The links of a sublayout lie in a folder below the chain that it is part
 * of, and came together with it.
 */
export function levelOf(path: string): string {
  const folders = path.replace(/#\d+$/, '').split('/').slice(0, -1)
  while (innerFolder.test(folders.at(-1) ?? '')) folders.pop()
  return folders.join('/')
}

/** Finds or opens the deliveries of what was seen: path -> delivery id, null where it belongs to none. */
export async function openDeliveries(
  sql: Sql,
  actor: Actor,
  facts: ImportFacts,
  request: DeliveryRequest,
  seen: readonly SeenAt[],
): Promise<{ of: (path: string) => string | null; closed: boolean }> {
  if (request.kind === 'loose') return { of: () => null, closed: false }
  if (request.kind === 'pushed') {
    const id = await pushedDelivery(sql, actor, facts, request)
    return { of: () => id, closed: id === null }
  }
  const levels = new Map<string, string>()
  for (const [level, files] of Map.groupBy(seen, ({ path }) => levelOf(path)))
    levels.set(
      level,
      request.kind === 'folder'
        ? await folderDelivery(sql, { ...request, label: labelOf(level), importId: facts.id, at: facts.at }, files)
        : await handedOver(sql, actor, facts, level),
    )
  return { of: (path) => levels.get(levelOf(path)) ?? null, closed: false }
}

function labelOf(level: string): string {
  return storedText(level === '' ? '.' : level)
}

async function handedOver(sql: Sql, actor: Actor, facts: ImportFacts, level: string): Promise<string> {
  const label = labelOf(level)
  const [known] = await sql.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Delivery" WHERE "importId" = ${facts.id}::uuid AND "label" = ${label} LIMIT 1`
  if (known !== undefined) return known.id
  const id = randomUUID()
  await sql.$executeRaw`
    INSERT INTO "Delivery" ("id", "kind", "issuer", "label", "openedAt", "importId", "demo")
    VALUES (${id}::uuid, 'handed-over', ${actorRef(actor)}, ${label}, ${facts.at}::timestamptz, ${facts.id}::uuid,
            ${facts.demo}::boolean)`
  return id
}

/** A run label means one run, once, whatever its attempts: what comes after it closed belongs to no delivery. */
async function pushedDelivery(
  sql: Sql,
  actor: Actor,
  facts: ImportFacts,
  { softwareId, run, attempt }: Extract<DeliveryRequest, { kind: 'pushed' }>,
): Promise<string | null> {
  const issuer = actorRef(actor)
  const key = `delivery ${softwareId} ${issuer} ${run}`
  await sql.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`
  const attempts = await sql.$queryRaw<{ id: string; attempt: number; closesAt: Date | null }[]>`
    SELECT "id", "attempt", "closesAt" FROM "Delivery"
    WHERE "softwareId" = ${softwareId}::uuid AND "issuer" = ${issuer} AND "label" = ${run} AND "kind" = 'pushed'
    ORDER BY "openedAt"`
  const [first] = attempts
  if (first !== undefined && first.closesAt !== null && facts.at >= first.closesAt) return null
  const known = attempts.find((one) => one.attempt === attempt)
  if (known !== undefined) return known.id
  const closesAt = first === undefined ? new Date(facts.at.getTime() + RUN_OPEN_MS) : first.closesAt
  const id = randomUUID()
  await sql.$executeRaw`
    INSERT INTO "Delivery" ("id", "kind", "softwareId", "issuer", "label", "attempt", "openedAt", "closesAt", "demo")
    VALUES (${id}::uuid, 'pushed', ${softwareId}::uuid, ${issuer}, ${run}, ${attempt}::int, ${facts.at}::timestamptz,
            ${closesAt}::timestamptz, ${facts.demo}::boolean)`
  return id
}
