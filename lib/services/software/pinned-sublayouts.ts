import type { Tx } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'

/**
 * A pin that names nothing would leave every build without the step: the sublayout has to be here before it is pinned.
 * Who signed it is judged with each build.
 * @throws CONFLICT with the step and the digest
 */
export async function requireSublayouts(tx: Tx, sublayouts: Readonly<Record<string, string>>): Promise<void> {
  for (const [step, digest] of Object.entries(sublayouts)) {
    const named = Uint8Array.from(Buffer.from(digest, 'hex'))
    const found = await tx.envelope.findFirst({
      where: { kind: 'layout', status: 'parsed', OR: [{ sha256: named }, { signedSha256: named }] },
      select: { id: true },
    })
    if (found !== null) continue
    throw new AppError(
      'CONFLICT',
      `The sublayout of step ${step} is pinned to sha256 ${digest}, and no layout with this digest is here. Bring its file in first, and give the sha256 of the file.`,
    )
  }
}
