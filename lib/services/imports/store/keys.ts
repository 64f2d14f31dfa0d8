import { type Certificate, type Key, keyidsOf, printJson } from '#lib/crypto/index.ts'
import type { Sql } from '#lib/db/sql.ts'
import { bytesOf, hex } from './envelopes.ts'
import { storedText } from './stored-text.ts'

/** A public key with the name under which it is shown until somebody gives it a better one. */
export interface NamedKey {
  readonly key: Key
  readonly name: string
}

/** Names that a key has only until a file with a name of its own comes. */
const borrowed = 'functionary of '

export function functionaryName(layout: string): string {
  return `${borrowed}${layout}`
}

/** Notes keys by their material. They carry no trust. Answers the fingerprints that were not known before. */
export async function storeKeys(
  sql: Sql,
  keys: readonly NamedKey[],
  options: { at: Date; demo: boolean },
): Promise<Set<string>> {
  const rows = merged(keys)
  if (rows.length === 0) return new Set()
  const stored = await sql.$queryRaw<{ fingerprint: Uint8Array; inserted: boolean }[]>`
    INSERT INTO "PublicKey" ("fingerprint", "keytype", "scheme", "bits", "pem", "json", "keyids", "name", "firstSeenAt", "demo")
    SELECT t.f, t.keytype, t.scheme, t.bits, t.pem, t.json, string_to_array(t.keyids, E'\n'), t.name,
           ${options.at}::timestamptz, ${options.demo}::boolean
    FROM unnest(${rows.map((r) => bytesOf(r.key.fingerprint))}::bytea[], ${rows.map((r) => r.key.keytype)}::text[],
                ${rows.map((r) => r.key.scheme)}::text[], ${rows.map((r) => r.key.bits)}::int[],
                ${rows.map((r) => r.key.pem)}::text[],
                ${rows.map((r) => (r.key.spki === null ? printJson(r.key.object) : null))}::text[],
                ${rows.map((r) => r.keyids.join('\n'))}::text[], ${rows.map((r) => r.name)}::text[])
         AS t(f, keytype, scheme, bits, pem, json, keyids, name)
    ON CONFLICT ("fingerprint") DO UPDATE SET
      "keyids" = (SELECT array_agg(DISTINCT k ORDER BY k) FROM unnest("PublicKey"."keyids" || EXCLUDED."keyids") AS k),
      "name" = CASE WHEN starts_with("PublicKey"."name", ${borrowed}) AND NOT starts_with(EXCLUDED."name", ${borrowed})
                    THEN EXCLUDED."name" ELSE "PublicKey"."name" END,
      "demo" = "PublicKey"."demo" AND EXCLUDED."demo"
    RETURNING "fingerprint", (xmax = 0) AS "inserted"`
  return new Set(stored.filter(({ inserted }) => inserted).map(({ fingerprint }) => hex(fingerprint)))
}

/** One row per material, with every keyid it goes by; sorted against deadlocks. */
function merged(keys: readonly NamedKey[]) {
  const rows = new Map<string, { key: Key; name: string; keyids: string[] }>()
  for (const { key, name } of keys) {
    const known = rows.get(key.fingerprint)
    const keyids = [...keyidsOf(key), key.keyid, ...(known?.keyids ?? [])].filter(
      (id) => id !== '' && !/[\n\0]/.test(id),
    )
    const kept = known !== undefined && !known.name.startsWith(borrowed) ? known.name : storedText(name)
    const unique = [...new Set(keyids.map((id) => storedText(id)))].sort()
    rows.set(key.fingerprint, { key: known?.key ?? key, name: kept, keyids: unique })
  }
  return [...rows.values()].sort((a, b) => (a.key.fingerprint < b.key.fingerprint ? -1 : 1))
}

/** Notes certificates. They carry no trust either. Answers the digests that were not known before. */
export async function storeCertificates(
  sql: Sql,
  certificates: readonly { certificate: Certificate; name: string }[],
  options: { at: Date; demo: boolean },
): Promise<Set<string>> {
  const rows = [...new Map(certificates.map((c) => [c.certificate.sha256, c])).values()].sort((a, b) =>
    a.certificate.sha256 < b.certificate.sha256 ? -1 : 1,
  )
  if (rows.length === 0) return new Set()
  const facts = rows.map(({ certificate }) => certificate)
  const stored = await sql.$queryRaw<{ sha256: Uint8Array; inserted: boolean }[]>`
    INSERT INTO "Certificate" ("sha256", "pem", "subject", "issuer", "spiffeId", "notBefore", "notAfter", "isCa", "name", "firstSeenAt", "demo")
    SELECT t.*, ${options.at}::timestamptz, ${options.demo}::boolean
    FROM unnest(${facts.map((c) => bytesOf(c.sha256))}::bytea[], ${facts.map((c) => c.pem)}::text[],
                ${facts.map((c) => storedText(c.subject, 4_000))}::text[], ${facts.map((c) => storedText(c.issuer, 4_000))}::text[],
                ${facts.map((c) => (c.spiffeId === null ? null : storedText(c.spiffeId, 2_048)))}::text[],
                ${facts.map((c) => c.notBefore)}::timestamptz[], ${facts.map((c) => c.notAfter)}::timestamptz[],
                ${facts.map((c) => c.isCa)}::boolean[], ${rows.map((r) => storedText(r.name))}::text[]) AS t
    ON CONFLICT ("sha256") DO UPDATE SET "demo" = "Certificate"."demo" AND EXCLUDED."demo"
    RETURNING "sha256", (xmax = 0) AS "inserted"`
  return new Set(stored.filter(({ inserted }) => inserted).map(({ sha256 }) => hex(sha256)))
}
