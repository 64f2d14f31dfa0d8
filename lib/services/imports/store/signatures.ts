import type { Tx } from '#lib/db/client.ts'
import type { Envelope } from '#lib/in-toto/index.ts'
import { storedText } from './stored-text.ts'

/** Notes which keyids an envelope's signatures name. Whether they verify is asked by whoever knows the keys. */
export async function storeSignatures(
  tx: Tx,
  read: readonly { id: bigint; envelope: Pick<Envelope, 'signatures'> }[],
): Promise<void> {
  const rows = read.flatMap(({ id, envelope }) =>
    envelope.signatures.map(({ keyid, certificate }, index) => ({
      id,
      index,
      keyid: storedText(keyid),
      certificate: certificate !== null,
    })),
  )
  if (rows.length === 0) return
  await tx.$executeRaw`
    INSERT INTO "EnvelopeSignature" ("envelopeId", "index", "keyid", "certificate")
    SELECT * FROM unnest(${rows.map((r) => r.id)}::bigint[], ${rows.map((r) => r.index)}::int[],
                         ${rows.map((r) => r.keyid)}::text[], ${rows.map((r) => r.certificate)}::boolean[])
    ON CONFLICT DO NOTHING`
}
