import { FormatError } from '#lib/crypto/index.ts'
import { inTransaction } from '#lib/db/client.ts'
import { parseWitnessPolicy, type SignedWitnessPolicy } from '#lib/in-toto/index.ts'
import { hex, storeEnvelopes } from './store/envelopes.ts'
import { storeSignatures } from './store/signatures.ts'

const batch = 50

/** Policies of Witness that an earlier reader quarantined because it knew no such document. Their bytes stay as they came. */
export async function rereadPolicies(): Promise<void> {
  let after = 0n
  for (;;) {
    const last = await inTransaction(async (tx) => {
      const rows = await tx.envelope.findMany({
        where: { status: 'quarantined', code: 'UNSUPPORTED', place: 'payloadType', id: { gt: after } },
        orderBy: { id: 'asc' },
        take: batch,
        include: { content: true },
      })
      for (const { sha256, content, firstSeenAt: at, demo } of rows) {
        const policy = content === null ? null : readable(content.bytes)
        if (content === null || policy === null) continue
        const name = hex(sha256)
        const document = { sha256: name, bytes: content.bytes, at, envelope: null, policy, reason: null }
        const stored = await storeEnvelopes(tx, new Map([[name, document]]), { demo })
        const row = stored.get(name)
        if (row?.unread) await storeSignatures(tx, [{ id: row.id, envelope: policy }])
      }
      return rows.at(-1)?.id ?? null
    })
    if (last === null) return
    after = last
  }
}

function readable(bytes: Uint8Array): SignedWitnessPolicy | null {
  try {
    return parseWitnessPolicy(bytes)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
