import { timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { scopeSchema } from '../contract/access.ts'
import { db, pool } from '../db/client.ts'
import { inBatches } from '../db/in-batches.ts'
import { env } from '../env.ts'
import type { Actor } from './actor.ts'
import { looksLikeToken, tokenHash } from './token-format.ts'

/** The command line on this machine proves itself by being able to read this file (mode 0600). */
export const localTokenFile = 'local-token'
/** How often a token's last use is written down. */
const touchMs = 60_000

/** The actor of an API token or of the local command line, or null. */
export async function tokenActor(token: string, now = new Date()): Promise<Actor | null> {
  if (!looksLikeToken(token)) return null
  const sha256 = tokenHash(token)
  return (await storedToken(sha256, now)) ?? (await localActor(sha256))
}

async function localActor(sha256: Uint8Array): Promise<Actor | null> {
  const path = join(/* turbopackIgnore: true */ env().dataFolder, localTokenFile)
  const local = await readFile(path, 'utf8').catch(() => null)
  if (local === null || !timingSafeEqual(tokenHash(local.trim()), sha256)) return null
  const name = userInfo().username
  return { kind: 'local', id: name, name, role: null, scopes: ['ingest', 'read'], softwareId: null, sessionId: null }
}

interface TokenRow {
  id: string
  sha256: Buffer
  name: string
  scopes: string[]
  softwareId: string | null
  lastUsedAt: Date | null
  expiresAt: Date
}

/** One round trip for all who ask meanwhile: every push and every question of a gate begins with it. */
const usableToken = inBatches(async (digests) => {
  const { rows } = await pool.query<TokenRow>({
    name: 'usable-tokens',
    text: `SELECT t."id", t."sha256", t."name", t."scopes", t."softwareId", t."lastUsedAt", t."expiresAt"
           FROM "ApiToken" t JOIN "User" u ON u."id" = t."createdById"
           WHERE t."sha256" = ANY($1::bytea[]) AND t."revokedAt" IS NULL AND u."disabledAt" IS NULL`,
    values: [digests.map((hex) => Buffer.from(hex, 'hex'))],
  })
  return new Map(rows.map((row) => [row.sha256.toString('hex'), row]))
})

async function storedToken(sha256: Uint8Array<ArrayBuffer>, now: Date): Promise<Actor | null> {
  const row = await usableToken(Buffer.from(sha256).toString('hex'))
  if (row === undefined || row.expiresAt <= now) return null
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > touchMs)
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } })
  const scopes = row.scopes.flatMap((s) => scopeSchema.safeParse(s).data ?? [])
  return { kind: 'token', id: row.id, name: row.name, role: null, scopes, softwareId: row.softwareId, sessionId: null }
}
