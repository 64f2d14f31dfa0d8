import type { Actor } from '#lib/auth/actor.ts'
import { requireRight } from '#lib/auth/rights.ts'
import { sha256Hex } from '#lib/crypto/node/index.ts'
import { db } from '#lib/db/client.ts'
import { AppError } from '#lib/errors.ts'
import { digestOf, noEnvelope } from './envelope-row.ts'

/** The bytes as they were received. They are hashed again: what does not fit its digest is not handed out. */
export async function rawEnvelope(
  actor: Actor,
  sha256: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  requireRight(actor, 'read')
  const row = await db.envelope.findUnique({
    where: { sha256: digestOf(sha256) },
    select: { kind: true, form: true, content: { select: { bytes: true } } },
  })
  if (row?.content == null) throw noEnvelope(sha256)
  const { bytes } = row.content
  if (sha256Hex(bytes) !== sha256)
    throw new AppError(
      'UNAVAILABLE',
      'The stored bytes no longer fit their sha256: they were damaged. Restore them from a backup.',
      {
        extra: { formatCode: 'INTEGRITY' },
      },
    )
  const ending = row.form === 'metablock' && row.kind !== 'unknown' ? row.kind : 'json'
  return { bytes, name: `${sha256.slice(0, 12)}.${ending}` }
}

/** Served so that no browser ever runs or shows it. */
export function downloadResponse({ bytes, name }: { bytes: Uint8Array<ArrayBuffer>; name: string }): Response {
  return new Response(bytes, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="${name}"`,
      'x-content-type-options': 'nosniff',
    },
  })
}
