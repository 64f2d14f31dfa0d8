import type { Sql } from '#lib/db/sql.ts'

/** Key of the advisory lock between those who read which layouts are in force and those who change it. */
const bindingsLock = 0x57420002

/**
 * Until the transaction ends no layout comes into force. Evidence that comes in meanwhile either sees a layout and asks
 * for judging by it, or is there when that layout's own first judging looks.
 */
export async function shareBindings(sql: Sql): Promise<void> {
  await sql.$executeRaw`SELECT pg_advisory_xact_lock_shared(${bindingsLock}::bigint)`
}

/** Waits for all who have read which layouts are in force. Call it before anything else of the transaction. */
export async function changeBindings(sql: Sql): Promise<void> {
  await sql.$executeRaw`SELECT pg_advisory_xact_lock(${bindingsLock}::bigint)`
}
