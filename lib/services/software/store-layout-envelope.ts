import { sha256 } from '#lib/crypto/index.ts'
import type { Tx } from '#lib/db/client.ts'
import type { Enforced } from './enforceable-envelope.ts'

/** Keeps the very bytes that are judged with among the evidence, where they are not there yet. */
export async function storeLayoutEnvelope(
  tx: Tx,
  { bytes, sha256: digest, envelope }: Enforced,
  { now, demo }: { now: Date; demo: boolean },
): Promise<bigint> {
  const sha = Uint8Array.from(Buffer.from(digest, 'hex'))
  const known = await tx.envelope.findUnique({ where: { sha256: sha }, select: { id: true } })
  if (known !== null) return known.id
  const row = await tx.envelope.create({
    data: {
      sha256: sha,
      size: bytes.length,
      form: envelope.form,
      kind: 'layout',
      signedSha256: Uint8Array.from(sha256(envelope.signedBytes)),
      status: 'parsed',
      firstSeenAt: now,
      demo,
      content: { create: { bytes } },
      signatures: {
        create: envelope.signatures.map(({ keyid, certificate }, index) => ({
          index,
          keyid,
          certificate: certificate !== null,
        })),
      },
    },
  })
  return row.id
}
