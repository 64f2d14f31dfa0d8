import type { Import, ImportFile } from '#lib/contract/evidence.ts'
import type { EntryState } from '#lib/contract/sources.ts'
import { inTransaction, pool } from '#lib/db/client.ts'
import type { Sql } from '#lib/db/sql.ts'
import { type Connector, SourceError } from '#lib/sources/connector.ts'
import type { DeliveryRequest } from '../../imports/delivery.ts'
import { expand } from '../../imports/expand.ts'
import type { Item } from '../../imports/finding.ts'
import { bytesOf } from '../../imports/store/envelopes.ts'
import { storedText } from '../../imports/store/stored-text.ts'
import { storeActs } from '../../imports/store-acts.ts'
import { inTurn } from '../../imports/turn.ts'
import { inWriting } from '../../imports/writing.ts'
import { SYNC } from '../limits.ts'
import { sourceActor } from '../source-actor.ts'
import { backoffMs } from './backoff.ts'
import { type ClaimedSource, FencedOut, holdFence } from './claim-source.ts'

/** What one run of a sync has in common. */
export interface Run {
  readonly source: ClaimedSource
  readonly connector: Connector
  readonly now: () => Date
  readonly signal: AbortSignal
  /** the import under which this run brings in what it finds */
  readonly importId: string
  /** files brought in so far */
  files: number
  /** why the last entries could not be fetched, as long as there was none that could */
  failuresInRow: SourceError[]
}

interface Waiting {
  readonly key: string
  readonly path: string
  readonly version: string | null
  readonly attempts: number
}

/** An entry with what it holds, ready to be stored. */
interface Ready {
  readonly entry: Waiting
  readonly items: readonly Item[]
  readonly bytes: number
}

/**
 * Fetches entries that wait and brings them in, the way uploads come in; at most one transaction's worth. Answers
 * whether there was anything to do.
 * @throws SourceError where the source itself is in the way; FencedOut
 */
export async function takeEntries(run: Run): Promise<boolean> {
  const waiting = await waitingEntries(run)
  let ready: Ready[] = []
  try {
    for (let at = 0; at < waiting.length; at += SYNC.parallelFetches) {
      const some = waiting.slice(at, at + SYNC.parallelFetches)
      for (const one of await Promise.all(some.map((entry) => fetchEntry(run, entry)))) {
        if (one !== null) ready.push(one)
      }
      const last = run.failuresInRow.at(-1)
      // the source is in the way, not they
      if (last !== undefined && run.failuresInRow.length >= SYNC.failuresInRow) throw last
      if (ready.reduce((sum, { bytes }) => sum + bytes, 0) < SYNC.takeBytes) continue
      await store(run, ready)
      ready = []
    }
  } finally {
    // what was fetched before the source broke off is kept
    await store(run, ready)
  }
  return waiting.length > 0
}

async function waitingEntries({ source, now }: Run): Promise<Waiting[]> {
  const { rows } = await pool.query<Waiting>(
    `SELECT "key", "path", "version", "attempts" FROM "SourceEntry"
     WHERE "sourceId" = $1::uuid AND "state" = 'waiting' AND ("retryAt" IS NULL OR "retryAt" <= $2)
     ORDER BY "askedAt", "firstSeenAt", "key" LIMIT ${SYNC.takeEntries}`,
    [source.id, now()],
  )
  return rows
}

/** Null where it could not be had: that is written down with the entry, which is tried again or put aside. */
async function fetchEntry(run: Run, entry: Waiting): Promise<Ready | null> {
  try {
    const { bytes } = await run.connector.fetch(entry.key, run.signal)
    run.failuresInRow = []
    const items = await Array.fromAsync(
      expand({ path: entry.path, bytes }, { meant: run.connector.capabilities.metadataOnly }),
    )
    return { entry, items, bytes: bytes.length }
  } catch (error) {
    if (error instanceof SourceError && (error.code === 'ABORTED' || error.code === 'BUSY')) throw error
    await noteFailure(run, entry, error)
    return null
  }
}

/** No use in asking again for these by itself. */
const final: ReadonlySet<string> = new Set(['GONE', 'LIMIT', 'NOT_ALLOWED', 'INTERNAL'])
/** The entry itself may be bad: it is put aside after some attempts. What cannot be reached is asked for without end. */
const doubtful: ReadonlySet<string> = new Set(['INTEGRITY', 'BAD_ANSWER', 'SETTINGS'])

async function noteFailure(run: Run, { key, attempts }: Waiting, error: unknown): Promise<void> {
  const { code, message } = error instanceof SourceError ? error : internal(error)
  if (error instanceof SourceError && !final.has(code)) run.failuresInRow.push(error)
  const tried = attempts + 1
  const failed = final.has(code) || (doubtful.has(code) && tried >= SYNC.entryAttempts)
  const now = run.now()
  const retryAt = failed ? null : new Date(now.getTime() + backoffMs(tried, Math.random()))
  await inTransaction(async (tx) => {
    await holdFence(tx, run.source)
    await tx.sourceEntry.updateMany({
      where: { sourceId: run.source.id, key },
      data: {
        state: failed ? 'failed' : 'waiting',
        code,
        message: storedText(message, 4_000),
        attempts: tried,
        retryAt,
        ...(code === 'GONE' ? { vanishedAt: now } : {}),
      },
    })
  })
}

function internal(error: unknown): { code: string; message: string } {
  console.error('an entry of a source cannot be read:', error)
  const message = 'Waybill failed to read what lies there. Nothing of it was stored; the log of the worker says more.'
  return { code: 'INTERNAL', message }
}

/** One transaction for all; where that fails, one for each, so that one poisoned entry keeps no other out. */
async function store(run: Run, ready: readonly Ready[]): Promise<void> {
  if (ready.length === 0) return
  try {
    return await storeTogether(run, ready)
  } catch (error) {
    if (error instanceof FencedOut) throw error
    await pool.query('SELECT 1')
    if (ready.length === 1) return await putAside(run, ready, error)
  }
  for (const one of ready) await store(run, [one])
}

async function putAside(run: Run, ready: readonly Ready[], error: unknown): Promise<void> {
  for (const { entry } of ready) await noteFailure(run, entry, error)
}

async function storeTogether(run: Run, ready: readonly Ready[]): Promise<void> {
  const { source, importId } = run
  const items = ready.flatMap((one) => one.items)
  const first = run.files
  await inTurn(() =>
    inWriting(items, async (writing) => {
      await holdFence(writing.sql, source)
      const head = {
        id: importId,
        at: run.now(),
        demo: false,
        via: 'source' as const satisfies Import['via'],
        title: storedText(`Source ${source.name}`, 200),
        delivery: deliveryOf(source),
        sourceId: source.id,
      }
      // an import is opened by its first file
      const act = { actor: sourceActor(source), head, items, first, requestId: null }
      const [stored] = items.length === 0 ? [] : await storeActs(writing, [act])
      await noteTaken(writing.sql, run, ready, stored?.files ?? [])
    }),
  )
  run.files += items.length
}

/** Only of a folder somebody can say that it holds one run; other sources find evidence and hold nothing together. */
function deliveryOf({ id, settings, createdBy, vouchedSince }: ClaimedSource): DeliveryRequest {
  if (settings.kind !== 'directory' || !settings.together) return { kind: 'loose' }
  return { kind: 'folder', sourceId: id, issuer: createdBy, since: vouchedSince }
}

async function noteTaken(sql: Sql, run: Run, ready: readonly Ready[], files: readonly ImportFile[]): Promise<void> {
  let at = 0
  const rows = ready.map(({ entry, items }) => {
    const own = files.slice(at, at + items.length)
    at += items.length
    const worst = worstOf(own)
    const [only] = own.length === 1 ? own : []
    return {
      ...entry,
      state: stateOf(worst),
      code: worst?.code ?? null,
      message: worst?.message ?? null,
      sha256: only?.sha256 ?? null,
    }
  })
  await sql.$executeRaw`
    UPDATE "SourceEntry" x SET "state" = t.state, "code" = t.code, "message" = t.message, "sha256" = t.sha256,
      "envelopeId" = (SELECT e."id" FROM "Envelope" e WHERE e."sha256" = t.sha256), "importId" = ${files.length === 0 ? null : run.importId}::uuid,
      "attempts" = x."attempts" + 1, "retryAt" = NULL
    FROM unnest(${rows.map((r) => r.key)}::text[], ${rows.map((r) => r.version)}::text[],
                ${rows.map((r) => r.state)}::text[], ${rows.map((r) => r.code)}::text[],
                ${rows.map((r) => r.message)}::text[],
                ${rows.map((r) => (r.sha256 === null ? null : bytesOf(r.sha256)))}::bytea[])
         AS t(key, version, state, code, message, sha256)
    WHERE x."sourceId" = ${run.source.id}::uuid AND x."key" = t.key AND x."version" IS NOT DISTINCT FROM t.version`
}

const order: readonly ImportFile['fate'][] = ['quarantined', 'refused', 'stored', 'known', 'listed']

/** The file of an entry that says what became of it: what needs a look comes first. */
function worstOf(files: readonly ImportFile[]): ImportFile | undefined {
  return [...files].sort((a, b) => order.indexOf(a.fate) - order.indexOf(b.fate))[0]
}

function stateOf(file: ImportFile | undefined): EntryState {
  if (file === undefined) return 'listed'
  return file.fate === 'stored' ? 'taken' : file.fate
}
