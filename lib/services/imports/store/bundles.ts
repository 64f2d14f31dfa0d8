import { type SpiffeBundle, trustDomainsOf } from '#lib/crypto/index.ts'
import type { Sql } from '#lib/db/sql.ts'
import { bytesOf } from './envelopes.ts'
import { storedText } from './stored-text.ts'

export interface NewBundle {
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly bundle: SpiffeBundle
  readonly name: string
  readonly by: string
}

/**
 * Keeps SPIFFE bundles as they came, for an administrator to put in force. They carry no trust. Answers the digests that
 * were not known before.
 */
export async function storeBundles(sql: Sql, bundles: readonly NewBundle[], at: Date): Promise<Set<string>> {
  const rows = [...new Map(bundles.map((one) => [one.sha256, one])).values()].sort((a, b) =>
    a.sha256 < b.sha256 ? -1 : 1,
  )
  const fresh = new Set<string>()
  for (const { sha256, bytes, bundle, name, by } of rows) {
    const sequence = bundle.sequence === null ? null : storedText(String(bundle.sequence), 200)
    const added = await sql.$executeRaw`
      INSERT INTO "SpiffeBundle" ("sha256", "bytes", "sequence", "roots", "trustDomains", "name", "firstSeenAt", "broughtBy")
      VALUES (${bytesOf(sha256)}::bytea, ${Uint8Array.from(bytes)}::bytea, ${sequence}::text, ${bundle.roots.length}::int,
              ${domainsOf(bundle)}::text[], ${storedText(name)}::text, ${at}::timestamptz, ${storedText(by)}::text)
      ON CONFLICT ("sha256") DO NOTHING`
    if (added > 0) fresh.add(sha256)
  }
  return fresh
}

/** What its roots say of themselves; the bundle itself names no domain. */
function domainsOf({ roots }: SpiffeBundle): string[] {
  const named = roots.flatMap((root) => trustDomainsOf(root) ?? []).filter((name) => name !== '')
  return [...new Set(named)].sort()
}
