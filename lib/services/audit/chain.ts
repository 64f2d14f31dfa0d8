import { createHash } from 'node:crypto'

/** The facts of one audit row that its hash covers, together with the hash before it. */
export type AuditFacts = {
  seq: bigint
  at: Date
  actor: string
  actorName: string
  act: string
  objectType: string
  objectId: string
  detail: unknown
  requestId: string | null
}

/** sha256 of nothing: what the first row chains to. */
export const firstHash: Uint8Array<ArrayBuffer> = new Uint8Array(32)

/** JSON with sorted members: jsonb does not keep their order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${stable(v)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** The hash of a row: sha256 over the hash before it and the row's facts, in a fixed order. */
export function auditHash(before: Uint8Array, facts: AuditFacts): Uint8Array<ArrayBuffer> {
  const { seq, at, actor, actorName, act, objectType, objectId, detail, requestId } = facts
  const text = stable([String(seq), at.toISOString(), actor, actorName, act, objectType, objectId, detail, requestId])
  return new Uint8Array(createHash('sha256').update(before).update(text, 'utf8').digest())
}
