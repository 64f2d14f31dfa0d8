/** Connections that cannot be made or broke, and a server without room, memory or places: it may work again later. */
const down = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['57P01', '57P02', '57P03', '57P05', '25P03', '25P04', '58030', '58P01'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'],
])
const downClass = /^(08|53)[0-9A-Z]{3}$/
const downMessage =
  /^Connection terminated|timeout exceeded when trying to connect|Can't reach database|is not queryable|Query read timeout|Server has closed the connection/

/** Two transactions were in each other's way; the same again may pass. */
const clash = new Set(['40P01', '40001', '23505', 'P2034', 'P2002'])
/** The server gave up on a statement, or found its own files damaged. */
const failed = /^(57014|55P03|55006|XX\d{3})$/

/**
 * What a thrown value says about the database: `down`, it cannot serve anybody now; `clash`, try the same again;
 * `failed`, it could not do this. Null: not about the database, or about what it was given.
 */
export function databaseFault(error: unknown): 'down' | 'clash' | 'failed' | null {
  const codes = [...codesOf(error)]
  if (codes.some((code) => down.has(code) || downClass.test(code) || downMessage.test(code))) return 'down'
  if (codes.some((code) => clash.has(code))) return 'clash'
  return codes.some((code) => failed.test(code)) ? 'failed' : null
}

/** Codes and messages of the error and of what caused it: pg, Prisma and its adapter each wrap in their own way. */
function* codesOf(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== 'object' || error === null || depth > 6) return
  for (const name of ['code', 'originalCode', 'message']) {
    const value: unknown = Reflect.get(error, name)
    if (typeof value === 'string') yield value
  }
  for (const name of ['cause', 'driverAdapterError', 'meta']) yield* codesOf(Reflect.get(error, name), depth + 1)
}
