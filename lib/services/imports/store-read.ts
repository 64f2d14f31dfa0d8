import { verificationsIn } from '#lib/in-toto/index.ts'
import { storeVerifications } from '../verifications/store.ts'
import { storeCollectionSubjects } from './store/collection-subjects.ts'
import { storeEdges } from './store/edges.ts'
import type { NewEnvelope, StoredEnvelope } from './store/envelopes.ts'
import { storeSignatures } from './store/signatures.ts'
import type { Writing } from './writing.ts'

/**
 * Writes what is in documents that were not read before: edges, subjects of collections, verifications made elsewhere, and
 * the signatures of those that were quarantined until now.
 */
export async function storeRead(
  { sql, tx }: Writing,
  documents: ReadonlyMap<string, NewEnvelope>,
  stored: ReadonlyMap<string, StoredEnvelope>,
): Promise<void> {
  const unread = [...documents].flatMap(([sha256, { envelope, at }]) => {
    const row = stored.get(sha256)
    return row?.unread && envelope !== null ? [{ id: row.id, envelope, at, promoted: row.promoted }] : []
  })
  const policies = [...documents].flatMap(([sha256, { policy }]) => {
    const row = stored.get(sha256)
    return row?.unread && policy !== null ? [{ id: row.id, envelope: policy, promoted: row.promoted }] : []
  })
  await storeSignatures(
    sql,
    [...unread, ...policies].filter(({ promoted }) => promoted),
  )
  await storeEdges(sql, unread)
  await storeCollectionSubjects(sql, unread)
  if (tx !== null) await storeVerifications(tx, unread)
  else if (unread.some(({ envelope }) => verificationsIn(envelope).length > 0))
    throw new Error('a verification is written with inWriting')
}
