import { type Probe, SourceError } from '../connector.ts'
import type { ArchivistaServer } from './archivista-server.ts'
import { queryCount } from './query.ts'

/** Beyond this a window of one hour is found by reading the whole table, milliseconds. */
const SLOW_MS = 500

/** Tries the list, and what windows of it cost. */
export async function probe(server: ArchivistaServer, signal: AbortSignal): Promise<Probe> {
  const start = server.now().getTime()
  const since = () => server.now().getTime() - start
  try {
    const count = await queryCount(server, null, signal)
    const latencyMs = since()
    const notes = await notesOf(server, signal)
    return { reached: true, what: 'Archivista', version: null, entries: { count, exact: true }, latencyMs, notes }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { reached: false, code: error.code, message: error.message, latencyMs: since() }
  }
}

async function notesOf(server: ArchivistaServer, signal: AbortSignal): Promise<string[]> {
  const notes = ['Archivista takes whatever it is sent: signatures are checked here, after the download.']
  const timeless = await queryCount(server, { createdAtIsNil: true }, signal)
  if (timeless > 0) notes.push(`${timeless} entries have no time of their own: they are found by whole passes only.`)
  const before = server.now().getTime()
  await queryCount(server, { createdAtGTE: new Date(before - 3_600_000).toISOString() }, signal)
  if (server.now().getTime() - before > SLOW_MS)
    notes.push('Its database looks for new entries slowly. An index helps: CREATE INDEX ON dsses (created_at, id).')
  return notes
}
