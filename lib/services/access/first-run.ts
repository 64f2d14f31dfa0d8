import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Tx } from '#lib/db/client.ts'
import { inTransaction } from '#lib/db/client.ts'

// The link that makes the first administrator. Its token is stored by hash, and works once: with the first user.

const settingKey = 'first-run'
const storedSchema = z.object({ sha256: z.string() })
/** Two set-ups at once, or a set-up and a restart, come one after the other. */
const firstRunLock = 0x57420002

const hashOf = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex')

export async function lockFirstRun(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${firstRunLock}::bigint)`
}

/** A new token for the set-up link, which makes older ones worthless; null once there is a user. */
export function makeSetupToken(): Promise<string | null> {
  return inTransaction(async (tx) => {
    await lockFirstRun(tx)
    if ((await tx.user.count()) > 0) return null
    const token = randomBytes(24).toString('base64url')
    const value = { sha256: hashOf(token) }
    await tx.setting.upsert({ where: { key: settingKey }, create: { key: settingKey, value }, update: { value } })
    return token
  })
}

/** Whether this is the token of the link that was printed last. Call it with the first-run lock. */
export async function isSetupToken(tx: Tx, token: string): Promise<boolean> {
  const row = await tx.setting.findUnique({ where: { key: settingKey } })
  const stored = storedSchema.safeParse(row?.value)
  return stored.success && stored.data.sha256 === hashOf(token)
}

export async function spendSetupToken(tx: Tx): Promise<void> {
  await tx.setting.deleteMany({ where: { key: settingKey } })
}
