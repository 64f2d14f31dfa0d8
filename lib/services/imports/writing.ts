import { inTransaction, type Tx } from '#lib/db/client.ts'
import { inSqlTransaction, type Sql } from '#lib/db/sql.ts'
import { type Envelope, verificationsIn } from '#lib/in-toto/index.ts'
import type { Item } from './finding.ts'

/** The transaction in which documents are written. */
export interface Writing {
  readonly sql: Sql
  /** the same, of Prisma's; null where neither a layout nor a verification comes in, which costs much less */
  readonly tx: Tx | null
}

/** Runs `work` in a transaction that can write these items; what it throws undoes all of it. */
export function inWriting<T>(
  items: Iterable<Pick<Item, 'finding'>>,
  work: (writing: Writing) => Promise<T>,
): Promise<T> {
  for (const { finding } of items)
    if (finding.is === 'envelope' && isLayoutOrVerification(finding.envelope))
      return inTransaction((tx) => work({ sql: tx, tx }))
  return inSqlTransaction((sql) => work({ sql, tx: null }))
}

function isLayoutOrVerification(envelope: Envelope): boolean {
  return envelope.kind === 'layout' || verificationsIn(envelope).length > 0
}
