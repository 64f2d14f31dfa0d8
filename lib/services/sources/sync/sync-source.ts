import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction, type Tx } from '#lib/db/client.ts'
import { enqueue } from '#lib/jobs/enqueue.ts'
import { type Batch, type Connector, type Cursor, SourceError } from '#lib/sources/connector.ts'
import { storedText } from '../../imports/store/stored-text.ts'
import { SYNC } from '../limits.ts'
import { openSource } from '../open-source.ts'
import { backoffMs } from './backoff.ts'
import { type ClaimedSource, claimSource, FencedOut, holdFence, renewSource } from './claim-source.ts'
import { noteBatch } from './note-batch.ts'
import { type Pass, planPasses } from './plan-passes.ts'
import { noteOwn, sendOwn } from './send-own.ts'
import { type Run, takeEntries } from './take-entries.ts'

export interface SyncOptions {
  readonly now?: () => Date
  readonly open?: (source: ClaimedSource) => Connector
  readonly sliceMs?: number
}

/** When the source is to be looked at again, and whether this run got to the end. */
interface Outcome {
  readonly inMs: number
  readonly error: SourceError | null
}

/**
 * Lists what a source has since the last time and brings it in, for at most a slice of time; then says when it goes on.
 * It may be killed at any moment: what was listed is written down with the cursor after it, and what was not yet fetched
 * waits. A source that is in the way is tried again later; only faults of our own side are thrown.
 */
export async function syncSource(sourceId: string, options: SyncOptions = {}): Promise<void> {
  const source = await claimSource(sourceId)
  if (source === null) return
  const now = options.now ?? (() => new Date())
  const renewal = setInterval(() => void renewSource(source).catch(() => undefined), SYNC.leaseMs / 3)
  try {
    const outcome = await runSlice(source, now, options)
    await inTransaction((tx) => settle(tx, source, outcome, now()))
  } catch (error) {
    if (error instanceof FencedOut) return
    await inTransaction((tx) => release(tx, source)).catch(() => undefined)
    throw error
  } finally {
    clearInterval(renewal)
  }
}

async function runSlice(source: ClaimedSource, now: () => Date, options: SyncOptions): Promise<Outcome> {
  const until = performance.now() + (options.sliceMs ?? SYNC.sliceMs)
  const stop = new AbortController()
  const limit = setTimeout(() => stop.abort(), SYNC.runMs)
  try {
    const connector = (options.open ?? (({ settings, id }) => openSource(settings, id)))(source)
    const run: Run = {
      source,
      connector,
      now,
      signal: stop.signal,
      importId: randomUUID(),
      files: 0,
      failuresInRow: [],
    }
    return { inMs: await work(run, () => performance.now() >= until), error: null }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { inMs: backoffMs(source.failures + 1, Math.random(), error.retryAfterMs), error }
  } finally {
    clearTimeout(limit)
  }
}

/** Answers after how many milliseconds to go on. */
async function work(run: Run, isOver: () => boolean): Promise<number> {
  const { source, connector, now } = run
  const poll = source.everySeconds === null ? SYNC.pollMs[source.settings.kind] : source.everySeconds * 1_000
  const begun = performance.now()
  let lookAgainMs: number = poll
  // what an earlier run listed and did not get to
  while (await takeEntries(run)) if (isOver()) return 0
  for (const pass of planPasses(source.passes, connector.capabilities, now())) {
    for await (const batch of batchesOf(run, pass)) {
      lookAgainMs = Math.min(lookAgainMs, batch.lookAgainMs ?? poll)
      while (await takeEntries(run)) if (isOver()) return 0
      if (isOver() && !batch.caughtUp) return 0
      // others' jobs and requests get their turn
      await sleep(0)
    }
  }
  if (source.settings.kind === 'archivista' && source.settings.send && connector.send !== undefined) {
    await noteOwn(run, isOver)
    while (await sendOwn(run)) if (isOver()) return 0
  }
  // a source that takes long to look through is not looked through all the time
  return Math.max(500, lookAgainMs, Math.round(4 * (performance.now() - begun)))
}

/** The batches of a pass, each written down before it is handed on. */
async function* batchesOf(run: Run, pass: Pass): AsyncGenerator<Batch> {
  const { source, connector, now, signal } = run
  const { follows, vanishes } = connector.capabilities
  if (follows === 'none') return
  let before: Cursor = pass.cursor
  let idle = 0
  for await (const batch of connector.since(pass.cursor, { batchEntries: SYNC.batchEntries, signal })) {
    idle = batch.entries.length === 0 && JSON.stringify(batch.cursor) === JSON.stringify(before) ? idle + 1 : 0
    if (idle > 3 && !batch.caughtUp) throw noProgress()
    before = batch.cursor
    await inTransaction((tx) => noteBatch(tx, source, pass, batch, { follows, vanishes, now: now() }))
    yield batch
    if (batch.caughtUp) return
  }
  throw new SourceError('BAD_ANSWER', 'The list of the source broke off before its end. It is asked again later.')
}

function noProgress(): SourceError {
  const message = 'The source answers with page after page without an entry. It is left alone for a while.'
  return new SourceError('BAD_ANSWER', message)
}

/** Gives the source back, and says when its next run is. */
async function settle(tx: Tx, source: ClaimedSource, { inMs, error }: Outcome, now: Date): Promise<void> {
  await holdFence(tx, source)
  // somebody may have asked about a digest after this run had looked for the last time what waits
  const nextAt = new Date(now.getTime() + (error === null && (await isAskedFor(tx, source.id)) ? 0 : inMs))
  const failing = error === null ? { errorCode: null, errorMessage: null, errorSince: null, failures: 0 } : null
  await tx.source.update({
    where: { id: source.id },
    data: { nextAt, leaseUntil: null, ...failing },
  })
  if (error !== null) await noteError(tx, source, error, now)
  await enqueue(tx, 'sync-source', { sourceId: source.id }, { dedupeKey: syncKey(source.id), runAt: nextAt })
}

async function isAskedFor(tx: Tx, sourceId: string): Promise<boolean> {
  const where = { sourceId, state: 'waiting', retryAt: null, askedAt: { not: null } }
  return (await tx.sourceEntry.findFirst({ where, select: { key: true } })) !== null
}

async function noteError(tx: Tx, source: ClaimedSource, error: SourceError, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Source" SET "failures" = "failures" + 1, "errorCode" = ${error.code},
      "errorMessage" = ${storedText(error.message, 4_000)}, "errorSince" = coalesce("errorSince", ${now}::timestamptz)
    WHERE "id" = ${source.id}::uuid`
}

async function release(tx: Tx, source: ClaimedSource): Promise<void> {
  await holdFence(tx, source)
  await tx.source.update({ where: { id: source.id }, data: { leaseUntil: null } })
}

/** At most one run of a source waits. */
export function syncKey(sourceId: string): string {
  return `sync-source:${sourceId}`
}
