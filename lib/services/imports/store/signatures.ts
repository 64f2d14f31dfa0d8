import type { Sql } from '#lib/db/sql.ts'
import type { Envelope } from '#lib/in-toto/index.ts'
import { storedText } from './stored-text.ts'

/** Which keyids an envelope's signatures name. Whether they verify is asked by whoever knows the keys. */
export function signaturesOf(
  envelope: Pick<Envelope, 'signatures'>,
): { index: number; keyid: string; certificate: boolean }[] {
  return envelope.signatures.map(({ keyid, certificate }, index) => ({
    index,
    keyid: storedText(keyid),
    certificate: certificate !== null,
  }))
}

/** Notes the signatures of envelopes that were quarantined before. */
export async function storeSignatures(
  sql: Sql,
  read: readonly { id: bigint; envelope: Pick<Envelope, 'signatures'> }[],
): Promise<void> {
  const rows = read.flatMap(({ id, envelope }) => signaturesOf(envelope).map((one) => ({ ...one, id })))
  if (rows.length === 0) return
  await sql.$executeRaw`
    INSERT INTO "EnvelopeSignature" ("envelopeId", "index", "keyid", "certificate")
    SELECT * FROM unnest(${rows.map((r) => r.id)}::bigint[], ${rows.map((r) => r.index)}::int[],
                         ${rows.map((r) => r.keyid)}::text[], ${rows.map((r) => r.certificate)}::boolean[])
    ON CONFLICT DO NOTHING`
}
